// The running peer: one port where the fediverse reaches it, one where the tests do.
// Before Fedify judges an arrival, its own verifiers are asked about each kind of signature
// on it, so that /seen can say which ones were there and held.
import "./node20.mjs";
import dns from "node:dns";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { verifyObject, verifyRequest } from "@fedify/fedify/sig";
import { Activity } from "@fedify/vocab";
import { arrival, makeFederation, ME } from "./federation.mjs";
import { Store } from "./store.mjs";
import { makeVerbs } from "./verbs.mjs";

const env = process.env;
const origin = env.PEER_ORIGIN;
const hosts = new Set((env.PEER_HOSTS ?? "").split(",").filter(Boolean));

// The table of host names: these are on this machine, as a line in /etc/hosts would say.
const systemLookup = dns.lookup;
dns.lookup = (name, options, done) =>
  systemLookup(hosts.has(name) ? "127.0.0.1" : name, options, done);

const store = new Store(env.PEER_DATA);
const seen = [];
const refused = [];
const federation = makeFederation({ origin, store, seen, firstKnock: env.PEER_FIRST_KNOCK });
const ctx = federation.createContext(new URL(origin));
const verbs = makeVerbs({ ctx, store });

const keys = new Map();
const keyCache = {
  get: async (id) => keys.get(id.href),
  set: async (id, key) => void keys.set(id.href, key),
};

async function evidenceOf(request, body, path) {
  const loaders = {
    documentLoader: ctx.documentLoader,
    contextLoader: ctx.contextLoader,
    keyCache,
  };
  const input = request.headers.get("signature-input");
  const dialect = input ? "rfc9421" : request.headers.has("signature") ? "cavage" : null;
  const evidence = {
    path,
    raw: null,
    headers: Object.fromEntries(request.headers),
    signature: { dialect, verified: false, key: null },
    proof: { present: false, verified: false },
  };
  try {
    evidence.raw = JSON.parse(body);
    const key = await verifyRequest(request.clone(), loaders);
    Object.assign(evidence.signature, { verified: key != null, key: key?.id?.href ?? null });
    evidence.proof.present = evidence.raw.proof != null;
    if (evidence.proof.present) {
      evidence.proof.verified = (await verifyObject(Activity, evidence.raw, loaders)) != null;
    }
  } catch (error) {
    evidence.trouble = String(error);
  }
  return evidence;
}

async function bodyOf(incoming) {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  return Buffer.concat(parts);
}

async function fediverse(incoming, outgoing) {
  const body = await bodyOf(incoming);
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i], incoming.rawHeaders[i + 1]);
  }
  const request = new Request(new URL(incoming.url, origin), {
    method: incoming.method,
    headers,
    ...(body.length && { body }),
  });
  const answer = { contextData: undefined, onNotFound: absent };
  let response;
  if (incoming.method === "POST") {
    const evidence = await evidenceOf(request, body, incoming.url);
    response = await arrival.run(evidence, () => federation.fetch(request, answer));
    if (response.status >= 400) {
      refused.push({ status: response.status, why: await response.clone().text(), ...evidence });
    }
  } else {
    response = await federation.fetch(request, answer);
  }
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

function absent(request) {
  const gone = store.get("posts", new URL(new URL(request.url).pathname, origin).href)?.deleted;
  return new Response(gone ? "Gone" : "Not found", { status: gone ? 410 : 404 });
}

function state() {
  const { keys: _keys, deeds: _deeds, ...tables } = store.tables;
  const names = (sets) =>
    Object.fromEntries(Object.entries(sets).map(([post, actors]) => [post, Object.keys(actors)]));
  return {
    actor: ctx.getActorUri(ME).href,
    handle: `@${ME}@${new URL(origin).host}`,
    ...tables,
    likes: names(tables.likes),
    shares: names(tables.shares),
  };
}

async function control(incoming, outgoing) {
  const body = await bodyOf(incoming);
  const pages = { "/seen": () => seen, "/refused": () => refused, "/state": state };
  let status = 200;
  let answer;
  try {
    if (incoming.url === "/do") {
      const { verb, ...rest } = JSON.parse(body);
      if (!(verb in verbs)) throw new Error(`no verb ${verb}`);
      answer = await verbs[verb](rest);
    } else if (incoming.url in pages) answer = pages[incoming.url]();
    else [status, answer] = [404, { error: "no such page" }];
  } catch (error) {
    [status, answer] = [500, { error: String(error?.stack ?? error) }];
  }
  outgoing.writeHead(status, { "content-type": "application/json" });
  outgoing.end(JSON.stringify(answer));
}

function guarded(handler) {
  return (incoming, outgoing) =>
    handler(incoming, outgoing).catch((error) => {
      console.error(error);
      if (!outgoing.headersSent) outgoing.writeHead(500);
      outgoing.end();
    });
}

const tls = env.PEER_CERT && { cert: readFileSync(env.PEER_CERT), key: readFileSync(env.PEER_KEY) };
const front = tls
  ? https.createServer(tls, guarded(fediverse))
  : http.createServer(guarded(fediverse));
await ctx.getActorKeyPairs(ME); // made once, before anybody asks
front.listen(Number(env.PEER_PORT), "127.0.0.1", () =>
  http.createServer(guarded(control)).listen(Number(env.PEER_CONTROL_PORT), "127.0.0.1", () =>
    console.log("ready"))
);
process.on("SIGTERM", () => process.exit(0));
