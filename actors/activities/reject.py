"""Reject: the one who is followed says no, or ends a follow that held."""

from dataclasses import dataclass, replace

from actors.access import acting
from actors.effects import Decision, Drop, Effect, Need, Recipients, Refusal, Send
from actors.people import Actor
from actors.ports import Store
from actors.relationships import Relation, RelationKind
from actors.verbs import Reject

__all__ = ["Reject", "decide", "gather"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Reject
    followed: Actor
    follower: Actor | None
    relation: Relation | None


async def gather(store: Store, activity: Reject) -> Facts | Need | Refusal:
    followed = await acting(store, activity.actor, activity.person)
    if not isinstance(followed, Actor):
        return followed
    relation = await store.relation_by_uri(activity.object) if activity.object else None
    follower = None
    if relation is not None:
        follower = await store.actor_by_id(relation.source_id)
    elif activity.follower:
        follower = await store.actor(activity.follower)
        if follower is not None:
            relation = await store.relation(RelationKind.FOLLOW, follower.id, followed.id)
    return Facts(activity=activity, followed=followed, follower=follower, relation=relation)


def decide(facts: Facts) -> Decision:
    relation, follower = facts.relation, facts.follower
    if relation is None or follower is None or relation.kind is not RelationKind.FOLLOW:
        return Refusal("no_such_follow", "There is no such request to follow.")
    if relation.target_id != facts.followed.id:
        return Refusal("not_yours", "Only the one who was asked may answer.")
    then: tuple[Effect, ...] = ()
    if facts.followed.local and not follower.local:
        answer = replace(facts.activity, object=relation.uri, follower=follower.uri)
        then = (
            Send(answer, facts.followed.id, Recipients(actors=(follower.id,)), about=follower.uri),
        )
    return (Drop(relation, then),)
