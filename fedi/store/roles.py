"""Who may speak for whom: roles, and who stands in for a colleague while they are away.

A stand-in's role is looked up through the role of the absent one each time, so that it ends and
changes with that. HOLDS is the same question inside larger statements.
"""

from collections.abc import Sequence
from typing import Final

from actors.membership import Delegation, Membership, covered, strongest
from actors.people import Actor

from .engine import Tx
from .rows import ACTOR, DELEGATION, MEMBERSHIP

_COVERED: Final = (
    f"SELECT {DELEGATION.selected('d')}, {MEMBERSHIP.selected('m')} FROM delegation d"
    " JOIN membership m ON m.person_id = d.absent_id AND m.actor_id = d.actor_id"
    " JOIN person h ON h.id = d.absent_id AND h.departed IS NULL"
)
_MEMBERSHIP_AT: Final = len(DELEGATION.columns)
_NOBODY_AWAY: Final = ", ".join(("NULL",) * _MEMBERSHIP_AT)
_EFFECTIVE: Final = (
    f"{_COVERED} WHERE d.stand_in_id = ? AND d.actor_id = ?"
    f" UNION ALL SELECT {_NOBODY_AWAY}, {MEMBERSHIP.selected('m')} FROM membership m"
    " WHERE m.person_id = ? AND m.actor_id = ?"
)
MANAGERS: Final = 2
"""How many should manage a department, so that one may be ill."""


def holds(person: str, actor: str) -> str:
    """Return SQL that is true where `person` has a role for `actor` (columns); it takes HOLDS_TIMES
    times the moment as parameters."""
    open_ = "m.starts <= ? AND (m.ends IS NULL OR m.ends > ?)"
    return (
        f"(EXISTS (SELECT 1 FROM membership m WHERE m.person_id = {person}"
        f" AND m.actor_id = {actor} AND {open_})"
        " OR EXISTS (SELECT 1 FROM delegation d JOIN membership m ON m.person_id = d.absent_id"
        f" AND m.actor_id = d.actor_id AND {open_}"
        " JOIN person o ON o.id = d.absent_id AND o.departed IS NULL"
        f" WHERE d.stand_in_id = {person} AND d.actor_id = {actor}"
        " AND d.starts <= ? AND d.ends > ?))"
    )


HOLDS_TIMES: Final = 6


async def own(tx: Tx, person_id: int, actor_id: int) -> Membership | None:
    """Return a person's own role for an actor, whether or not it holds now."""
    row = await tx.one(
        f"{MEMBERSHIP.select} WHERE person_id = ? AND actor_id = ?", (person_id, actor_id)
    )
    return MEMBERSHIP.decode(row) if row is not None else None


async def effective(tx: Tx, person_id: int, actor_id: int, now: int) -> Membership | None:
    """Return the strongest role that a person has for an actor at `now` (ms), their own or that
    of whom they stand in for; None where they have none."""
    rows = await tx.rows(_EFFECTIVE, (person_id, actor_id, person_id, actor_id))
    return strongest([_of(row) for row in rows], now)


async def of_person(tx: Tx, person_id: int, now: int) -> dict[int, Membership]:
    """Return the strongest role that a person has for each actor at `now` (ms)."""
    rows = await tx.rows(f"{MEMBERSHIP.select} WHERE person_id = ?", (person_id,))
    found = [MEMBERSHIP.decode(row) for row in rows]
    rows = await tx.rows(f"{_COVERED} WHERE d.stand_in_id = ?", (person_id,))
    found += [_covered(row) for row in rows]
    by_actor: dict[int, list[Membership]] = {}
    for one in found:
        by_actor.setdefault(one.actor_id, []).append(one)
    best = {actor_id: strongest(roles, now) for actor_id, roles in by_actor.items()}
    return {actor_id: one for actor_id, one in best.items() if one is not None}


async def of_actor(tx: Tx, actor_id: int, now: int) -> list[Membership]:
    """Return who has a role for an actor at `now` (ms) or will have one, by person."""
    rows = await tx.rows(
        f"{MEMBERSHIP.select} WHERE actor_id = ? AND (ends IS NULL OR ends > ?) ORDER BY person_id",
        (actor_id, now),
    )
    return [MEMBERSHIP.decode(row) for row in rows]


async def put(tx: Tx, role: Membership) -> None:
    """Give a person a role for an actor, in place of the one they had."""
    await tx.run(MEMBERSHIP.replace, MEMBERSHIP.encode(role))


async def delegations(tx: Tx, actor_id: int, now: int) -> list[Delegation]:
    """Return who stands in for whom in an actor's name, at `now` (ms) or later."""
    rows = await tx.rows(
        f"{DELEGATION.select} WHERE actor_id = ? AND ends > ? ORDER BY starts, absent_id,"
        " stand_in_id",
        (actor_id, now),
    )
    return [DELEGATION.decode(row) for row in rows]


async def delegate(tx: Tx, delegation: Delegation) -> None:
    """Let a person stand in for another, in place of what was said before of the two."""
    await tx.run(DELEGATION.replace, DELEGATION.encode(delegation))


async def end_delegation(tx: Tx, actor_id: int, absent_id: int, stand_in_id: int) -> bool:
    """End it at once; return whether there was any."""
    changed = await tx.run(
        "DELETE FROM delegation WHERE actor_id = ? AND absent_id = ? AND stand_in_id = ?",
        (actor_id, absent_id, stand_in_id),
    )
    return changed > 0


def _of(row: Sequence[object]) -> Membership:
    """Return the role that a row of _EFFECTIVE gives: one's own, or an absent one's."""
    own_role = row[0] is None
    return MEMBERSHIP.decode(row[_MEMBERSHIP_AT:]) if own_role else _covered(row)


def _covered(row: Sequence[object]) -> Membership:
    return covered(DELEGATION.decode(row), MEMBERSHIP.decode(row[_MEMBERSHIP_AT:]))


async def managers(tx: Tx, now: int) -> list[tuple[Actor, int]]:
    """Return each department of ours and how many manage it by a role of their own at `now`."""
    rows = await tx.rows(
        f"SELECT {ACTOR.selected('a')}, (SELECT count(*) FROM membership m"
        " JOIN person p ON p.id = m.person_id AND p.departed IS NULL WHERE m.actor_id = a.id"
        " AND m.role = 'manager' AND m.starts <= ? AND (m.ends IS NULL OR m.ends > ?))"
        " FROM actor a WHERE a.local = 1 AND a.kind IN ('Organization', 'Group')"
        " AND a.deleted IS NULL AND a.suspended IS NULL ORDER BY a.username",
        (now, now),
    )
    return [(ACTOR.decode(row), row[len(ACTOR.columns)]) for row in rows]
