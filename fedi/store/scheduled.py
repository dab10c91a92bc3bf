"""Posts for later, by the actor that is to say them; `params` is fedi/publishing's to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from .engine import Tx
from .timelines import Span

NEVER: Final = 1 << 62
"""The `due` of one that could not be published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """`due` in ms; `problem` says why one that is overdue is still here."""

    id: int
    actor_id: int
    person_id: int
    app_id: int | None
    due: int
    params: str
    problem: str = ""


_COLUMNS: Final = "id, actor_id, person_id, app_id, due, params, problem"


def _scheduled(row: Sequence[Any]) -> Scheduled:
    return Scheduled(
        id=row[0],
        actor_id=row[1],
        person_id=row[2],
        app_id=row[3],
        due=row[4],
        params=row[5],
        problem=row[6],
    )


async def add(tx: Tx, new: Scheduled) -> None:
    """Keep a post for later."""
    await tx.run(
        f"INSERT INTO scheduled ({_COLUMNS}, media, lease_until)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, '[]', 0)",
        (new.id, new.actor_id, new.person_id, new.app_id, new.due, new.params, new.problem),
    )


async def count(tx: Tx, actor_id: int) -> int:
    """Return how many posts of an actor wait."""
    row = await tx.one("SELECT count(*) FROM scheduled WHERE actor_id = ?", (actor_id,))
    return 0 if row is None else int(row[0])


async def one(tx: Tx, actor_id: int, id: int) -> Scheduled | None:
    """Return a waiting post of this actor's."""
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM scheduled WHERE id = ? AND actor_id = ?", (id, actor_id)
    )
    return None if row is None else _scheduled(row)


async def of_actor(tx: Tx, actor_id: int, span: Span) -> list[Scheduled]:
    """Return a page of an actor's waiting posts."""
    order = "ASC" if span.upward else "DESC"
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM scheduled WHERE actor_id = ? AND id > ? AND id < ?"
        f" ORDER BY id {order} LIMIT ?",
        (actor_id, span.above, span.below, span.limit),
    )
    found = [_scheduled(row) for row in rows]
    return found[::-1] if span.upward else found


async def move(tx: Tx, id: int, due: int) -> None:
    """Let one wait for another time."""
    await tx.run("UPDATE scheduled SET due = ?, problem = '' WHERE id = ?", (due, id))


async def drop(tx: Tx, id: int) -> bool:
    """Remove one; return whether it was there."""
    return bool(await tx.run("DELETE FROM scheduled WHERE id = ?", (id,)))


async def is_due(tx: Tx, now: int) -> bool:
    """Return whether the time of any has come."""
    row = await tx.one("SELECT 1 FROM scheduled WHERE due <= ? ORDER BY due LIMIT 1", (now,))
    return row is not None


async def lease(tx: Tx, now: int, until: int, most: int = 20) -> list[Scheduled]:
    """Take some whose time has come, until a time (ms)."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM scheduled WHERE due <= ? AND lease_until <= ?"
        " ORDER BY due LIMIT ?",
        (now, now, most),
    )
    for row in rows:
        await tx.run("UPDATE scheduled SET lease_until = ? WHERE id = ?", (until, row[0]))
    return [_scheduled(row) for row in rows]


async def failed(tx: Tx, id: int, problem: str, due: int | None) -> None:
    """Note why one could not be published; `due` None keeps it from being tried again."""
    await tx.run(
        "UPDATE scheduled SET problem = ?, lease_until = 0, due = ? WHERE id = ?",
        (problem, NEVER if due is None else due, id),
    )
