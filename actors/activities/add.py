"""Add: an actor puts a post in its featured collection (a pinned post)."""

from dataclasses import dataclass

from actors.access import acting
from actors.effects import Decision, Fetch, Need, Put, Recipients, Refusal, Send
from actors.people import Actor
from actors.ports import Store
from actors.posts import Pin, Post, Visibility
from actors.verbs import Add

__all__ = ["Add", "decide", "gather"]

MAX_PINS = 20
MAX_PINS_OF_OURS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Add
    actor: Actor
    post: Post | None
    pinned: tuple[int, ...]
    now: int


async def gather(store: Store, activity: Add) -> Facts | Need | Refusal:
    actor = await acting(store, activity.actor, activity.person)
    if not isinstance(actor, Actor):
        return actor
    return Facts(
        activity=activity,
        actor=actor,
        post=await store.post(activity.object),
        pinned=await store.pinned(actor.id),
        now=store.now,
    )


def decide(facts: Facts) -> Decision:
    if not facts.actor.featured or facts.activity.target != facts.actor.featured:
        return Refusal("not_yours", "Only an actor's own featured collection can change.")
    if facts.post is None:
        if facts.actor.local:
            return Refusal("no_such_post", "There is no such post.")
        return (Fetch(facts.actor.featured, "featured"),)
    if facts.post.author_id != facts.actor.id or facts.post.deleted is not None:
        return Refusal("not_yours", "Only a post of one's own can be pinned.")
    if facts.post.visibility not in (Visibility.PUBLIC, Visibility.UNLISTED):
        return Refusal("not_public", "Only a public post can be pinned.")
    if facts.post.id in facts.pinned:
        return ()
    most = MAX_PINS_OF_OURS if facts.actor.local else MAX_PINS
    if len(facts.pinned) >= most:
        return Refusal("too_many", f"At most {most} posts can be pinned.")
    pin = Pin(actor_id=facts.actor.id, post_id=facts.post.id, created=facts.now)
    return (Put(pin, _tell(facts)),)


def _tell(facts: Facts) -> tuple[Send, ...]:
    if not facts.actor.local:
        return ()
    return (
        Send(
            facts.activity,
            facts.actor.id,
            Recipients(followers_of=facts.actor.id),
            about=facts.activity.object,
            post_id=facts.post.id if facts.post is not None else None,
        ),
    )
