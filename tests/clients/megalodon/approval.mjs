// megalodon 10, as it is: per, who only drafts for the department, and anne, who approves.
import assert from "node:assert/strict";

import generator from "megalodon";

import { consent, DEPARTMENT, ORIGIN, run, step } from "./steps.mjs";

const SCOPES = ["read", "write", "follow", "push"];
const who = {};
let app;

async function signIn(username, handle, name) {
  const code = await consent(app.url, username, handle);
  const token = await generator("mastodon", ORIGIN).fetchAccessToken(
    app.client_id,
    app.client_secret,
    code,
  );
  who[name] = generator("mastodon", ORIGIN, token.access_token);
  assert.equal((await who[name].verifyAccountCredentials()).data.acct, handle);
}

step("an app is registered and signs in as three people", async () => {
  app = await generator("mastodon", ORIGIN).registerApp("Prøve", { scopes: SCOPES });
  await signIn("per", DEPARTMENT, "per");
  await signIn("anne", "anne", "anne");
  await signIn("ola", "ola", "ola");
});

let made;
step("a post of who only drafts is there for author and approver alone", async () => {
  made = (await who.per.postStatus("Nytt nettverk @ola")).data;
  assert.match(made.content, /Venter på godkjenning/);
  assert.equal((await who.anne.getStatus(made.id)).data.id, made.id);
  await assert.rejects(who.ola.getStatus(made.id));
});

step("the approver is told and shares it", async () => {
  const [told] = (await who.anne.getNotifications()).data;
  assert.equal(told.type, "mention");
  assert.equal(told.account.acct, "per");
  assert.equal(told.status.id, made.id);
  const out = (await who.anne.reblogStatus(made.id)).data;
  assert.notEqual(out.id, made.id);
  assert.equal((await who.ola.getStatus(out.id)).data.content, out.content);
  assert.equal((await who.per.getStatus(made.id)).data.id, out.id);
});

step("another is sent back, changed and rejected", async () => {
  const other = (await who.per.postStatus("Møte")).data;
  await who.anne.postStatus("Når?", { in_reply_to_id: other.id });
  assert.match((await who.per.getStatus(other.id)).data.content, /Sendt tilbake av Anne Berg: Når\?/);
  await who.per.editStatus(other.id, { status: "Møte mandag" });
  await who.anne.deleteStatus(other.id);
  assert.match((await who.per.getStatus(other.id)).data.content, /Avvist av Anne Berg/);
});

await run();
