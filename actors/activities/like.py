"""Like: an actor likes a post, or reacts to it with an emoji. One per (actor, post, emoji), and not
more emojis than anybody means."""

from dataclasses import dataclass, replace

from actors import relaying
from actors.access import acting
from actors.effects import Decision, Effect, Need, Notify, Put, Recipients, Refusal, Send
from actors.people import Actor
from actors.ports import Store
from actors.posts import Post
from actors.relationships import MarkerKind, NotificationKind, Reaction
from actors.verbs import Like

__all__ = ["Like", "decide", "gather"]

MAX_EMOJIS = 10
"""Different emojis of one actor on one post. Misskey has one, Pleroma any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Like
    actor: Actor
    post: Post
    author: Actor
    may_see: bool
    blocked: bool
    undone: bool
    emojis: tuple[str, ...]
    voices: relaying.Voices
    now: int


async def gather(store: Store, activity: Like) -> Facts | Need | Refusal:
    actor = await acting(store, activity.actor, activity.person)
    if not isinstance(actor, Actor):
        return actor
    post = await store.post(activity.object)
    if post is not None and post.boost_of is not None:
        post = await store.post_by_id(post.boost_of)
    author = await store.actor_by_id(post.author_id) if post is not None else None
    if post is None or author is None:
        return Refusal("no_such_post", "There is no such post.")
    return Facts(
        activity=activity,
        actor=actor,
        post=post,
        author=author,
        may_see=await store.may_see(post, actor),
        blocked=await store.blocked(author.id, actor.id),
        undone=await store.marked(activity.uri, MarkerKind.UNDONE, actor.uri),
        # What one of ours likes here nobody elsewhere is told.
        voices=() if actor.local else await relaying.of_post(store, post),
        emojis=await store.emojis_of(post.id, actor.id) if activity.content else (),
        now=store.now,
    )


def decide(facts: Facts) -> Decision:
    if not facts.may_see or facts.blocked:
        # The same answer as for a post that never was: a Like must not reveal one.
        return Refusal("no_such_post", "There is no such post.")
    if facts.undone:
        return ()
    content = facts.activity.content
    if content and content not in facts.emojis and len(facts.emojis) >= MAX_EMOJIS:
        return Refusal("too_many_reactions", f"At most {MAX_EMOJIS} emojis on one post.")
    reaction = Reaction(
        post_id=facts.post.id,
        actor_id=facts.actor.id,
        content=content,
        uri=facts.activity.uri,
        created=facts.now,
    )
    then: list[Effect] = [
        *relaying.changed(facts.voices, facts.post, "Like", facts.activity.uri, facts.actor)
    ]
    if facts.author.local and facts.author.id != facts.actor.id:
        then.append(
            Notify(facts.author.id, NotificationKind.FAVOURITE, facts.actor.id, facts.post.id)
        )
    if facts.actor.local and not facts.author.local:
        # Whoever liked a boost liked the post; the boost itself may be nobody's to know of.
        then.append(
            Send(
                replace(facts.activity, object=facts.post.uri),
                facts.actor.id,
                Recipients(actors=(facts.author.id,)),
                about=facts.post.uri,
            )
        )
    return (Put(reaction, tuple(then)),)
