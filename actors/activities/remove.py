"""Remove: an actor takes a post out of its featured collection (a pinned post), or a closed group
of another server says what it has no longer (actors/elsewhere.py)."""

from dataclasses import dataclass

from actors.access import acting
from actors.effects import Decision, Drop, Need, Recipients, Refusal, Send, Show
from actors.elsewhere import in_outbox, listed
from actors.handles import host_of
from actors.people import Actor
from actors.ports import Store
from actors.posts import PINNED_INSIDE, Addressee, Pin, Post
from actors.relationships import GroupHost
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
    if listed(facts.actor, facts.activity.target):
        return (Drop(GroupHost(group_id=facts.actor.id, host=host_of(facts.activity.object))),)
    if in_outbox(facts.actor, facts.activity.target):
        return _from_group(facts.actor, facts.post)
    if not facts.actor.featured or facts.activity.target != facts.actor.featured:
        return Refusal("not_yours", "Only an actor's own featured collection can change.")
    if facts.post is None:
        return Refusal("no_such_post", "There is no such post.")
    pin = Pin(actor_id=facts.actor.id, post_id=facts.post.id, created=facts.now)
    return (Drop(pin, _tell(facts, facts.post)),)


def _from_group(group: Actor, post: Post | None) -> Decision:
    """A post is in a group of another server no more: its members here have it no longer."""
    if post is None:
        return Refusal("no_such_post", "There is no such post.")
    gone = Show(post.id, post.author_id, "delete")
    return (Drop(Addressee(post_id=post.id, actor_id=group.id), (gone,)),)


def _tell(facts: Facts, post: Post) -> tuple[Send, ...]:
    inside = post.author_id == facts.actor.id and post.visibility in PINNED_INSIDE
    if not facts.actor.local or inside:
        return ()
    return (
        Send(
            facts.activity,
            facts.actor.id,
            Recipients(followers_of=facts.actor.id),
            about=facts.activity.object,
            post_id=post.id,
        ),
    )
