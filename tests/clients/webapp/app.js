// A client as web clients are: registers itself from its own origin, opens a popup to sign in with
// PKCE, and talks to the server by fetch, a WebSocket and an EventSource. What it found is `window.app`.
const server = new URLSearchParams(location.search).get("server");
const redirect = new URL("callback.html", location.href).href;
const scope = "read write follow push";
const app = (window.app = { accounts: [], errors: [] });

const base64url = (octets) =>
  btoa(String.fromCharCode(...new Uint8Array(octets)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function ask(path, { token, ...options } = {}) {
  const headers = { ...options.headers };
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(server + path, { ...options, headers });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

const json = async (path, options) => (await ask(path, options)).json();
const sent = (method, body, headers = {}) => ({
  method,
  body: JSON.stringify(body),
  headers: { "Content-Type": "application/json", ...headers },
});

async function registered() {
  const metadata = await json("/.well-known/oauth-authorization-server");
  const client = await json(
    "/api/v1/apps",
    sent("POST", { client_name: "Nettapp", redirect_uris: [redirect], scopes: scope }),
  );
  return { metadata, client };
}

function codeFrom(popup, state) {
  return new Promise((resolve, reject) => {
    addEventListener("message", function heard(event) {
      if (event.origin !== location.origin || typeof event.data !== "string") return;
      removeEventListener("message", heard);
      const answer = new URLSearchParams(event.data);
      if (answer.get("state") !== state) reject(new Error("another state"));
      else if (answer.has("error")) reject(new Error(answer.get("error")));
      else resolve(answer.get("code"));
    });
  });
}

async function signIn({ metadata, client }) {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const state = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const url = new URL(metadata.authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: "code", client_id: client.client_id, redirect_uri: redirect, scope, state,
    code_challenge: base64url(digest), code_challenge_method: "S256",
  });
  const code = await codeFrom(window.open(url, "sign-in", "width=500,height=700"), state);
  const token = await json("/oauth/token", {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code", client_id: client.client_id,
      client_secret: client.client_secret, redirect_uri: redirect, code, code_verifier: verifier,
    }),
  });
  return token.access_token;
}

// Opened before anything is posted, so that the post is heard on both.
async function listening(token) {
  const instance = await json("/api/v2/instance");
  const socket = new WebSocket(`${instance.configuration.urls.streaming}/api/v1/streaming`, token);
  const heard = [];
  socket.onmessage = (event) => heard.push(JSON.parse(event.data));
  await new Promise((open, fail) => Object.assign(socket, { onopen: open, onerror: fail }));
  socket.send(JSON.stringify({ type: "subscribe", stream: "user" }));
  const events = new EventSource(`${server}/api/v1/streaming/user?access_token=${token}`);
  events.addEventListener("update", (event) => heard.push({ sse: JSON.parse(event.data) }));
  await new Promise((open, fail) => Object.assign(events, { onopen: open, onerror: fail }));
  return { heard, protocol: socket.protocol, close: () => [socket, events].map((x) => x.close()) };
}

async function until(check) {
  for (let n = 0; n < 200; n += 1) {
    if (check()) return true;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  return false;
}

async function uploaded(token) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 200 });
  canvas.getContext("2d").fillRect(20, 20, 100, 100);
  const picture = await new Promise((made) => canvas.toBlob(made, "image/png"));
  const body = new FormData();
  body.append("file", picture, "tegning.png");
  body.append("description", "Et svart kvadrat");
  return json("/api/v2/media", { method: "POST", body, token });
}

async function used(token) {
  const stream = await listening(token);
  const media = await uploaded(token);
  const post = { status: "Hei fra nettleseren", visibility: "public", media_ids: [media.id] };
  const key = { "Idempotency-Key": crypto.randomUUID() };
  const posted = await json("/api/v1/statuses", { token, ...sent("POST", post, key) });
  const again = await json("/api/v1/statuses", { token, ...sent("POST", post, key) });
  const edited = await json(`/api/v1/statuses/${posted.id}`, {
    token, ...sent("PUT", { status: "Hei fra nettlesaren", media_ids: [media.id] }),
  });
  const heard = await until(
    () =>
      stream.heard.some((one) => one.event === "update") && stream.heard.some((one) => one.sse),
  );
  const page = await ask("/api/v1/timelines/home?limit=1", { token });
  const home = await page.json();
  const picture = document.createElement("img");
  picture.src = home[0].media_attachments[0].preview_url;
  await picture.decode();
  const entry = document.createElement("li");
  entry.innerHTML = home[0].content;
  entry.append(picture);
  document.querySelector("#home").append(entry);
  stream.close();
  await ask(`/api/v1/statuses/${posted.id}`, { method: "DELETE", token });
  const missing = await fetch(`${server}/api/v1/statuses/${posted.id}`);
  return {
    acct: home[0].account.acct, posted: posted.id, again: again.id, home: home[0].id,
    edited: edited.content, heard, protocol: stream.protocol === token,
    link: page.headers.get("Link"),
    width: picture.naturalWidth, missing: missing.status, error: await missing.json(),
  };
}

document.querySelector("#sign-in").addEventListener("click", async () => {
  try {
    app.known ??= await registered();
    const token = await signIn(app.known);
    app.accounts.push(await used(token));
  } catch (error) {
    app.errors.push(`${error}`);
  }
});
app.ready = true;
