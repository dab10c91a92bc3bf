// The protocol side, all of it Fedify's: WebFinger, actor, collections, objects, inboxes.
// What is ours is only what to remember once Fedify has verified an activity.
import { AsyncLocalStorage } from "node:async_hooks";
import { createFederation, exportJwk, generateCryptoKeyPair, importJwk, MemoryKvStore }
  from "@fedify/fedify";
import * as vocab from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

const { Accept, Activity, Announce, Create, Delete, Endpoints, Follow, Like, Mention, Note } = vocab;
const { Person, Reject, Undo, Update } = vocab;

export const ME = "alice";
export const arrival = new AsyncLocalStorage(); // evidence about the request being handled

export function makeFederation({ origin, store, seen, firstKnock }) {
  const federation = createFederation({
    kv: new MemoryKvStore(),
    origin,
    allowPrivateAddress: true,
    userAgent: { software: "fedify-peer/1.0", url: origin },
    ...(firstKnock && { firstKnock }),
  });
  publishActor(federation, store);
  publishCollections(federation, store);
  publishPosts(federation, store);
  listen(federation, store, seen);
  return federation;
}

function publishActor(federation, store) {
  federation
    .setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
      software: { name: "fedify-peer", version: "1.0.0" },
      protocols: ["activitypub"],
      usage: { users: { total: 1 }, localPosts: 0, localComments: 0 },
    }));
  federation
    .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
      if (identifier !== ME) return null;
      const keys = await ctx.getActorKeyPairs(identifier);
      return new Person({
        id: ctx.getActorUri(identifier),
        preferredUsername: ME,
        name: "Alice på Fedify",
        summary: "<p>Prøvekonto</p>",
        url: ctx.getActorUri(identifier),
        inbox: ctx.getInboxUri(identifier),
        outbox: ctx.getOutboxUri(identifier),
        followers: ctx.getFollowersUri(identifier),
        following: ctx.getFollowingUri(identifier),
        endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
        manuallyApprovesFollowers: !store.autoAccept,
        publicKey: keys[0].cryptographicKey,
        assertionMethods: keys.map((key) => key.multikey),
        published: Temporal.Instant.from("2026-01-01T00:00:00Z"),
      });
    })
    .setKeyPairsDispatcher(async (_ctx, identifier) =>
      identifier === ME
        ? [await keyPair(store, "RSASSA-PKCS1-v1_5"), await keyPair(store, "Ed25519")]
        : []
    );
}

async function keyPair(store, algorithm) {
  const kept = store.get("keys", algorithm);
  if (kept) {
    return {
      privateKey: await importJwk(kept.private, "private"),
      publicKey: await importJwk(kept.public, "public"),
    };
  }
  const pair = await generateCryptoKeyPair(algorithm);
  store.put("keys", algorithm, {
    private: await exportJwk(pair.privateKey),
    public: await exportJwk(pair.publicKey),
  });
  return pair;
}

function publishCollections(federation, store) {
  const accepted = (table) =>
    Object.entries(store.tables[table]).filter(([, row]) => row.state === "accepted");
  federation
    .setFollowersDispatcher("/users/{identifier}/followers", (_ctx, _id, _cursor, base) => ({
      items: accepted("followers")
        .filter(([id]) => base == null || new URL(id).origin === base.origin)
        .map(([id, row]) => recipient(id, row)),
    }))
    .setCounter(() => BigInt(accepted("followers").length));
  federation
    .setFollowingDispatcher("/users/{identifier}/following", () => ({
      items: accepted("following").map(([id]) => new URL(id)),
    }))
    .setCounter(() => BigInt(accepted("following").length));
  federation.setOutboxDispatcher("/users/{identifier}/outbox", async (ctx, identifier) => ({
    items: Object.entries(store.tables.posts)
      .filter(([, post]) => post.local && !post.deleted && post.visibility === "public")
      .map(([id, post]) =>
        new Create({
          id: new URL(`${id}#create`),
          actor: ctx.getActorUri(identifier),
          tos: post.to.map((uri) => new URL(uri)),
          object: noteOf(id, post),
        })
      ),
  }));
}

export function recipient(id, row) {
  return {
    id: new URL(id),
    inboxId: new URL(row.inbox),
    endpoints: row.sharedInbox ? { sharedInbox: new URL(row.sharedInbox) } : null,
  };
}

function publishPosts(federation, store) {
  federation
    .setObjectDispatcher(Note, "/users/{identifier}/posts/{post}", (ctx, values) => {
      const id = ctx.getObjectUri(Note, values).href;
      const post = store.get("posts", id);
      return post == null || post.deleted ? null : noteOf(id, post);
    })
    .authorize(async (ctx, values) => {
      const post = store.get("posts", ctx.getObjectUri(Note, values).href);
      if (post == null || ["public", "unlisted"].includes(post.visibility)) return true;
      const reader = await ctx.getSignedKeyOwner();
      if (reader?.id == null) return false;
      return post.to.concat(post.cc).includes(reader.id.href) ||
        (post.visibility === "followers" &&
          store.get("followers", reader.id.href)?.state === "accepted");
    });
}

export function noteOf(id, post) {
  return new Note({
    id: new URL(id),
    attribution: new URL(post.author),
    content: post.content,
    tos: post.to.map((uri) => new URL(uri)),
    ccs: post.cc.map((uri) => new URL(uri)),
    replyTarget: post.inReplyTo ? new URL(post.inReplyTo) : null,
    tags: post.mentions.map(({ href, name }) => new Mention({ href: new URL(href), name })),
    published: Temporal.Instant.from(post.published),
    updated: post.updated ? Temporal.Instant.from(post.updated) : null,
    url: new URL(id),
  });
}

function listen(federation, store, seen) {
  const on = (type, act) =>
    inbox.on(type, async (ctx, activity) => {
      await act?.(ctx, activity, activity.actorId?.href);
      record(activity, seen); // last, so that what was seen has had its effect
    });
  const inbox = federation
    .setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .setSharedKeyDispatcher(() => ({ identifier: ME }));
  on(Follow, (ctx, follow, actor) => followed(ctx, follow, actor, store));
  on(Accept, (_ctx, accept, actor) => answered(accept, actor, store, "accepted"));
  on(Reject, (_ctx, reject, actor) => answered(reject, actor, store, "rejected"));
  on(Create, (ctx, create, actor) => wrote(ctx, create, actor, store));
  on(Update, (ctx, update, actor) => wrote(ctx, update, actor, store));
  on(Delete, (ctx, gone, actor) => {
    const post = store.get("posts", gone.objectId?.href);
    if (post?.author === actor) store.patch("posts", gone.objectId.href, { deleted: true });
  });
  on(Like, (_ctx, like, actor) =>
    store.add("likes", like.objectId.href, actor, like.id?.href ?? ""));
  on(Announce, (ctx, boost, actor) => shared(ctx, boost, actor, store));
  on(Undo, (ctx, undo, actor) => undone(ctx, undo, actor, store));
  on(Activity); // whatever else arrives verified is recorded and has no effect
}

function record(activity, seen) {
  const evidence = arrival.getStore();
  seen.push({
    seq: seen.length + 1,
    type: activity.constructor.name,
    id: activity.id?.href ?? null,
    actor: activity.actorId?.href ?? null,
    object: activity.objectId?.href ?? null,
    raw: evidence.raw,
    inbox: evidence.path,
    signature: evidence.signature,
    proof: evidence.proof,
    headers: evidence.headers,
  });
}

async function followed(ctx, follow, actor, store) {
  if (follow.objectId?.href !== ctx.getActorUri(ME).href) return;
  const who = await follow.getActor(ctx);
  store.put("followers", actor, {
    state: "pending",
    follow: await follow.toJsonLd({ format: "compact", contextLoader: ctx.contextLoader }),
    inbox: who.inboxId.href,
    sharedInbox: who.endpoints?.sharedInbox?.href ?? null,
  });
  if (store.autoAccept) await answer(ctx, store, actor, Accept, "accepted");
}

export async function answer(ctx, store, actor, Answer, state) {
  const row = store.get("followers", actor);
  const object = await Follow.fromJsonLd(row.follow, ctx);
  const reply = new Answer({
    id: new URL(`#${Answer.name.toLowerCase()}/${crypto.randomUUID()}`, ctx.getActorUri(ME)),
    actor: ctx.getActorUri(ME),
    object,
  });
  if (state === "accepted") store.patch("followers", actor, { state });
  else store.drop("followers", actor);
  await ctx.sendActivity({ identifier: ME }, recipient(actor, row), reply);
  return reply;
}

// The Follow inside is ours, so of what the other server says of it only the id is believed.
function answered(reply, actor, store, state) {
  const row = store.get("following", actor);
  if (row && reply.objectId?.href === row.follow) store.patch("following", actor, { state });
}

async function wrote(ctx, activity, actor, store) {
  const object = await activity.getObject(ctx);
  if (!(object instanceof Note) && !(object instanceof vocab.Question)) return;
  if (object.attributionId?.href !== actor) return; // not its own to say
  const kept = store.get("posts", object.id.href);
  if (kept?.deleted) return;
  store.put("posts", object.id.href, {
    author: actor,
    content: object.content?.toString() ?? "",
    summary: object.summary?.toString() ?? null,
    inReplyTo: object.replyTargetId?.href ?? null,
    to: object.toIds.map((uri) => uri.href),
    cc: object.ccIds.map((uri) => uri.href),
    mentions: await mentionsOf(object, ctx),
    published: object.published?.toString() ?? null,
    updated: object.updated?.toString() ?? null,
    edits: (kept?.edits ?? -1) + 1,
    local: false,
  });
}

async function mentionsOf(object, ctx) {
  const found = [];
  for await (const tag of object.getTags(ctx)) {
    if (tag instanceof Mention) {
      found.push({ href: tag.href?.href ?? null, name: tag.name?.toString() ?? null });
    }
  }
  return found;
}

async function shared(ctx, boost, actor, store) {
  const id = boost.objectId.href;
  store.add("shares", id, actor, boost.id?.href ?? "");
  if (store.get("posts", id) != null) return;
  const documentLoader = await ctx.getDocumentLoader({ identifier: ME });
  const object = await boost.getObject({ ...ctx, documentLoader });
  if (object instanceof Note) {
    store.put("posts", id, {
      author: object.attributionId?.href ?? null,
      content: object.content?.toString() ?? "",
      inReplyTo: object.replyTargetId?.href ?? null,
      to: object.toIds.map((uri) => uri.href),
      cc: object.ccIds.map((uri) => uri.href),
      mentions: await mentionsOf(object, ctx),
      local: false,
      fetched: true,
    });
  }
}

async function undone(ctx, undo, actor, store) {
  const deed = await undo.getObject(ctx);
  if (deed?.actorId?.href !== actor) return;
  if (deed instanceof Follow) store.drop("followers", actor);
  if (deed instanceof Like) store.remove("likes", deed.objectId.href, actor);
  if (deed instanceof Announce) store.remove("shares", deed.objectId.href, actor);
}
