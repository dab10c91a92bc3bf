"""Lists that an actor reads apart from its home timeline, and who is on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.audience import LocalActor

from . import authored, visibility
from .engine import Param, Tx
from .timelines import Row, Span, merged, unwanted

LISTS_MAX: Final = 50
MEMBERS_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """`replies` is followed, list or none: whose answers are shown besides those to oneself.

    A `group` that one is a member of is a list as well: its id is the group's.
    """

    id: int
    actor_id: int
    title: str
    replies: str = "list"
    exclusive: bool = False
    group: bool = False


def _list(row: tuple[int, int, str, str, int]) -> List:
    return List(id=row[0], actor_id=row[1], title=row[2], replies=row[3], exclusive=bool(row[4]))


_COLUMNS: Final = "l.id, l.actor_id, l.title, l.replies, l.exclusive"


_GROUPS: Final = (
    "SELECT a.id, f.source_id, a.name, a.username FROM relation f JOIN grouping g"
    " ON g.actor_id = f.target_id JOIN actor a ON a.id = f.target_id AND a.deleted IS NULL"
    " AND a.suspended IS NULL WHERE f.kind = 'follow' AND f.source_id = ? AND f.state = 'accepted'"
)


async def groups(tx: Tx, actor_id: int, id: int | None = None) -> list[List]:
    """Return the groups that an actor is a member of, as lists; with `id` that one alone."""
    only, params = ("", [actor_id]) if id is None else (" AND f.target_id = ?", [actor_id, id])
    rows = await tx.rows(f"{_GROUPS}{only} ORDER BY a.name, a.id", params)
    return [List(id=row[0], actor_id=row[1], title=row[2] or row[3], group=True) for row in rows]


async def of_actor(tx: Tx, actor_id: int) -> list[List]:
    """Return an actor's own lists, oldest first."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM list l WHERE l.actor_id = ? ORDER BY l.id LIMIT ?",
        (actor_id, LISTS_MAX),
    )
    return [_list(row) for row in rows]


async def one(tx: Tx, actor_id: int, id: int) -> List | None:
    """Return a list of this actor's, or a group that it is a member of."""
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM list l WHERE l.id = ? AND l.actor_id = ?", (id, actor_id)
    )
    if row is not None:
        return _list(row)
    found = await groups(tx, actor_id, id)
    return found[0] if found else None


async def holding(tx: Tx, actor_id: int, member_id: int) -> list[List]:
    """Return the lists of an actor that somebody is on."""
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM list_member m JOIN list l ON l.id = m.list_id"
        " WHERE m.member_id = ? AND l.actor_id = ? ORDER BY l.id",
        (member_id, actor_id),
    )
    return [_list(row) for row in rows]


async def keep(tx: Tx, new: List) -> None:
    """Write a list, new or changed."""
    await tx.run(
        "INSERT INTO list (id, actor_id, title, replies, exclusive) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET title = excluded.title, replies = excluded.replies,"
        " exclusive = excluded.exclusive",
        (new.id, new.actor_id, new.title, new.replies, int(new.exclusive)),
    )


async def drop(tx: Tx, id: int) -> None:
    """Remove a list."""
    await tx.run("DELETE FROM list_member WHERE list_id = ?", (id,))
    await tx.run("DELETE FROM list WHERE id = ?", (id,))


async def add(tx: Tx, list_id: int, members: Sequence[int]) -> None:
    """Put members on a list; those on it already stay."""
    await tx.many(
        "INSERT INTO list_member (list_id, member_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(list_id, member) for member in members],
    )


async def remove(tx: Tx, list_id: int, members: Sequence[int]) -> None:
    """Take members off a list."""
    await tx.many(
        "DELETE FROM list_member WHERE list_id = ? AND member_id = ?",
        [(list_id, member) for member in members],
    )


async def members(tx: Tx, list_id: int, span: Span) -> list[Row]:
    """Return a page of (cursor, member id)."""
    order = "ASC" if span.upward else "DESC"
    rows = await tx.rows(
        "SELECT m.member_id, m.member_id FROM list_member m JOIN actor a ON a.id = m.member_id"
        " WHERE m.list_id = ? AND m.member_id > ? AND m.member_id < ? AND a.deleted IS NULL"
        f" AND a.suspended IS NULL ORDER BY m.member_id {order} LIMIT ?",
        (list_id, span.above, span.below, span.limit),
    )
    return [(row[0], row[1]) for row in (reversed(rows) if span.upward else rows)]


_REPLIES: Final = {
    "none": "p.in_reply_to IS NULL AND p.in_reply_to_uri = ''",
    "list": (
        "(p.in_reply_to IS NULL AND p.in_reply_to_uri = '' OR EXISTS (SELECT 1 FROM post y"
        " WHERE y.id = p.in_reply_to AND (y.author_id = p.author_id OR y.author_id = ?"
        " OR EXISTS (SELECT 1 FROM list_member z WHERE z.list_id = ?"
        " AND z.member_id = y.author_id))))"
    ),
    "followed": (
        "(p.in_reply_to IS NULL AND p.in_reply_to_uri = '' OR EXISTS (SELECT 1 FROM post y"
        " WHERE y.id = p.in_reply_to AND (y.author_id = p.author_id OR y.author_id = ?"
        " OR EXISTS (SELECT 1 FROM relation z WHERE z.kind = 'follow' AND z.source_id = ?"
        " AND z.target_id = y.author_id AND z.state = 'accepted'))))"
    ),
}


async def timeline(tx: Tx, of: List, span: Span) -> list[Row]:
    """Return a page of what the members of a list wrote and shared, merged by author; of a group
    what was posted there."""
    me = of.actor_id
    if of.group:
        return await authored.in_group(tx, LocalActor(me), of.id, span)
    condition, seen = visibility.condition(LocalActor(me))
    without, readers = unwanted(LocalActor(me))
    order = "ASC" if span.upward else "DESC"
    others: dict[str, list[Param]] = {"none": [], "list": [me, of.id], "followed": [me, me]}
    by_author = (
        "SELECT p.id, p.author_id, p.boost_of FROM post p"
        " WHERE p.author_id = ? AND p.id > ? AND p.id < ? AND p.visibility <> 'direct'"
        f" AND {_REPLIES[of.replies]} AND {condition}{without} ORDER BY p.id {order} LIMIT ?"
    )
    on = await tx.rows(
        "SELECT member_id FROM list_member WHERE list_id = ? LIMIT ?", (of.id, MEMBERS_MAX)
    )
    params: list[Param] = [*others[of.replies], *seen, *readers]
    found = await merged(tx, [row[0] for row in on], (by_author, (), params), span)
    return [(one.id, one.id) for one in sorted(found, reverse=True)]
