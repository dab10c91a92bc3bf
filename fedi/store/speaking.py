"""For whom a person may speak: their own actor, and the departments that let them."""

from actors.membership import Membership, may_write
from actors.people import Actor, Person

from .engine import Tx
from .rows import ACTOR, MEMBERSHIP

MOST = 200


async def spoken_for(tx: Tx, person: Person, now: int) -> list[Actor]:
    """Return the actors that a person may write as at `now` (ms), their own first, then by name."""
    found = await tx.rows(
        f"SELECT {MEMBERSHIP.selected('m')}, {ACTOR.selected('a')} FROM membership m"
        " JOIN actor a ON a.id = m.actor_id WHERE m.person_id = ? AND a.local = 1"
        " AND a.suspended IS NULL AND a.deleted IS NULL"
        " ORDER BY CASE a.id WHEN ? THEN 0 ELSE 1 END, a.name, a.id LIMIT ?",
        (person.id, person.actor_id, MOST),
    )
    width = len(MEMBERSHIP.columns)
    pairs: list[tuple[Membership, Actor]] = [
        (MEMBERSHIP.decode(row), ACTOR.decode(row[width:])) for row in found
    ]
    return [actor for membership, actor in pairs if may_write(membership, now)]
