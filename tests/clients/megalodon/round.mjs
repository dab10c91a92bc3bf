// megalodon 10: finds out what it talks to, registers, signs in as anne, as her department and as
// ola, and does the round.
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";

import generator, { detector } from "megalodon";

import { consent, DEPARTMENT, eventually, ORIGIN, run, soon, step } from "./steps.mjs";

const SCOPES = ["read", "write", "follow", "push"];
const who = {};
let software;
let app;

async function signIn(username, handle) {
  const code = await consent(app.url, username, handle);
  const token = await generator(software, ORIGIN).fetchAccessToken(
    app.client_id,
    app.client_secret,
    code,
  );
  const client = generator(software, ORIGIN, token.access_token);
  const me = (await client.verifyAccountCredentials()).data;
  assert.equal(me.acct, handle);
  who[handle] = Object.assign(client, { me, token: token.access_token });
}

step("an app is registered and signs in as three accounts", async () => {
  software = await detector(ORIGIN);
  assert.equal(software, "mastodon");
  app = await generator(software, ORIGIN).registerApp("Prøve", { scopes: SCOPES });
  await signIn("anne", "anne");
  await signIn("anne", DEPARTMENT);
  await signIn("ola", "ola");
});

step("the instance is read", async () => {
  const instance = (await who.anne.getInstance()).data;
  assert.match(instance.version, /^4\./);
  assert.match(instance.urls.streaming_api, /^wss?:/);
  await who.anne.getInstancePeers();
  await who.anne.getInstanceActivity();
  await who.anne.getInstanceTrends();
  await who.anne.getInstanceDirectory();
  await who.anne.getInstanceCustomEmojis();
  await who.anne.getInstanceAnnouncements();
  assert.ok((await who.anne.getPreferences()).data);
});

for (const handle of ["anne", DEPARTMENT]) {
  for (const visibility of ["public", "unlisted", "private", "direct"]) {
    step(`${handle} posts ${visibility}`, async () => {
      const posted = (
        await who[handle].postStatus(`Hei @ola, ${visibility} #mega`, {
          visibility,
          spoiler_text: "Obs",
          sensitive: true,
          language: "nb",
        })
      ).data;
      assert.equal(posted.account.acct, handle);
      assert.deepEqual(
        [posted.visibility, posted.spoiler_text, posted.sensitive, posted.language],
        [visibility, "Obs", true, "nb"],
      );
      assert.equal(posted.tags[0].name, "mega");
      assert.equal(posted.mentions[0].acct, "ola");
    });
  }
}

step("a thread is answered, corrected and deleted", async () => {
  const root = (await who.anne.postStatus("Spørsmål")).data;
  const answer = (await who.ola.postStatus("Svar", { in_reply_to_id: root.id })).data;
  const context = (await who.anne.getStatusContext(root.id)).data;
  assert.deepEqual(context.descendants.map((one) => one.id), [answer.id]);
  const edited = (await who.anne.editStatus(root.id, { status: "Bedre spørsmål" })).data;
  assert.ok(edited.edited_at);
  assert.equal((await who.anne.getStatusSource(root.id)).data.text, "Bedre spørsmål");
  await who.anne.deleteStatus(root.id);
  await assert.rejects(who.anne.getStatus(root.id), /404/);
});

step("a picture is uploaded and posted", async () => {
  const uploaded = (
    await who[DEPARTMENT].uploadMedia(createReadStream(`${process.env.FILES}/photo.jpg`), {
      description: "En gul rute",
      focus: "0.1,0.2",
    })
  ).data;
  const photo = await eventually(async () => {
    const found = (await who[DEPARTMENT].getMedia(uploaded.id)).data;
    return found.url && found;
  }, "the picture ready");
  assert.deepEqual([photo.type, photo.description], ["image", "En gul rute"]);
  const changed = await who[DEPARTMENT].updateMedia(photo.id, { description: "Gult på blått" });
  assert.equal(changed.data.description, "Gult på blått");
  const posted = (await who[DEPARTMENT].postStatus("Bilde", { media_ids: [photo.id] })).data;
  assert.equal(posted.media_attachments[0].id, photo.id);
});

step("a poll is voted in", async () => {
  const poll = { options: ["Ja", "Nei"], expires_in: 3600, multiple: false };
  const posted = (await who.anne.postStatus("Kaffe?", { poll })).data;
  const voted = (await who.ola.votePoll(posted.poll.id, [1])).data;
  assert.deepEqual([voted.voted, voted.votes_count], [true, 1]);
  assert.equal((await who.anne.getPoll(posted.poll.id)).data.options[1].votes_count, 1);
});

step("a post is liked, shared, kept, pinned and muted", async () => {
  const { id } = (await who.anne.postStatus("God helg", { visibility: "public" })).data;
  assert.equal((await who.ola.favouriteStatus(id)).data.favourited, true);
  assert.equal((await who.ola.reblogStatus(id)).data.reblog.id, id);
  assert.equal((await who.ola.bookmarkStatus(id)).data.bookmarked, true);
  assert.equal((await who.ola.getBookmarks()).data[0].id, id);
  assert.equal((await who.ola.getFavourites()).data[0].id, id);
  assert.equal((await who.anne.getStatusFavouritedBy(id)).data[0].acct, "ola");
  assert.equal((await who.anne.getStatusRebloggedBy(id)).data[0].acct, "ola");
  assert.equal((await who.anne.pinStatus(id)).data.pinned, true);
  assert.equal((await who.anne.unpinStatus(id)).data.pinned, false);
  assert.equal((await who.anne.muteStatus(id)).data.muted, true);
  assert.equal((await who.anne.unmuteStatus(id)).data.muted, false);
  await who.ola.unbookmarkStatus(id);
  await who.ola.unreblogStatus(id);
  await who.ola.unfavouriteStatus(id);
});

step("a post waits for its time", async () => {
  const when = new Date(Date.now() + 7_200_000).toISOString();
  const waiting = (await who.anne.postStatus("I morgen", { scheduled_at: when })).data;
  assert.equal(new Date(waiting.scheduled_at).toISOString(), when);
  assert.equal((await who.anne.getScheduledStatuses()).data[0].id, waiting.id);
  await who.anne.cancelScheduledStatus(waiting.id);
});

step("timelines turn page by page", async () => {
  await who.ola.followAccount(who[DEPARTMENT].me.id);
  const ids = [];
  for (let n = 0; n < 4; n += 1) {
    const posted = await who[DEPARTMENT].postStatus(`Nummer ${n} #blad`, { visibility: "public" });
    ids.unshift(posted.data.id);
  }
  for (const read of [
    (options) => who.ola.getHomeTimeline(options),
    (options) => who.ola.getPublicTimeline(options),
    (options) => who.ola.getLocalTimeline(options),
    (options) => who.ola.getTagTimeline("blad", options),
    (options) => who.ola.getAccountStatuses(who[DEPARTMENT].me.id, options),
  ]) {
    const first = (await read({ limit: 2 })).data.map((one) => one.id);
    const second = (await read({ limit: 2, max_id: first[1] })).data.map((one) => one.id);
    assert.deepEqual([...first, ...second], ids);
  }
});

step("a list has members and a timeline", async () => {
  const list = (await who.ola.createList("Kolleger")).data;
  await who.ola.addAccountsToList(list.id, [who[DEPARTMENT].me.id]);
  assert.equal((await who.ola.getAccountsInList(list.id)).data[0].acct, DEPARTMENT);
  assert.ok((await who.ola.getListTimeline(list.id)).data.length > 0);
  assert.equal((await who.ola.updateList(list.id, "Folk")).data.title, "Folk");
  await who.ola.deleteAccountsFromList(list.id, [who[DEPARTMENT].me.id]);
  await who.ola.deleteList(list.id);
  assert.deepEqual((await who.ola.getLists()).data, []);
});

step("a filter of the first version is made and changed", async () => {
  const filter = (await who.ola.createFilter("lutefisk", ["home"], { whole_word: true })).data;
  assert.equal(filter.phrase, "lutefisk");
  assert.equal((await who.ola.updateFilter(filter.id, "rakfisk", ["home"])).data.phrase, "rakfisk");
  assert.equal((await who.ola.getFilters()).data.length, 1);
  await who.ola.deleteFilter(filter.id);
});

step("notifications are read and dismissed", async () => {
  await who.anne.dismissNotifications();
  const { id } = (await who.anne.postStatus("Lik meg", { visibility: "public" })).data;
  await who.ola.favouriteStatus(id);
  await who.ola.postStatus("Hei @anne");
  const told = (await who.anne.getNotifications()).data;
  assert.deepEqual(told.map((one) => one.type), ["mention", "favourite"]);
  await who.anne.dismissNotification(told[0].id);
  assert.equal((await who.anne.getNotifications()).data.length, 1);
});

step("conversations are listed and read", async () => {
  const { id } = (await who.ola.postStatus("@anne hysj", { visibility: "direct" })).data;
  const talks = (await who.anne.getConversationTimeline()).data;
  const talk = talks.find((one) => one.last_status.id === id);
  assert.equal(talk.unread, true);
  assert.equal((await who.anne.readConversation(talk.id)).data.unread, false);
});

step("people follow, mute, block and are found", async () => {
  const { id } = who.anne.me;
  assert.equal((await who.ola.followAccount(id, { reblog: true })).data.following, true);
  assert.equal((await who.ola.getAccountFollowers(id)).data[0].acct, "ola");
  assert.equal((await who.ola.muteAccount(id, true)).data.muting, true);
  assert.equal((await who.ola.unmuteAccount(id)).data.muting, false);
  assert.equal((await who.ola.blockAccount(id)).data.blocking, true);
  assert.equal((await who.ola.unblockAccount(id)).data.blocking, false);
  assert.equal((await who.ola.setAccountNote(id, "Kollega")).data.note, "Kollega");
  assert.equal((await who.ola.getRelationships([id])).data[0].id, id);
  assert.equal((await who.ola.lookupAccount(DEPARTMENT)).data.acct, DEPARTMENT);
  assert.equal((await who.ola.search("anne", { type: "accounts" })).data.accounts[0].acct, "anne");
  await who.ola.followTag("friluft");
  assert.equal((await who.ola.getFollowedTags()).data[0].name, "friluft");
  await who.ola.unfollowTag("friluft");
  await who.ola.blockDomain("spam.example");
  assert.deepEqual((await who.ola.getDomainBlocks()).data, ["spam.example"]);
  await who.ola.unblockDomain("spam.example");
});

step("whoever is locked is asked first", async () => {
  await who.ola.updateCredentials({ locked: true, display_name: "Ola N." });
  await who[DEPARTMENT].unfollowAccount(who.ola.me.id);
  assert.equal((await who[DEPARTMENT].followAccount(who.ola.me.id)).data.requested, true);
  assert.equal((await who.ola.getFollowRequests()).data[0].acct, DEPARTMENT);
  await who.ola.acceptFollowRequest(who[DEPARTMENT].me.id);
  assert.equal((await who[DEPARTMENT].getRelationship(who.ola.me.id)).data.following, true);
  await who.ola.updateCredentials({ locked: false });
});

step("places in timelines are kept", async () => {
  const { id } = (await who.anne.postStatus("Hit")).data;
  await who.anne.saveMarkers({ home: { last_read_id: id } });
  assert.equal((await who.anne.getMarkers(["home"])).data.home.last_read_id, id);
});

step("a push subscription is made, changed and removed", async () => {
  const keys = {
    p256dh:
      "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
    auth: "tBHItJI5svbpez7KI4CCXg",
  };
  const endpoint = "http://127.0.0.1:9/push";
  const made = await who.anne.subscribePushNotification(
    { endpoint, keys },
    { alerts: { mention: true, follow: false } },
  );
  assert.deepEqual([made.data.endpoint, made.data.alerts.mention], [endpoint, true]);
  const changed = await who.anne.updatePushSubscription({ alerts: { follow: true } });
  assert.equal(changed.data.alerts.follow, true);
  await who.anne.deletePushSubscription();
});

step("sockets tell, their token in the query", async () => {
  await who.ola.followAccount(who.anne.me.id);
  const user = await who.ola.userStreaming();
  const tag = await who.ola.tagStreaming("strøm");
  const heard = [];
  for (const name of ["update", "notification", "delete", "status_update", "error"]) {
    user.on(name, (payload) => heard.push([name, payload]));
  }
  const tagged = new Promise((keep) => tag.on("update", keep));
  const opened = [user, tag].map((one) => new Promise((open) => one.on("connect", open)));
  try {
    await soon(Promise.all(opened), "the sockets open");
    const post = (await who.anne.postStatus("Hei @ola, #strøm", { visibility: "public" })).data;
    assert.equal((await soon(tagged, "the hashtag's stream")).id, post.id);
    const of = (name, is) =>
      eventually(() => heard.find(([kind, payload]) => kind === name && is(payload)), name);
    await of("update", (status) => status.id === post.id);
    await of("notification", (told) => told.type === "mention" && told.status.id === post.id);
    await who.anne.editStatus(post.id, { status: "Hei, @ola" });
    await of("status_update", (status) => status.id === post.id);
    await who.anne.deleteStatus(post.id);
    await of("delete", (id) => id === post.id);
    assert.equal(heard.some(([name]) => name === "error"), false);
  } finally {
    user.stop();
    tag.stop();
  }
});

step("a revoked token is dead", async () => {
  await who.ola.revokeToken(app.client_id, app.client_secret, who.ola.token);
  await assert.rejects(who.ola.verifyAccountCredentials(), /401/);
  assert.equal((await who[DEPARTMENT].verifyAccountCredentials()).data.acct, DEPARTMENT);
});

await run();
