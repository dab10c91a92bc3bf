"""Follow: an actor asks to follow another. Answered at once unless the asked one wants to look.

To follow a group is to join it: an open one, or one to which one is invited, at once; else those
who manage it are asked, each by their own actor. A Follow from abroad that already holds is
answered again, for a peer that lost its state asks anew; one of ours is not sent again.
"""

from dataclasses import dataclass

from actors import groups
from actors.access import acting, met
from actors.effects import (
    Decision,
    Drop,
    Effect,
    Effects,
    Need,
    Notify,
    Put,
    Recipients,
    Refusal,
    Send,
)
from actors.grouping import Invitation, Standing
from actors.people import Actor
from actors.ports import Store
from actors.relationships import (
    MarkerKind,
    NotificationKind,
    Relation,
    RelationKind,
    RelationState,
)
from actors.verbs import Accept, Follow, Reject

__all__ = ["Follow", "decide", "gather"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Follow
    source: Actor
    target: Actor
    existing: Relation | None
    blocked: bool
    undone: bool
    joining: Standing | None
    managers: tuple[int, ...]
    answer_uri: str
    now: int


async def gather(store: Store, activity: Follow) -> Facts | Need | Refusal:
    source = await acting(store, activity.actor, activity.person)
    if not isinstance(source, Actor):
        return source
    target = await met(store, activity.object, source)
    if not isinstance(target, Actor):
        return target if source.local or isinstance(target, Refusal) else _not_ours()
    joining = await store.group(target, source) if groups.is_ours(target) else None
    return Facts(
        activity=activity,
        source=source,
        target=target,
        existing=await store.relation(RelationKind.FOLLOW, source.id, target.id),
        blocked=await store.blocked(source.id, target.id),
        undone=await store.marked(activity.uri, MarkerKind.UNDONE, source.uri),
        joining=joining,
        managers=await _managers(store, target) if joining is not None else (),
        answer_uri=store.urls.activity(store.new_id()),
        now=store.now,
    )


async def _managers(store: Store, group: Actor) -> tuple[int, ...]:
    """Return those of ours who manage a group, by their own actors."""
    found = await store.actors_by_id(await store.managers(group.id))
    return tuple(actor.id for actor in found.values() if actor.local and not actor.gone)


def decide(facts: Facts) -> Decision:
    if not facts.source.local and not facts.target.local:
        return _not_ours()
    if facts.source.id == facts.target.id:
        return Refusal("self", "Nobody follows themselves.")
    if facts.undone:
        return ()
    if facts.blocked:
        return _blocked(facts)
    if facts.target.local:
        return _asked_of_ours(facts)
    if facts.existing is not None:
        # Asked already. A second Follow beside the first could be taken back in its stead.
        return ()
    relation = _relation(facts, RelationState.PENDING)
    send = Send(
        facts.activity,
        facts.source.id,
        Recipients(actors=(facts.target.id,)),
        about=facts.target.uri,
    )
    return (Put(relation, (send,)),)


def _asked_of_ours(facts: Facts) -> Effects:
    joining = facts.joining
    waits = facts.target.locked if joining is None else not groups.welcome(joining)
    state = RelationState.PENDING if waits else RelationState.ACCEPTED
    if facts.existing is not None and facts.existing.state is RelationState.ACCEPTED:
        state = RelationState.ACCEPTED
    answer: tuple[Effect, ...] = ()
    if state is RelationState.ACCEPTED and not facts.source.local:
        answer = (_answer(facts, Accept),)
    if facts.existing is not None and facts.existing.state is state:
        return (Put(_relation(facts, state), answer, replace=True),)
    told = (
        NotificationKind.FOLLOW
        if state is RelationState.ACCEPTED
        else NotificationKind.FOLLOW_REQUEST
    )
    notify = Notify(facts.target.id, told, facts.source.id)
    then = (notify, *_in_group(facts, state), *answer)
    return (Put(_relation(facts, state), then, replace=True),)


def _in_group(facts: Facts, state: RelationState) -> Effects:
    """Return what joining a group means besides: an invitation is used up, managers are asked."""
    if facts.joining is None:
        return ()
    if state is RelationState.ACCEPTED:
        used = Invitation(group_id=facts.target.id, actor_id=facts.source.id, by_id=0, created=0)
        return (Drop(used),)
    return tuple(
        Notify(manager, NotificationKind.FOLLOW_REQUEST, facts.source.id)
        for manager in facts.managers
        if manager != facts.source.id
    )


def _relation(facts: Facts, state: RelationState) -> Relation:
    return Relation(
        kind=RelationKind.FOLLOW,
        source_id=facts.source.id,
        target_id=facts.target.id,
        state=state,
        uri=facts.activity.uri,
        created=facts.existing.created if facts.existing is not None else facts.now,
    )


def _answer(facts: Facts, verb: type[Accept] | type[Reject]) -> Send:
    return Send(
        verb(
            uri=facts.answer_uri,
            actor=facts.target.uri,
            object=facts.activity.uri,
            follower=facts.source.uri,
        ),
        facts.target.id,
        Recipients(actors=(facts.source.id,)),
        about=facts.source.uri,
    )


def _blocked(facts: Facts) -> Decision:
    if facts.source.local:
        return Refusal("blocked", "One of the two blocks the other.")
    return (_answer(facts, Reject),)


def _not_ours() -> Refusal:
    return Refusal("not_ours", "Neither of the two lives here.")
