// masto.js 7, as it is: per, who only drafts for the department, and anne, who approves.
import assert from "node:assert/strict";

import { createRestAPIClient } from "masto";

import { signIn } from "./signing.mjs";
import { DEPARTMENT, OOB, ORIGIN, run, SCOPES, step } from "./steps.mjs";

const who = {};
let app;

step("an app is registered and signs in as three people", async () => {
  app = await createRestAPIClient({ url: ORIGIN }).v1.apps.create({
    clientName: "Prøve av godkjenning",
    redirectUris: OOB,
    scopes: SCOPES,
  });
  who.per = await signIn(app, "per", DEPARTMENT);
  who.anne = await signIn(app, "anne", "anne");
  who.ola = await signIn(app, "ola", "ola");
});

let made;
step("a post of who only drafts is there for author and approver alone", async () => {
  made = await who.per.v1.statuses.create({ status: "Nytt nettverk @ola", language: "nb" });
  assert.match(made.content, /Venter på godkjenning/);
  assert.equal((await who.anne.v1.statuses.$select(made.id).fetch()).id, made.id);
  await assert.rejects(who.ola.v1.statuses.$select(made.id).fetch(), { statusCode: 404 });
});

step("the approver is told, and sends it back by an answer", async () => {
  const [told] = await who.anne.v1.notifications.list();
  assert.equal(told.type, "mention");
  assert.equal(told.account.acct, "per");
  assert.equal(told.status.id, made.id);
  await who.anne.v1.statuses.create({ status: "Når?", inReplyToId: made.id });
  const back = await who.per.v1.statuses.$select(made.id).fetch();
  assert.match(back.content, /Sendt tilbake av Anne Berg: Når\?/);
});

step("its author changes it and the approver shares it", async () => {
  const source = await who.per.v1.statuses.$select(made.id).source.fetch();
  const again = await who.per.v1.statuses.$select(made.id).update({
    status: `${source.text} mandag`,
  });
  assert.match(again.content, /Venter på godkjenning/);
  const out = await who.anne.v1.statuses.$select(made.id).reblog();
  assert.notEqual(out.id, made.id);
  assert.equal((await who.ola.v1.statuses.$select(out.id).fetch()).content, out.content);
  assert.equal((await who.per.v1.statuses.$select(made.id).fetch()).id, out.id);
  await assert.rejects(who.ola.v1.statuses.$select(made.id).fetch(), { statusCode: 404 });
});

step("one for later is a scheduled post to all who speak for the department", async () => {
  const when = new Date(Date.now() + 30 * 86_400_000).toISOString();
  const later = await who.per.v1.statuses.create({ status: "Senere", scheduledAt: when });
  assert.ok(later.scheduledAt);
  await who.anne.v1.statuses.$select(later.id).reblog();
  const [waits] = await who.per.v1.scheduledStatuses.list();
  assert.equal(waits.id, later.id);
});

await run();
