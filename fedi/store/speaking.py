"""For whom a person may speak: their own actor, and the departments that let them."""

from actors.membership import Membership, may_draft
from actors.people import Actor, Person

from . import roles
from .engine import Tx
from .rows import ACTOR

MOST = 200


async def spoken_for(tx: Tx, person: Person, now: int) -> list[Actor]:
    """Return the actors that a person may write as at `now` (ms), if only drafts, their own first,
    then by name."""
    held = await roles.of_person(tx, person.id, now)
    writing = {actor_id: role for actor_id, role in held.items() if may_draft(role, now)}
    return [actor for actor, _ in await _actors(tx, person, writing)]


async def roles_held(tx: Tx, person: Person, now: int) -> list[tuple[Actor, Membership]]:
    """Return the actors that a person has any role for at `now` (ms), each with the strongest,
    their own first, then by name."""
    return await _actors(tx, person, await roles.of_person(tx, person.id, now))


async def _actors(
    tx: Tx, person: Person, held: dict[int, Membership]
) -> list[tuple[Actor, Membership]]:
    ids = sorted(held)[:MOST]
    marks = ", ".join("?" * len(ids))
    found = await tx.rows(
        f"{ACTOR.select} WHERE id IN ({marks}) AND local = 1 AND suspended IS NULL"
        " AND deleted IS NULL ORDER BY CASE id WHEN ? THEN 0 ELSE 1 END, name, id",
        (*ids, person.actor_id),
    )
    return [(actor, held[actor.id]) for actor in map(ACTOR.decode, found)]
