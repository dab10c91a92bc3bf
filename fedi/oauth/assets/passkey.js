// Asks the browser for a passkey and puts its answer into the form beside the button.
(() => {
  "use strict";
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const made = async (options) => {
    options.challenge = bytes(options.challenge);
    options.user.id = bytes(options.user.id);
    options.excludeCredentials = known(options.excludeCredentials);
    const found = await navigator.credentials.create({ publicKey: options });
    return answer(found, { attestationObject: text(found.response.attestationObject) });
  };
  const shown = async (options) => {
    options.challenge = bytes(options.challenge);
    options.allowCredentials = known(options.allowCredentials);
    const found = await navigator.credentials.get({ publicKey: options });
    const handle = found.response.userHandle;
    return answer(found, {
      authenticatorData: text(found.response.authenticatorData),
      signature: text(found.response.signature),
      userHandle: handle ? text(handle) : null,
    });
  };
  const answer = (found, more) => ({
    id: found.id,
    rawId: text(found.rawId),
    type: found.type,
    clientExtensionResults: found.getClientExtensionResults(),
    response: { clientDataJSON: text(found.response.clientDataJSON), ...more },
  });

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const problem = form.querySelector("[role=alert]");
      problem.hidden = true;
      try {
        const body = new URLSearchParams(new FormData(form));
        const asked = await fetch(form.dataset.passkey, { method: "POST", body });
        if (!asked.ok) throw new Error(String(asked.status));
        const options = (await asked.json()).publicKey;
        const found = await (options.user ? made(options) : shown(options));
        form.elements.credential.value = JSON.stringify(found);
        form.submit();
      } catch {
        problem.hidden = false;
      }
    });
  }
})();
