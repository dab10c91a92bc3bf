"""The records of departments, and the tree they stand in.

A department's actor may have no record yet: then all of it is empty (actors/departments.py). The
tree is `parent_id` of the actors themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.departments import Department
from actors.people import Actor, ActorKind, Person

from .engine import Tx
from .rows import ACTOR, PERSON, Table

DEPARTMENT: Final = Table("department", Department, ["actor_id"])
_AT_ONCE: Final = 200


async def record(tx: Tx, actor_id: int) -> Department | None:
    """Return the record of a department."""
    row = await tx.one(f"{DEPARTMENT.select} WHERE actor_id = ?", (actor_id,))
    return None if row is None else DEPARTMENT.decode(row)


async def records(tx: Tx, actor_ids: Sequence[int] | None = None) -> dict[int, Department]:
    """Return the records of these departments, or of all, by the ids of their actors."""
    if actor_ids is None:
        found = await tx.rows(DEPARTMENT.select)
        return {row[0]: DEPARTMENT.decode(row) for row in found}
    by_id: dict[int, Department] = {}
    for start in range(0, len(actor_ids), _AT_ONCE):
        part = actor_ids[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(part))
        found = await tx.rows(f"{DEPARTMENT.select} WHERE actor_id IN ({marks})", part)
        by_id |= {row[0]: DEPARTMENT.decode(row) for row in found}
    return by_id


async def put(tx: Tx, new: Department) -> None:
    """Keep a record in place of the one there was."""
    await tx.run(DEPARTMENT.replace, DEPARTMENT.encode(new))


async def by_number(tx: Tx, number: str) -> int | None:
    """Return the actor whose number this is."""
    row = await tx.one(
        "SELECT actor_id FROM department WHERE number = ? AND number <> ''", (number,)
    )
    return None if row is None else int(row[0])


async def color(tx: Tx, actor_id: int) -> str:
    """Return the colour that a department chose, "" for none."""
    row = await tx.one("SELECT color FROM department WHERE actor_id = ?", (actor_id,))
    return "" if row is None else str(row[0])


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a generated picture is made of; `open` where everybody may know that."""

    kind: ActorKind
    name: str
    color: str
    open: bool


async def drawn(tx: Tx, actor_id: int) -> Drawn | None:
    """Return what an actor's generated picture is made of; None for an id that is nobody's."""
    row = await tx.one(
        "SELECT a.kind, a.name, coalesce(d.color, ''), a.exposure = 'open' FROM actor a"
        " LEFT JOIN department d ON d.actor_id = a.id WHERE a.id = ? AND a.local = 1",
        (actor_id,),
    )
    return None if row is None else Drawn(ActorKind(row[0]), row[1], row[2], bool(row[3]))


async def ours(tx: Tx, actor_id: int) -> Actor | None:
    """Return an actor of ours that is still there."""
    row = await tx.one(
        f"{ACTOR.select} WHERE id = ? AND local = 1 AND deleted IS NULL", (actor_id,)
    )
    return None if row is None else ACTOR.decode(row)


async def people(tx: Tx, ids: Sequence[int]) -> dict[int, Person]:
    """Return people who are still here, by their ids."""
    found: dict[int, Person] = {}
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(part))
        rows = await tx.rows(f"{PERSON.select} WHERE id IN ({marks}) AND departed IS NULL", part)
        found |= {row[0]: PERSON.decode(row) for row in rows}
    return found


async def newest_post(tx: Tx, actor_id: int) -> int | None:
    """Return the id of a department's newest post that everybody may read; no answer, no boost."""
    row = await tx.one(
        "SELECT id FROM post WHERE author_id = ? AND deleted IS NULL AND boost_of IS NULL"
        " AND visibility = 'public' AND in_reply_to_uri = '' ORDER BY id DESC LIMIT 1",
        (actor_id,),
    )
    return None if row is None else int(row[0])


async def children(tx: Tx, actor_id: int) -> list[Actor]:
    """Return the departments right below one, by name."""
    found = await tx.rows(
        f"{ACTOR.select} WHERE parent_id = ? AND local = 1 AND deleted IS NULL ORDER BY name, id",
        (actor_id,),
    )
    return [ACTOR.decode(row) for row in found]


async def tree(tx: Tx) -> list[Actor]:
    """Return all departments that are there, by name: parents are among them."""
    found = await tx.rows(
        f"{ACTOR.select} WHERE local = 1 AND kind = 'Organization' AND deleted IS NULL"
        " ORDER BY name, id"
    )
    return [ACTOR.decode(row) for row in found]


async def above(tx: Tx, actor_id: int) -> list[int]:
    """Return the ids of all that stand above a department, the nearest first."""
    found: list[int] = []
    row = await tx.one("SELECT parent_id FROM actor WHERE id = ?", (actor_id,))
    while row is not None and row[0] is not None and row[0] not in found:
        found.append(int(row[0]))
        row = await tx.one("SELECT parent_id FROM actor WHERE id = ?", (row[0],))
    return found


async def reparent(tx: Tx, old: int, new: int | None) -> int:
    """Let all that stand below one department stand below another; return how many."""
    return await tx.run(
        "UPDATE actor SET parent_id = ? WHERE parent_id = ? AND local = 1", (new, old)
    )


async def bare(tx: Tx) -> list[str]:
    """Return the user names of departments, open to the web, that say neither their number nor how
    to reach them; those that have moved are of the past."""
    rows = await tx.rows(
        "SELECT a.username FROM actor a LEFT JOIN department d ON d.actor_id = a.id"
        " WHERE a.local = 1 AND a.kind = 'Organization' AND a.deleted IS NULL"
        " AND a.suspended IS NULL AND a.exposure = 'open' AND a.moved_to = ''"
        " AND coalesce(d.number || d.email || d.phone || d.website || d.address, '') = ''"
        " ORDER BY a.username"
    )
    return [row[0] for row in rows]
