"""For whom a person may speak: their own actor, and the departments that let them."""

from actors.membership import may_write
from actors.people import Actor, Person

from . import roles
from .engine import Tx
from .rows import ACTOR

MOST = 200


async def spoken_for(tx: Tx, person: Person, now: int) -> list[Actor]:
    """Return the actors that a person may write as at `now` (ms), their own first, then by name."""
    held = await roles.of_person(tx, person.id, now)
    ids = sorted(actor_id for actor_id, role in held.items() if may_write(role, now))[:MOST]
    marks = ", ".join("?" * len(ids))
    found = await tx.rows(
        f"{ACTOR.select} WHERE id IN ({marks}) AND local = 1 AND suspended IS NULL"
        " AND deleted IS NULL ORDER BY CASE id WHEN ? THEN 0 ELSE 1 END, name, id",
        (*ids, person.actor_id),
    )
    return [ACTOR.decode(row) for row in found]
