"""Add: an actor puts a post in its featured collection (a pinned post), or a closed group of
another server says that it has members on a server more (actors/elsewhere.py)."""

from dataclasses import dataclass

from actors.access import acting
from actors.effects import Decision, Fetch, Need, Put, Recipients, Refusal, Send
from actors.elsewhere import listed
from actors.groups import has
from actors.handles import host_of
from actors.people import Actor
from actors.ports import Store
from actors.posts import PINNED_INSIDE, Pin, Post, Visibility
from actors.relationships import GroupHost
from actors.verbs import Add

__all__ = ["Add", "decide", "gather"]

MAX_PINS = 20
MAX_PINS_OF_OURS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Add
    actor: Actor
    post: Post | None
    in_group: bool
    pinned: tuple[int, ...]
    now: int


async def gather(store: Store, activity: Add) -> Facts | Need | Refusal:
    actor = await acting(store, activity.actor, activity.person)
    if not isinstance(actor, Actor):
        return actor
    post = await store.post(activity.object)
    return Facts(
        activity=activity,
        actor=actor,
        post=post,
        in_group=post is not None and await has(store, actor, post),
        pinned=await store.pinned(actor.id),
        now=store.now,
    )


def decide(facts: Facts) -> Decision:
    if listed(facts.actor, facts.activity.target):
        host = host_of(facts.activity.object)
        return (Put(GroupHost(group_id=facts.actor.id, host=host)),) if host else ()
    if not facts.actor.featured or facts.activity.target != facts.actor.featured:
        return Refusal("not_yours", "Only an actor's own featured collection can change.")
    if facts.post is None:
        if facts.actor.local:
            return Refusal("no_such_post", "There is no such post.")
        return (Fetch(facts.actor.featured, "featured"),)
    own = facts.post.author_id == facts.actor.id
    if not (own or facts.in_group) or facts.post.deleted is not None:
        return Refusal("not_yours", "Only a post of one's own can be pinned.")
    if not (_is_open(facts.post) or facts.in_group or _stays_inside(facts.actor, facts.post)):
        return Refusal(
            "not_public", "Posts that are only visible to mentioned users cannot be pinned"
        )
    if facts.post.id in facts.pinned:
        return ()
    most = MAX_PINS_OF_OURS if facts.actor.local else MAX_PINS
    if len(facts.pinned) >= most:
        return Refusal("too_many", f"At most {most} posts can be pinned.")
    pin = Pin(actor_id=facts.actor.id, post_id=facts.post.id, created=facts.now)
    return (Put(pin, _tell(facts, facts.post)),)


def _is_open(post: Post) -> bool:
    return post.visibility in (Visibility.PUBLIC, Visibility.UNLISTED)


def _stays_inside(actor: Actor, post: Post) -> bool:
    return actor.local and post.author_id == actor.id and post.visibility in PINNED_INSIDE


def _tell(facts: Facts, post: Post) -> tuple[Send, ...]:
    if not facts.actor.local or _stays_inside(facts.actor, post):
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
