"""What an actor says in a period: published, scheduled, waiting for approval or being written."""

from dataclasses import dataclass

from actors import ids

from . import drafts
from .engine import Tx

MOST = 500
"""Entries of each sort that a calendar shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One entry: `at` (ms) is when it appears or appeared; `kind` is published, scheduled, or the
    state of a draft. `text` of what is no post yet is a wish (fedi/publishing/wishes.py)."""

    kind: str
    id: int
    at: int
    text: str
    person_id: int | None
    visibility: str = ""
    problem: str = ""


async def between(tx: Tx, actor_id: int, start: int, end: int) -> list[Planned]:
    """Return what an actor says from `start` until `end` (ms), in order of time."""
    found = [
        Planned(
            kind=one.state.value,
            id=one.id,
            at=one.wished or 0,
            text=one.wish,
            person_id=one.author_id,
        )
        for one in await drafts.wished_between(tx, actor_id, start, end)
    ]
    rows = await tx.rows(
        "SELECT id, due, params, person_id, problem FROM scheduled WHERE actor_id = ?"
        " AND due >= ? AND due < ? LIMIT ?",
        (actor_id, start, end, MOST),
    )
    found += [
        Planned(
            kind="scheduled",
            id=row[0],
            at=row[1],
            text=row[2],
            person_id=row[3] or None,
            problem=row[4],
        )
        for row in rows
    ]
    rows = await tx.rows(
        "SELECT id, published, source, acting_person, visibility FROM post WHERE author_id = ?"
        " AND id >= ? AND id < ? AND deleted IS NULL AND boost_of IS NULL ORDER BY id LIMIT ?",
        (actor_id, ids.at(start), ids.at(end), MOST),
    )
    found += [
        Planned(
            kind="published", id=row[0], at=row[1], text=row[2], person_id=row[3], visibility=row[4]
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.at, one.id))
