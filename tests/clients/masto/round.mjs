// masto.js 7: registers, signs in as anne, as her department and as ola, and does the round.
import assert from "node:assert/strict";

import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";
import { WebSocket } from "ws";

import { signIn } from "./signing.mjs";
import { DEPARTMENT, eventually, file, OOB, ORIGIN, run, SCOPES, soon, step } from "./steps.mjs";

const who = {};
let app;

function streaming(client, url) {
  return createStreamingAPIClient({
    streamingApiUrl: url,
    accessToken: client.token,
    implementation: WebSocket,
  });
}

step("an app is registered and signs in as three accounts", async () => {
  app = await createRestAPIClient({ url: ORIGIN }).v1.apps.create({
    clientName: "Prøve i nettleser",
    redirectUris: [OOB, "https://app.example/hjem"].join("\n"),
    scopes: SCOPES,
  });
  who.anne = await signIn(app, "anne", "anne");
  who[DEPARTMENT] = await signIn(app, "anne", DEPARTMENT);
  who.ola = await signIn(app, "ola", "ola");
});

step("the instance tells where to stream and what fits", async () => {
  const instance = await who.anne.v2.instance.fetch();
  assert.match(instance.version, /^4\./);
  assert.match(instance.configuration.urls.streaming, /^wss?:/);
  assert.ok(instance.configuration.statuses.maxCharacters > 0);
  assert.ok(instance.apiVersions.mastodon >= 7);
  assert.ok(instance.configuration.vapid.publicKey);
  await who.anne.v1.customEmojis.list();
  await who.anne.v1.preferences.fetch();
  await who.anne.v1.announcements.list();
});

for (const handle of ["anne", DEPARTMENT]) {
  for (const visibility of ["public", "unlisted", "private", "direct"]) {
    step(`${handle} posts ${visibility}`, async () => {
      const posted = await who[handle].v1.statuses.create({
        status: `Hei @ola, ${visibility} #masto`,
        visibility,
        spoilerText: "Obs",
        sensitive: true,
        language: "nb",
      });
      assert.equal(posted.account.acct, handle);
      assert.deepEqual(
        [posted.visibility, posted.spoilerText, posted.sensitive, posted.language],
        [visibility, "Obs", true, "nb"],
      );
      assert.deepEqual(posted.tags.map((tag) => tag.name), ["masto"]);
      assert.equal(posted.mentions[0].acct, "ola");
      assert.match(posted.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    });
  }
}

step("a thread is answered, corrected and deleted", async () => {
  const root = await who.anne.v1.statuses.create({ status: "Spørsmål" });
  const answer = await who.ola.v1.statuses.create({ status: "Svar", inReplyToId: root.id });
  const chosen = who.anne.v1.statuses.$select(root.id);
  const context = await chosen.context.fetch();
  assert.deepEqual(context.descendants.map((one) => one.id), [answer.id]);
  const edited = await chosen.update({ status: "Bedre spørsmål" });
  assert.ok(edited.editedAt);
  assert.equal((await chosen.history.list()).length, 2);
  assert.equal((await chosen.source.fetch()).text, "Bedre spørsmål");
  assert.equal((await chosen.remove()).text, "Bedre spørsmål");
  await assert.rejects(chosen.fetch(), { statusCode: 404 });
});

step("a picture and a document are uploaded and posted", async () => {
  const client = who[DEPARTMENT];
  const photo = await client.v2.media.create({
    file: file("photo.jpg", "image/jpeg"),
    description: "En gul rute",
    focus: "0.1,0.2",
  });
  const paper = await client.v2.media.create({ file: file("paper.pdf", "application/pdf") });
  assert.equal(photo.type, "image");
  assert.ok(photo.url && photo.previewUrl && photo.blurhash);
  const posted = await client.v1.statuses.create({ mediaIds: [photo.id, paper.id] });
  assert.deepEqual(posted.mediaAttachments.map((one) => one.id), [photo.id, paper.id]);
  const edited = await client.v1.statuses.$select(posted.id).update({
    status: "Med bilde",
    mediaIds: [photo.id, paper.id],
    mediaAttributes: [{ id: photo.id, description: "Gult på blått" }],
  });
  assert.equal(edited.mediaAttachments[0].description, "Gult på blått");
});

step("a poll is voted in", async () => {
  const posted = await who.anne.v1.statuses.create({
    status: "Kaffe?",
    poll: { options: ["Ja", "Nei"], expiresIn: 3600, multiple: false },
  });
  const voted = await who.ola.v1.polls.$select(posted.poll.id).votes.create({ choices: [1] });
  assert.deepEqual([voted.voted, voted.ownVotes], [true, [1]]);
});

step("a post is liked, shared, kept and pinned", async () => {
  const post = await who.anne.v1.statuses.create({ status: "God helg", visibility: "public" });
  const mine = who.ola.v1.statuses.$select(post.id);
  assert.equal((await mine.favourite()).favourited, true);
  assert.equal((await mine.reblog()).reblog.id, post.id);
  assert.equal((await mine.bookmark()).bookmarked, true);
  assert.deepEqual((await who.ola.v1.bookmarks.list()).map((one) => one.id), [post.id]);
  assert.equal((await who.ola.v1.favourites.list())[0].id, post.id);
  assert.equal((await mine.favouritedBy.list())[0].acct, "ola");
  assert.equal((await mine.rebloggedBy.list())[0].acct, "ola");
  assert.equal((await who.anne.v1.statuses.$select(post.id).pin()).pinned, true);
  assert.equal((await who.anne.v1.statuses.$select(post.id).unpin()).pinned, false);
  assert.equal((await mine.unbookmark()).bookmarked, false);
  assert.equal((await mine.unreblog()).reblogged, false);
  assert.equal((await mine.unfavourite()).favourited, false);
});

step("timelines turn page by page both ways", async () => {
  await who.ola.v1.accounts.$select(who[DEPARTMENT].me.id).follow();
  const ids = [];
  for (let n = 0; n < 5; n += 1) {
    const post = await who[DEPARTMENT].v1.statuses.create({
      status: `Nummer ${n} #bla`,
      visibility: "public",
    });
    ids.unshift(post.id);
  }
  for (const timeline of [
    who.ola.v1.timelines.home.list({ limit: 2 }),
    who.ola.v1.timelines.public.list({ limit: 2, local: true }),
    who.ola.v1.timelines.tag.$select("bla").list({ limit: 2 }),
    who.ola.v1.accounts.$select(who[DEPARTMENT].me.id).statuses.list({ limit: 2 }),
  ]) {
    const read = [];
    for await (const page of timeline) {
      read.push(...page.map((one) => one.id));
      if (read.length >= 5) break;
    }
    assert.deepEqual(read.slice(0, 5), ids);
  }
  const upward = who.ola.v1.timelines.tag.$select("bla").list({ minId: ids[4], limit: 2 });
  const read = [];
  for await (const page of upward.setDirection("prev")) {
    read.unshift(...page.map((one) => one.id));
    if (read.length >= 4) break;
  }
  assert.deepEqual(read, ids.slice(0, 4));
});

step("a list has members and a timeline", async () => {
  const list = await who.ola.v1.lists.create({ title: "Kolleger" });
  const chosen = who.ola.v1.lists.$select(list.id);
  await chosen.accounts.create({ accountIds: [who[DEPARTMENT].me.id] });
  assert.deepEqual((await chosen.accounts.list()).map((one) => one.acct), [DEPARTMENT]);
  assert.ok((await who.ola.v1.timelines.list.$select(list.id).list()).length > 0);
  await chosen.accounts.remove({ accountIds: [who[DEPARTMENT].me.id] });
  assert.deepEqual(await chosen.accounts.list(), []);
  await chosen.remove();
});

step("a filter marks what it finds", async () => {
  const filter = await who.ola.v2.filters.create({
    title: "Mat",
    context: ["home", "public"],
    filterAction: "warn",
    keywordsAttributes: [{ keyword: "lutefisk", wholeWord: true }],
  });
  const post = await who[DEPARTMENT].v1.statuses.create({
    status: "I dag er det lutefisk",
    visibility: "public",
  });
  const seen = (await who.ola.v1.timelines.home.list()).find((one) => one.id === post.id);
  assert.equal(seen.filtered[0].filter.title, "Mat");
  assert.equal((await who.ola.v2.filters.list()).length, 1);
  await who.ola.v2.filters.$select(filter.id).remove();
});

step("notifications come one by one and in groups", async () => {
  await who.anne.v1.notifications.clear();
  const post = await who.anne.v1.statuses.create({ status: "Lik meg", visibility: "public" });
  await who.ola.v1.statuses.$select(post.id).favourite();
  await who[DEPARTMENT].v1.statuses.$select(post.id).favourite();
  await who.ola.v1.statuses.create({ status: "Hei @anne" });
  const listed = await who.anne.v1.notifications.list();
  assert.deepEqual(listed.map((one) => one.type), ["mention", "favourite", "favourite"]);
  const grouped = await who.anne.v2.notifications.list();
  const likes = grouped.notificationGroups.find((one) => one.type === "favourite");
  assert.equal(likes.notificationsCount, 2);
  assert.equal((await who.anne.v2.notifications.unreadCount.fetch()).count, 2);
  await who.anne.v2.notifications.$select(likes.groupKey).dismiss();
  await who.anne.v1.notifications.$select(listed[0].id).dismiss();
  assert.deepEqual(await who.anne.v1.notifications.list(), []);
  assert.equal((await who.anne.v2.notifications.policy.fetch()).forNotFollowing, "accept");
});

step("conversations are listed and read", async () => {
  const post = await who.ola.v1.statuses.create({ status: "@anne hysj", visibility: "direct" });
  const talk = (await who.anne.v1.conversations.list()).find((one) => one.lastStatus.id === post.id);
  assert.equal(talk.unread, true);
  assert.equal((await who.anne.v1.conversations.$select(talk.id).read()).unread, false);
});

step("people and posts are found", async () => {
  assert.equal((await who.ola.v1.accounts.lookup({ acct: DEPARTMENT })).acct, DEPARTMENT);
  const post = await who.anne.v1.statuses.create({ status: "Tursti #friluft", visibility: "public" });
  const found = await eventually(async () => {
    const result = await who.ola.v2.search.list({ q: "tursti", type: "statuses" });
    return result.statuses.length && result;
  }, "found");
  assert.equal(found.statuses[0].id, post.id);
  assert.equal((await who.ola.v2.search.list({ q: "friluft" })).hashtags[0].name, "friluft");
  const relations = await who.ola.v1.accounts.relationships.fetch({ id: [who.anne.me.id] });
  assert.equal(relations[0].id, who.anne.me.id);
});

step("the profile is changed with fields and a picture", async () => {
  const changed = await who[DEPARTMENT].v1.accounts.updateCredentials({
    displayName: "IKT",
    note: "Ring oss",
    avatar: file("photo.jpg", "image/jpeg"),
    fieldsAttributes: [{ name: "Telefon", value: "4200" }],
    locked: false,
  });
  assert.deepEqual([changed.displayName, changed.fields[0].name], ["IKT", "Telefon"]);
  assert.notEqual(changed.avatar, who[DEPARTMENT].me.avatar);
});

step("one socket carries several streams, its token in the subprotocol", async () => {
  const instance = await who.ola.v2.instance.fetch();
  const socket = streaming(who.ola, instance.configuration.urls.streaming);
  try {
    await soon(socket.prepare(), "the socket open");
    const user = socket.user.subscribe();
    const tag = socket.hashtag.subscribe({ tag: "strøm" });
    const heard = { user: [], tag: [] };
    const follow = async (name, events) => {
      for await (const event of events) heard[name].push(event);
    };
    follow("user", user.values());
    follow("tag", tag.values());
    await who.ola.v1.accounts.$select(who.anne.me.id).follow();
    // A subscription has no answer: the first post that comes shows that it stands.
    await eventually(async () => {
      await who[DEPARTMENT].v1.statuses.create({ status: "Er #strøm på?", visibility: "public" });
      await new Promise((wake) => setTimeout(wake, 300));
      return heard.tag.length && heard.user.length;
    }, "both streams");
    const post = await who.anne.v1.statuses.create({ status: "Hei @ola", visibility: "public" });
    const of = (name, id) =>
      eventually(() => heard.user.find((one) => one.event === name && id(one.payload)), name);
    await of("update", (status) => status.id === post.id);
    await of("notification", (told) => told.type === "mention" && told.status.id === post.id);
    await who.anne.v1.statuses.$select(post.id).update({ status: "Hei, @ola" });
    await of("status.update", (status) => status.id === post.id && status.editedAt);
    await who.anne.v1.statuses.$select(post.id).remove();
    await of("delete", (id) => id === post.id);
    assert.deepEqual(heard.tag[0].stream, ["hashtag", "strøm"]);
    user.unsubscribe();
    tag.unsubscribe();
  } finally {
    socket.close();
  }
});

step("a revoked token is dead", async () => {
  await createOAuthAPIClient({ url: ORIGIN }).revoke({
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    token: who.ola.token,
  });
  await assert.rejects(who.ola.v1.accounts.verifyCredentials(), { statusCode: 401 });
  assert.equal((await who[DEPARTMENT].v1.accounts.verifyCredentials()).acct, DEPARTMENT);
});

await run();
