"""Filters of what an actor reads: words and single posts, in some contexts, warned of or hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from .engine import Tx

FILTERS_MAX: Final = 100
KEYWORDS_MAX: Final = 200
STATUSES_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyword:
    id: int
    filter_id: int
    keyword: str
    whole_word: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """One post that a filter names."""

    id: int
    filter_id: int
    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """`context`: home, notifications, public, thread, account; `action`: warn, hide, blur."""

    id: int
    actor_id: int
    title: str
    context: tuple[str, ...]
    action: str
    expires: int | None = None
    keywords: tuple[Keyword, ...] = ()
    statuses: tuple[Marked, ...] = ()


async def version(tx: Tx, actor_id: int) -> int:
    """Return a number that changes with every change to an actor's filters."""
    row = await tx.one("SELECT version FROM filter_version WHERE actor_id = ?", (actor_id,))
    return 0 if row is None else int(row[0])


async def _changed(tx: Tx, filter_id: int) -> None:
    await tx.run(
        "INSERT INTO filter_version (actor_id, version) SELECT actor_id, 1 FROM filter WHERE id = ?"
        " ON CONFLICT (actor_id) DO UPDATE SET version = filter_version.version + 1",
        (filter_id,),
    )


async def of_actor(tx: Tx, actor_id: int) -> list[Filter]:
    """Return all filters of an actor, whole, in three statements."""
    rows = await tx.rows(
        "SELECT id, actor_id, title, context, action, expires FROM filter WHERE actor_id = ?"
        " ORDER BY id LIMIT ?",
        (actor_id, FILTERS_MAX),
    )
    return await _whole(tx, rows)


async def one(tx: Tx, actor_id: int, id: int) -> Filter | None:
    """Return a filter of this actor's."""
    rows = await tx.rows(
        "SELECT id, actor_id, title, context, action, expires FROM filter"
        " WHERE id = ? AND actor_id = ?",
        (id, actor_id),
    )
    found = await _whole(tx, rows)
    return found[0] if found else None


async def _whole(tx: Tx, rows: Sequence[tuple[Any, ...]]) -> list[Filter]:
    if not rows:
        return []
    ids = [row[0] for row in rows]
    marks = ", ".join("?" * len(ids))
    keywords: dict[int, list[Keyword]] = {}
    for row in await tx.rows(
        "SELECT id, filter_id, keyword, whole_word FROM filter_keyword"
        f" WHERE filter_id IN ({marks}) ORDER BY id",
        ids,
    ):
        keywords.setdefault(row[1], []).append(_keyword(row))
    statuses: dict[int, list[Marked]] = {}
    for row in await tx.rows(
        f"SELECT id, filter_id, post_id FROM filter_status WHERE filter_id IN ({marks})"
        " ORDER BY id",
        ids,
    ):
        statuses.setdefault(row[1], []).append(Marked(id=row[0], filter_id=row[1], post_id=row[2]))
    return [
        Filter(
            id=row[0],
            actor_id=row[1],
            title=row[2],
            context=tuple(msgspec.json.decode(row[3], type=list[str])),
            action=row[4],
            expires=row[5],
            keywords=tuple(keywords.get(row[0], ())),
            statuses=tuple(statuses.get(row[0], ())),
        )
        for row in rows
    ]


def _keyword(row: Sequence[Any]) -> Keyword:
    return Keyword(id=row[0], filter_id=row[1], keyword=row[2], whole_word=bool(row[3]))


async def keep(tx: Tx, new: Filter) -> None:
    """Write a filter itself, new or changed; its keywords stand apart."""
    await tx.run(
        "INSERT INTO filter (id, actor_id, title, context, action, expires)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET title = excluded.title,"
        " context = excluded.context, action = excluded.action, expires = excluded.expires",
        (
            new.id,
            new.actor_id,
            new.title,
            msgspec.json.encode(new.context).decode(),
            new.action,
            new.expires,
        ),
    )
    await _changed(tx, new.id)


async def drop(tx: Tx, id: int) -> None:
    """Remove a filter with all that hangs on it."""
    await _changed(tx, id)
    await tx.run("DELETE FROM filter_keyword WHERE filter_id = ?", (id,))
    await tx.run("DELETE FROM filter_status WHERE filter_id = ?", (id,))
    await tx.run("DELETE FROM filter WHERE id = ?", (id,))


async def keyword(tx: Tx, actor_id: int, id: int) -> Keyword | None:
    """Return a keyword of one of this actor's filters."""
    row = await tx.one(
        "SELECT k.id, k.filter_id, k.keyword, k.whole_word FROM filter_keyword k"
        " JOIN filter f ON f.id = k.filter_id WHERE k.id = ? AND f.actor_id = ?",
        (id, actor_id),
    )
    return None if row is None else _keyword(row)


async def keep_keyword(tx: Tx, new: Keyword) -> None:
    """Write a keyword, new or changed."""
    await tx.run(
        "INSERT INTO filter_keyword (id, filter_id, keyword, whole_word) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET keyword = excluded.keyword,"
        " whole_word = excluded.whole_word",
        (new.id, new.filter_id, new.keyword, int(new.whole_word)),
    )
    await _changed(tx, new.filter_id)


async def drop_keyword(tx: Tx, of: Keyword) -> None:
    """Remove a keyword from its filter."""
    await tx.run("DELETE FROM filter_keyword WHERE id = ?", (of.id,))
    await _changed(tx, of.filter_id)


async def marked(tx: Tx, actor_id: int, id: int) -> Marked | None:
    """Return a named post of one of this actor's filters."""
    row = await tx.one(
        "SELECT s.id, s.filter_id, s.post_id FROM filter_status s"
        " JOIN filter f ON f.id = s.filter_id WHERE s.id = ? AND f.actor_id = ?",
        (id, actor_id),
    )
    return None if row is None else Marked(id=row[0], filter_id=row[1], post_id=row[2])


async def mark(tx: Tx, new: Marked) -> None:
    """Let a filter name a post; once is enough."""
    await tx.run(
        "INSERT INTO filter_status (id, filter_id, post_id) VALUES (?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (new.id, new.filter_id, new.post_id),
    )
    await _changed(tx, new.filter_id)


async def unmark(tx: Tx, of: Marked) -> None:
    """Let a filter name a post no more."""
    await tx.run("DELETE FROM filter_status WHERE id = ?", (of.id,))
    await _changed(tx, of.filter_id)
