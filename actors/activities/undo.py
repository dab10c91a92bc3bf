"""Undo: an actor takes back a Follow, Like, Announce or Block of its own.

What has not arrived yet leaves a marker for 30 days, so that it has no effect when it comes.
"""

from dataclasses import dataclass, replace

from actors.access import acting
from actors.audience import leaves_the_house
from actors.effects import (
    Decision,
    Drop,
    Effect,
    Need,
    Put,
    Recipients,
    Refusal,
    Send,
    Show,
)
from actors.people import Actor
from actors.ports import Store
from actors.posts import Post
from actors.relationships import (
    MARKER_DAYS,
    Marker,
    MarkerKind,
    Reaction,
    Relation,
    RelationKind,
)
from actors.verbs import Undo

__all__ = ["Undo", "decide", "gather"]

_RELATIONS = {"Follow": RelationKind.FOLLOW, "Block": RelationKind.BLOCK}
_DAY = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Undo
    actor: Actor
    found: Relation | Reaction | Post | None
    other: Actor | None
    about: str
    now: int


async def gather(store: Store, activity: Undo) -> Facts | Need | Refusal:
    actor = await acting(store, activity.actor, activity.person)
    if not isinstance(actor, Actor):
        return actor
    found = await _by_uri(store, activity, actor) or await _by_target(store, activity, actor)
    other, about = await _other(store, found)
    return Facts(
        activity=activity,
        actor=actor,
        found=found,
        other=other,
        about=about,
        now=store.now,
    )


async def _by_uri(store: Store, activity: Undo, actor: Actor) -> Relation | Reaction | Post | None:
    if not activity.object:
        return None
    relation = await store.relation_by_uri(activity.object)
    if relation is not None:
        return relation if relation.source_id == actor.id else None
    reaction = await store.reaction_by_uri(activity.object)
    if reaction is not None:
        return reaction if reaction.actor_id == actor.id else None
    post = await store.post(activity.object)
    if post is not None and post.boost_of is not None and post.author_id == actor.id:
        return post
    return None


async def _by_target(
    store: Store, activity: Undo, actor: Actor
) -> Relation | Reaction | Post | None:
    """Find it by what it was about: some servers make a new id for the activity they undo."""
    if not activity.target:
        return None
    if activity.kind in _RELATIONS:
        target = await store.actor(activity.target)
        if target is None:
            return None
        return await store.relation(_RELATIONS[activity.kind], actor.id, target.id)
    post = await store.post(activity.target)
    if post is not None and post.boost_of is not None:
        post = await store.post_by_id(post.boost_of)
    if post is None:
        return None
    if activity.kind in ("Like", "EmojiReact"):
        return await store.reaction(post.id, actor.id, activity.content)
    if activity.kind == "Announce":
        return await store.boost(actor.id, post.id)
    return None


async def _other(
    store: Store, found: Relation | Reaction | Post | None
) -> tuple[Actor | None, str]:
    """Return whom it concerns besides the actor, and the uri of what it was about."""
    match found:
        case Relation():
            other = await store.actor_by_id(found.target_id)
            return other, other.uri if other is not None else ""
        case Reaction(post_id=post_id) | Post(boost_of=int(post_id)):
            post = await store.post_by_id(post_id)
            if post is not None:
                return await store.actor_by_id(post.author_id), post.uri
    return None, ""


def decide(facts: Facts) -> Decision:
    marker = _marker(facts)
    if facts.found is None:
        return marker
    then: list[Effect] = []
    if isinstance(facts.found, Post):
        then.append(Show(facts.found.id, facts.actor.id, "delete"))
    if facts.actor.local:
        then += _tell(facts)
    return (Drop(facts.found, tuple(then)), *marker)


def _tell(facts: Facts) -> list[Effect]:
    boost = facts.found if isinstance(facts.found, Post) else None
    if boost is not None and not leaves_the_house(boost.visibility):
        return []
    named = (facts.other.id,) if facts.other is not None and not facts.other.local else ()
    if boost is None and not named:
        return []
    recipients = Recipients(
        followers_of=facts.actor.id if boost is not None else None, actors=named
    )
    activity = replace(facts.activity, target=facts.about)
    return [Send(activity, facts.actor.id, recipients, about=facts.about)]


def _marker(facts: Facts) -> tuple[Put, ...]:
    """What comes after its own Undo is not done. Once it was here and is taken back it may be done
    again, under the same id too (Pixelfed, PeerTube); a boost may not, whose id is a post's."""
    if facts.actor.local or not facts.activity.object:
        return ()
    if isinstance(facts.found, Relation | Reaction) and facts.found.uri == facts.activity.object:
        return ()
    return (
        Put(
            Marker(
                uri=facts.activity.object,
                kind=MarkerKind.UNDONE,
                actor_uri=facts.actor.uri,
                until=facts.now + MARKER_DAYS * _DAY,
            )
        ),
    )
