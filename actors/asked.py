"""Which request to follow an answer means, and whether its sender may answer it: for a yes and a
no alike (activities/accept.py, activities/reject.py)."""

from actors.effects import Refusal
from actors.people import Actor
from actors.ports import Store
from actors.relationships import Relation, RelationKind
from actors.verbs import Accept, Reject


async def asked(
    store: Store, answer: Accept | Reject, followed: Actor
) -> tuple[Relation | None, Actor | None]:
    """Return the follow that is answered and who asked: by its id, else by who asked."""
    relation = await store.relation_by_uri(answer.object) if answer.object else None
    if relation is not None:
        return relation, await store.actor_by_id(relation.source_id)
    follower = await store.actor(answer.follower) if answer.follower else None
    if follower is not None:
        relation = await store.relation(RelationKind.FOLLOW, follower.id, followed.id)
    return relation, follower


def to_answer(
    relation: Relation | None, follower: Actor | None, followed: Actor
) -> tuple[Relation, Actor] | Refusal:
    """Return the follow and who asked if it is `followed` who may answer it."""
    if relation is None or follower is None or relation.kind is not RelationKind.FOLLOW:
        return Refusal("no_such_follow", "There is no such request to follow.")
    if relation.target_id != followed.id:
        return Refusal("not_yours", "Only the one who was asked may answer.")
    return relation, follower
