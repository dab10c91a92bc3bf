"""Newcomers: whom they follow from the first, which cards they put away, waves of invitations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from actors.membership import Role
from actors.people import Actor, ActorKind, Person
from actors.posts import Post

from .engine import Tx
from .roles import HOLDS_TIMES, holds
from .rows import ACTOR, PERSON, POST

LEADERS: Final = 3
"""So many of those who manage a department are followed."""
DEEPEST: Final = 8
"""So many floors up the organisation is looked for."""
_HERE: Final = "a.local = 1 AND a.suspended IS NULL AND a.deleted IS NULL AND a.moved_to = ''"


@dataclass(frozen=True, slots=True)
class Welcomed:
    """When a person was received (ms), and the cards they have put away."""

    at: int
    skipped: frozenset[str]


async def welcomed(tx: Tx, person_id: int) -> Welcomed | None:
    """Return when a person was received; None for whoever has not been."""
    row = await tx.one("SELECT at, skipped FROM welcome WHERE person_id = ?", (person_id,))
    return None if row is None else Welcomed(row[0], frozenset(row[1].split()))


async def receive(tx: Tx, person_id: int, now: int) -> bool:
    """Note that a person has been received; return whether this was the first time."""
    return bool(
        await tx.run(
            "INSERT INTO welcome (person_id, at, skipped) VALUES (?, ?, '')"
            " ON CONFLICT (person_id) DO NOTHING",
            (person_id, now),
        )
    )


async def put_away(tx: Tx, person_id: int, cards: frozenset[str], now: int) -> None:
    """Keep which cards a person has put away."""
    await tx.run(
        "INSERT INTO welcome (person_id, at, skipped) VALUES (?, ?, ?)"
        " ON CONFLICT (person_id) DO UPDATE SET skipped = excluded.skipped",
        (person_id, now, " ".join(sorted(cards))),
    )


_PARTS: Final = (
    f"SELECT {ACTOR.selected('a')} FROM actor a WHERE a.kind = '{ActorKind.ORGANIZATION}'"
    f" AND {_HERE} AND EXISTS (SELECT 1 FROM person p WHERE p.id = ? AND {holds('p.id', 'a.id')})"
    " ORDER BY a.name, a.id"
)
_MANAGERS: Final = (
    f"SELECT {ACTOR.selected('a')} FROM membership l JOIN person p ON p.id = l.person_id"
    " AND p.departed IS NULL JOIN actor a ON a.id = p.actor_id"
    f" WHERE l.actor_id = ? AND l.role = '{Role.MANAGER}' AND l.starts <= ?"
    f" AND (l.ends IS NULL OR l.ends > ?) AND {_HERE} ORDER BY l.starts, a.name, a.id LIMIT ?"
)


async def departments_of(tx: Tx, person_id: int, now: int) -> list[Actor]:
    """Return the departments that a person has a role for at `now` (ms), by name."""
    rows = await tx.rows(_PARTS, (person_id, *(now for _ in range(HOLDS_TIMES))))
    return [ACTOR.decode(row) for row in rows]


async def leaders_of(tx: Tx, department_id: int, now: int) -> list[Actor]:
    """Return the accounts of those who manage a department, LEADERS at most."""
    rows = await tx.rows(_MANAGERS, (department_id, now, now, LEADERS))
    return [ACTOR.decode(row) for row in rows]


async def above(tx: Tx, department: Actor) -> list[Actor]:
    """Return what a department is part of, the nearest first, the organisation last."""
    found: list[Actor] = []
    seen, next_id = {department.id}, department.parent_id
    while next_id is not None and next_id not in seen and len(found) < DEEPEST:
        seen.add(next_id)
        row = await tx.one(f"SELECT {ACTOR.selected('a')} FROM actor a WHERE a.id = ? AND {_HERE}",
                           (next_id,))  # fmt: skip
        if row is None:
            break
        found.append(ACTOR.decode(row))
        next_id = found[-1].parent_id
    return found


# -- waves


@dataclass(frozen=True, slots=True)
class Wave:
    """How far a wave of invitations has come, in people."""

    name: str
    invited: int
    sent: int
    joined: int
    posted: int


async def invite(tx: Tx, people: Sequence[int], wave: str, now: int) -> None:
    """Note that people are invited in a wave; a later wave takes the place of an earlier one."""
    await tx.many(
        "INSERT INTO invited (person_id, wave, at) VALUES (?, ?, ?) ON CONFLICT (person_id)"
        " DO UPDATE SET wave = excluded.wave, at = excluded.at, sent = NULL",
        [(person, wave, now) for person in people],
    )


async def sent(tx: Tx, person_id: int, now: int) -> None:
    """Note that a person's invitation has left by e-mail."""
    await tx.run("UPDATE invited SET sent = ? WHERE person_id = ?", (now, person_id))


_POSTED: Final = "EXISTS (SELECT 1 FROM post x WHERE x.author_id = p.actor_id)"
_COUNTED: Final = (
    "SELECT i.wave, count(*), count(i.sent), count(w.person_id),"
    f" sum(CASE WHEN {_POSTED} THEN 1 ELSE 0 END), min(i.at)"
    " FROM invited i JOIN person p ON p.id = i.person_id"
    " LEFT JOIN welcome w ON w.person_id = i.person_id"
)


async def waves(tx: Tx) -> list[Wave]:
    """Return how far each wave has come, the earliest first."""
    rows = await tx.rows(f"{_COUNTED} GROUP BY i.wave ORDER BY 6, 1")
    return [Wave(*row[:5]) for row in rows]


async def waiting(tx: Tx, wave: str) -> list[Person]:
    """Return who of a wave has not signed in yet, by name."""
    rows: Sequence[Sequence[Any]] = await tx.rows(
        f"SELECT {PERSON.selected('p')} FROM invited i JOIN person p ON p.id = i.person_id"
        " WHERE i.wave = ? AND p.departed IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM welcome w WHERE w.person_id = p.id)"
        " ORDER BY p.name, p.id",
        (wave,),
    )
    return [PERSON.decode(row) for row in rows]


# -- practice


async def written_in(tx: Tx, group_id: int, before: int, limit: int) -> list[tuple[Actor, Post]]:
    """Return posts of ours in a group with ids below `before`, each with its author."""
    rows = await tx.rows(
        f"SELECT {ACTOR.selected('a')}, {POST.selected('p')} FROM addressee d"
        " JOIN post p ON p.id = d.post_id AND p.deleted IS NULL AND p.local = 1"
        f" JOIN actor a ON a.id = p.author_id AND {_HERE}"
        " WHERE d.actor_id = ? AND d.post_id < ? ORDER BY d.post_id LIMIT ?",
        (group_id, before, limit),
    )
    width = len(ACTOR.columns)
    return [(ACTOR.decode(row[:width]), POST.decode(row[width:])) for row in rows]
