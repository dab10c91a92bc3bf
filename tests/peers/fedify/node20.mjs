// Fedify asks for Node 22. The one thing it uses that Node 20 lacks is this global.
globalThis.navigator ??= { userAgent: `Node.js/${process.versions.node}` };
