"""Many who move in at once: rows of new departments and people, a statement for each kind of row.

For imports. What is written here is what fedi/organisation.py writes for one, but for keys, which
are made when somebody needs them (keys.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from actors.departments import Department
from actors.membership import Membership
from actors.people import Actor, HandleRow, Person

from . import events
from .departments import DEPARTMENT
from .engine import Tx
from .rows import ACTOR, HANDLE, MEMBERSHIP, PERSON

_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomers:
    """Rows that belong together; handles follow from the actors."""

    actors: Sequence[Actor]
    records: Sequence[Department] = ()
    people: Sequence[Person] = ()
    roles: Sequence[Membership] = ()


async def move_in(tx: Tx, new: Newcomers, now: int) -> list[str]:
    """Write the rows of newcomers, and return the handles among theirs that somebody else has got
    meanwhile: the unit must not be kept then."""
    handles = [
        HandleRow(username=one.username, actor_id=one.id, current=True, since=now)
        for one in new.actors
    ]
    await tx.many(HANDLE.insert, [HANDLE.encode(row) for row in handles])
    taken = await _others(tx, handles)
    if taken:
        return taken
    await tx.many(ACTOR.insert, [ACTOR.encode(one) for one in new.actors])
    await tx.many(DEPARTMENT.insert, [DEPARTMENT.encode(one) for one in new.records])
    await tx.many(PERSON.insert, [PERSON.encode(one) for one in new.people])
    await tx.many(MEMBERSHIP.insert, [MEMBERSHIP.encode(one) for one in new.roles])
    for start in range(0, len(new.actors), _AT_ONCE):
        ids = [one.id for one in new.actors[start : start + _AT_ONCE]]
        these = f"FROM actor WHERE id IN ({', '.join('?' * len(ids))})"
        await events.append_each(tx, "actor", "id", "id", these, ids, at=now)
    return []


async def _others(tx: Tx, handles: Sequence[HandleRow]) -> list[str]:
    ours = {row.username: row.actor_id for row in handles}
    found = await holders(tx, list(ours))
    return [name for name, id in found.items() if ours[name] != id]


async def holders(tx: Tx, usernames: Sequence[str]) -> dict[str, int]:
    """Return who has, or once had, these handles: ids of actors."""
    found: dict[str, int] = {}
    for start in range(0, len(usernames), _AT_ONCE):
        part = usernames[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(part))
        rows = await tx.rows(
            f"SELECT username, actor_id FROM handle WHERE username IN ({marks})", part
        )
        found |= {row[0]: int(row[1]) for row in rows}
    return found


async def correct(tx: Tx, person_id: int, entries: Mapping[str, str]) -> None:
    """Change the name, e-mail address or language that the house has of a person."""
    for column in ("name", "email", "language"):
        if column in entries:
            await tx.run(
                f"UPDATE person SET {column} = ? WHERE id = ?", (entries[column], person_id)
            )
