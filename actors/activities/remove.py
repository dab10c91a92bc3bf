"""Remove: an actor takes a post out of its featured collection (a pinned post)."""

from dataclasses import dataclass

from actors.access import acting
from actors.effects import Decision, Drop, Need, Recipients, Refusal, Send
from actors.people import Actor
from actors.ports import Store
from actors.posts import Pin, Post
from actors.verbs import Remove

__all__ = ["Remove", "decide", "gather"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Remove
    actor: Actor
    post: Post | None
    now: int


async def gather(store: Store, activity: Remove) -> Facts | Need | Refusal:
    actor = await acting(store, activity.actor, activity.person)
    if not isinstance(actor, Actor):
        return actor
    return Facts(
        activity=activity,
        actor=actor,
        post=await store.post(activity.object),
        now=store.now,
    )


def decide(facts: Facts) -> Decision:
    if not facts.actor.featured or facts.activity.target != facts.actor.featured:
        return Refusal("not_yours", "Only an actor's own featured collection can change.")
    if facts.post is None:
        return Refusal("no_such_post", "There is no such post.")
    pin = Pin(actor_id=facts.actor.id, post_id=facts.post.id, created=facts.now)
    return (Drop(pin, _tell(facts)),)


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
