"""Reports to those who keep order: what arrived as Flag, and what our own have reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.people import Actor
from actors.posts import Post
from actors.relationships import Report

from .engine import Tx
from .rows import ACTOR, POST, REPORT

_LATEST: Final = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A report, who made it and whom it is about; `posts` are those of theirs that it names."""

    report: Report
    by: Actor
    target: Actor
    posts: tuple[Post, ...] = ()


async def keepers(tx: Tx) -> tuple[int, ...]:
    """Return the personal actors of those who keep order here."""
    rows = await tx.rows(
        "SELECT actor_id FROM person WHERE admin = 1 AND departed IS NULL ORDER BY actor_id"
    )
    return tuple(row[0] for row in rows)


async def by_ids(tx: Tx, ids: Sequence[int]) -> dict[int, Report]:
    """Return those of these reports that there are, by id."""
    if not ids:
        return {}
    rows = await tx.rows(f"{REPORT.select} WHERE id IN ({', '.join('?' * len(ids))})", ids)
    return {row.id: row for row in map(REPORT.decode, rows)}


async def by_uri(tx: Tx, uri: str) -> Report | None:
    """Return the report that a Flag made."""
    row = await tx.one(f"{REPORT.select} WHERE uri = ?", (uri,))
    return REPORT.decode(row) if row is not None else None


async def find(tx: Tx, id: int) -> Reported | None:
    """Return one report with everything it names."""
    found = await _with_actors(tx, "r.id = ?", (id,), 1)
    if not found:
        return None
    reported = found[0]
    posts: list[Post] = []
    ids = reported.report.post_ids
    if ids:
        marks = ", ".join("?" * len(ids))
        rows = await tx.rows(f"{POST.select} WHERE id IN ({marks}) ORDER BY id", ids)
        posts = [POST.decode(row) for row in rows]
    return Reported(
        report=reported.report, by=reported.by, target=reported.target, posts=tuple(posts)
    )


async def listed(
    tx: Tx, *, closed: bool = False, before: int | None = None, limit: int = 40
) -> list[Reported]:
    """Return reports, newest first: the open ones, or those that are closed. Without posts."""
    state = "r.closed IS NOT NULL" if closed else "r.closed IS NULL"
    return await _with_actors(tx, f"{state} AND r.id < ?", (before or _LATEST,), limit)


async def close(tx: Tx, id: int, now: int) -> bool:
    """Close an open report; return whether there was one."""
    return bool(
        await tx.run("UPDATE report SET closed = ? WHERE id = ? AND closed IS NULL", (now, id))
    )


async def reopen(tx: Tx, id: int) -> bool:
    """Open a closed report again; return whether there was one."""
    return bool(
        await tx.run("UPDATE report SET closed = NULL WHERE id = ? AND closed IS NOT NULL", (id,))
    )


async def open_ones(tx: Tx) -> int:
    """Return how many reports nobody has closed."""
    row = await tx.one("SELECT count(*) FROM report WHERE closed IS NULL")
    return int(row[0]) if row is not None else 0


async def _with_actors(tx: Tx, where: str, params: tuple[int, ...], limit: int) -> list[Reported]:
    rows = await tx.rows(
        f"SELECT {REPORT.selected('r')}, {ACTOR.selected('b')}, {ACTOR.selected('t')}"
        " FROM report r JOIN actor b ON b.id = r.by_id JOIN actor t ON t.id = r.target_id"
        f" WHERE {where} ORDER BY r.id DESC LIMIT ?",
        (*params, limit),
    )
    first, second = len(REPORT.columns), len(REPORT.columns) + len(ACTOR.columns)
    return [
        Reported(
            report=REPORT.decode(row),
            by=ACTOR.decode(row[first:]),
            target=ACTOR.decode(row[second:]),
        )
        for row in rows
    ]
