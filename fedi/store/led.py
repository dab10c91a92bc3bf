"""Whom a person leads: those who speak for a department that the person manages, and for nothing
that the person doesn't. A leader may make a link that signs one of them in, so whoever can do more
than the leader can (another manager, someone who keeps order, who speaks elsewhere) isn't led."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from actors.membership import Role
from actors.people import ActorKind, Person

from .engine import Tx
from .rows import PERSON

MOST: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """One of a leader's people, the departments they share, and whether they have something to
    sign in with."""

    person: Person
    departments: tuple[str, ...]
    known: bool


_MANAGES: Final = (
    "EXISTS (SELECT 1 FROM membership l WHERE l.person_id = ? AND l.actor_id = {}"
    f" AND l.role = '{Role.MANAGER}' AND l.starts <= ? AND (l.ends IS NULL OR l.ends > ?))"
)
# Roles that begin later count against being led, too: what a link opens outlasts the moment.
_LED: Final = (
    f"SELECT {PERSON.selected('p')}, a.name,"
    " EXISTS (SELECT 1 FROM credential c WHERE c.person_id = p.id)"
    " OR EXISTS (SELECT 1 FROM passkey k WHERE k.person_id = p.id)"
    " FROM membership m JOIN person p ON p.id = m.person_id AND p.departed IS NULL"
    " JOIN actor a ON a.id = m.actor_id AND a.local = 1"
    f" AND a.kind <> '{ActorKind.PERSON}' AND a.suspended IS NULL AND a.deleted IS NULL"
    " WHERE p.id <> ? AND (p.admin = 0 OR ? = 1)"
    f" AND m.starts <= ? AND (m.ends IS NULL OR m.ends > ?) AND {_MANAGES.format('m.actor_id')}"
    " AND NOT EXISTS (SELECT 1 FROM membership o WHERE o.person_id = p.id"
    " AND o.actor_id <> p.actor_id AND (o.ends IS NULL OR o.ends > ?)"
    f" AND (o.role = '{Role.MANAGER}' OR NOT {_MANAGES.format('o.actor_id')}))"
    # Who stands in for somebody, now or later, can do what that one can.
    " AND NOT EXISTS (SELECT 1 FROM delegation d WHERE d.stand_in_id = p.id AND d.ends > ?)"
)


async def leads(tx: Tx, leader: Person, now: int) -> bool:
    """Return whether a person leads anybody at `now` (ms)."""
    return await tx.one(f"{_LED} LIMIT 1", _params(leader, now)) is not None


async def led_by(tx: Tx, leader: Person, now: int) -> list[Led]:
    """Return whom a person leads at `now` (ms), by name: of long lists the beginning."""
    rows = await tx.rows(
        f"{_LED} ORDER BY p.name, p.id, a.name, a.id LIMIT ?", (*_params(leader, now), MOST)
    )
    return _gathered(rows)


async def led(tx: Tx, leader: Person, person_id: int, now: int) -> Led | None:
    """Return one whom a person leads at `now` (ms); None for everyone else."""
    rows = await tx.rows(
        f"{_LED} AND p.id = ? ORDER BY a.name, a.id LIMIT ?",
        (*_params(leader, now), person_id, MOST),
    )
    return next(iter(_gathered(rows)), None)


def _params(leader: Person, now: int) -> tuple[int, ...]:
    manages = (leader.id, now, now)
    return leader.id, int(leader.admin), now, now, *manages, now, *manages, now


def _gathered(rows: Sequence[Sequence[Any]]) -> list[Led]:
    width, found = len(PERSON.columns), dict[int, Led]()
    for row in rows:
        person, department = PERSON.decode(row), str(row[width])
        before = found[person.id].departments if person.id in found else ()
        found[person.id] = Led(
            person=person, departments=(*before, department), known=bool(row[width + 1])
        )
    return list(found.values())
