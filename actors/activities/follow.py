"""Follow: an actor asks to follow another. Answered at once unless the asked one wants to look.

A Follow from abroad that already holds is answered again, for a peer that lost its state asks
anew; one of ours that was asked already is not sent again.
"""

from dataclasses import dataclass

from actors.access import acting, met
from actors.effects import (
    Decision,
    Effect,
    Effects,
    Need,
    Notify,
    Put,
    Recipients,
    Refusal,
    Send,
)
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
    answer_uri: str
    now: int


async def gather(store: Store, activity: Follow) -> Facts | Need | Refusal:
    source = await acting(store, activity.actor, activity.person)
    if not isinstance(source, Actor):
        return source
    target = await met(store, activity.object, source)
    if not isinstance(target, Actor):
        return target if source.local or isinstance(target, Refusal) else _not_ours()
    return Facts(
        activity=activity,
        source=source,
        target=target,
        existing=await store.relation(RelationKind.FOLLOW, source.id, target.id),
        blocked=await store.blocked(source.id, target.id),
        undone=await store.marked(activity.uri, MarkerKind.UNDONE, source.uri),
        answer_uri=store.urls.activity(store.new_id()),
        now=store.now,
    )


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
    state = RelationState.PENDING if facts.target.locked else RelationState.ACCEPTED
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
    return (Put(_relation(facts, state), (notify, *answer), replace=True),)


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
