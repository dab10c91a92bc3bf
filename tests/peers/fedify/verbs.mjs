// What a test may ask this server to do. Each verb builds an activity with Fedify's vocabulary
// and hands it to Fedify to sign and deliver; a delivery that fails makes the verb fail.
import * as vocab from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { answer, ME, noteOf } from "./federation.mjs";

const { Accept, Announce, Create, Delete, Follow, Like, Note, Reject, Undo, Update } = vocab;
const { PUBLIC_COLLECTION, Tombstone } = vocab;
const PUBLIC = PUBLIC_COLLECTION.href;

export function makeVerbs({ ctx, store }) {
  const me = ctx.getActorUri(ME);
  const sender = { identifier: ME };
  const activityId = (name) => new URL(`#${name}/${crypto.randomUUID()}`, me);
  const json = (thing) => thing.toJsonLd({ contextLoader: ctx.contextLoader });
  const signedLoader = () => ctx.getDocumentLoader({ identifier: ME });

  async function find(what) {
    const object = await ctx.lookupObject(what, { documentLoader: await signedLoader() });
    if (object == null) throw new Error(`nothing found at ${what}`);
    return object;
  }

  // What the actor's own server calls it (getActorHandle would lose the port).
  async function handleOf(actor) {
    const jrd = await ctx.lookupWebFinger(actor.id);
    return jrd?.subject?.replace(/^acct:/, "@") ?? `@${actor.preferredUsername}@${actor.id.host}`;
  }

  // To the followers when the audience names them, and to each actor named, nobody twice.
  async function deliver(activity, audience) {
    const followers = ctx.getFollowersUri(ME).href;
    if (audience.includes(followers)) {
      await ctx.sendActivity(sender, "followers", activity, {
        preferSharedInbox: true,
        syncCollection: true,
      });
    }
    for (const id of audience) {
      if (id === PUBLIC || id === followers || id === me.href) continue;
      if (audience.includes(followers) && store.get("followers", id)?.state === "accepted") continue;
      await ctx.sendActivity(sender, await find(id), activity, { preferSharedInbox: true });
    }
  }

  function addressed(visibility, mentioned) {
    const followers = ctx.getFollowersUri(ME).href;
    return {
      public: { to: [PUBLIC], cc: [followers, ...mentioned] },
      unlisted: { to: [followers], cc: [PUBLIC, ...mentioned] },
      followers: { to: [followers], cc: mentioned },
      direct: { to: mentioned, cc: [] },
    }[visibility];
  }

  async function write({ content, visibility = "public", mention = [], reply_to = null }) {
    const mentions = [];
    for (const who of [mention].flat()) {
      const actor = await find(who);
      mentions.push({ href: actor.id.href, name: await handleOf(actor) });
    }
    const audience = mentions.map(({ href }) => href);
    if (reply_to) {
      const parent = await find(reply_to);
      const author = parent.attributionId.href;
      if (!audience.includes(author)) audience.push(author);
      if (!mentions.some(({ href }) => href === author)) {
        mentions.push({ href: author, name: await handleOf(await find(author)) });
      }
    }
    const id = ctx.getObjectUri(Note, { identifier: ME, post: crypto.randomUUID() }).href;
    const post = {
      author: me.href,
      content,
      inReplyTo: reply_to,
      ...addressed(visibility, audience),
      visibility,
      mentions,
      published: Temporal.Now.instant().toString(),
      local: true,
    };
    store.put("posts", id, post);
    return await about(id, Create, "create");
  }

  async function about(id, Verb, name) {
    const post = store.get("posts", id);
    const audience = post.to.concat(post.cc);
    const activity = new Verb({
      id: activityId(name),
      actor: me,
      object: Verb === Delete ? new Tombstone({ id: new URL(id) }) : noteOf(id, post),
      tos: post.to.map((uri) => new URL(uri)),
      ccs: post.cc.map((uri) => new URL(uri)),
    });
    await deliver(activity, audience);
    return { activity: activity.id.href, object: id, sent: await json(activity) };
  }

  async function react(Verb, id) {
    const post = await find(id);
    const author = post.attributionId;
    const wide = Verb === Announce;
    const activity = new Verb({
      id: activityId(Verb.name.toLowerCase()),
      actor: me,
      object: post.id,
      tos: wide ? [PUBLIC_COLLECTION] : [author],
      ccs: wide ? [author, ctx.getFollowersUri(ME)] : [],
    });
    await deliver(activity, [
      author.href,
      ...(wide ? [ctx.getFollowersUri(ME).href] : []),
    ]);
    store.add(wide ? "shares" : "likes", post.id.href, me.href, activity.id.href);
    store.put("deeds", `${Verb.name} ${post.id.href}`, await json(activity));
    return { activity: activity.id.href, object: post.id.href, sent: await json(activity) };
  }

  async function takeBack(Verb, target, to) {
    const key = `${Verb.name} ${target}`;
    const deed = await Verb.fromJsonLd(store.get("deeds", key), ctx);
    const activity = new Undo({
      id: activityId("undo"),
      actor: me,
      object: deed,
      tos: deed.toIds,
      ccs: deed.ccIds,
    });
    await deliver(activity, to);
    store.drop("deeds", key);
    return { activity: activity.id.href, object: deed.id.href, sent: await json(activity) };
  }

  return {
    lookup: async ({ who }) => {
      const actor = await find(who);
      return {
        id: actor.id.href,
        type: actor.constructor.name,
        handle: await handleOf(actor),
        inbox: actor.inboxId?.href ?? null,
        shared_inbox: actor.endpoints?.sharedInbox?.href ?? null,
        webfinger: await ctx.lookupWebFinger(
          who.startsWith("http") ? new URL(who) : `acct:${who.replace(/^@/, "")}`,
        ),
        json: await json(actor),
      };
    },
    fetch: async ({ url, signed = true }) => {
      const loader = signed ? await signedLoader() : ctx.documentLoader;
      return (await loader(url)).document;
    },
    collection: async ({ url }) => {
      const items = [];
      const documentLoader = await signedLoader();
      const collection = await ctx.lookupObject(url, { documentLoader });
      if (collection == null) throw new Error(`no collection at ${url}`);
      for await (const item of ctx.traverseCollection(collection, { documentLoader })) {
        items.push(item.id?.href ?? item.href?.href ?? null);
      }
      return { total: collection.totalItems, items };
    },
    set: ({ auto_accept }) => {
      store.autoAccept = auto_accept;
      return { auto_accept };
    },
    follow: async ({ who }) => {
      const actor = await find(who);
      const follow = new Follow({ id: activityId("follow"), actor: me, object: actor.id });
      store.put("following", actor.id.href, { state: "pending", follow: follow.id.href });
      store.put("deeds", `Follow ${actor.id.href}`, await json(follow));
      await ctx.sendActivity(sender, actor, follow);
      return { activity: follow.id.href, object: actor.id.href, sent: await json(follow) };
    },
    unfollow: async ({ who }) => {
      const actor = await find(who);
      store.drop("following", actor.id.href);
      return await takeBack(Follow, actor.id.href, [actor.id.href]);
    },
    accept: async ({ who }) => ({
      activity: (await answer(ctx, store, who, Accept, "accepted")).id.href,
    }),
    reject: async ({ who }) => ({
      activity: (await answer(ctx, store, who, Reject, "rejected")).id.href,
    }),
    post: write,
    reply: ({ to, ...rest }) => write({ ...rest, reply_to: to }),
    mention: ({ who, ...rest }) => write({ ...rest, mention: who }),
    direct: ({ who, ...rest }) => write({ ...rest, mention: who, visibility: "direct" }),
    followers_post: (rest) => write({ ...rest, visibility: "followers" }),
    edit: async ({ post, content }) => {
      store.patch("posts", post, { content, updated: Temporal.Now.instant().toString() });
      return await about(post, Update, "update");
    },
    delete: async ({ post }) => {
      const told = await about(post, Delete, "delete");
      store.patch("posts", post, { deleted: true });
      return told;
    },
    like: ({ post }) => react(Like, post),
    boost: ({ post }) => react(Announce, post),
    undo_like: async ({ post }) => {
      store.remove("likes", post, me.href);
      return await takeBack(Like, post, [(await find(post)).attributionId.href]);
    },
    undo_boost: async ({ post }) => {
      store.remove("shares", post, me.href);
      const author = (await find(post)).attributionId.href;
      return await takeBack(Announce, post, [author, ctx.getFollowersUri(ME).href]);
    },
  };
}
