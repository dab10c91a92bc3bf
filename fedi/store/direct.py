"""Conversations of direct posts, as one actor sees them: those it wrote or is named in.

A conversation goes by its root (the context, or the first post's URI where it has none). It is
known to apps by the id of the oldest post in it that this actor has.
"""

from dataclasses import dataclass

from actors.audience import LocalActor

from . import visibility
from .engine import Param, Tx
from .timelines import Row, Span

WINDOW = 1_000
"""Direct posts looked through for conversations, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """`last` and `first` are ids of posts; `unread` that another's was not read yet."""

    root: str
    first: int
    last: int
    unread: bool


_MINE = (
    "SELECT p.id, CASE WHEN p.context <> '' THEN p.context ELSE p.uri END, p.author_id FROM ("
    " SELECT post_id AS id FROM (SELECT d.post_id FROM addressee d JOIN post q ON q.id = d.post_id"
    " AND q.visibility = 'direct' WHERE d.actor_id = ? ORDER BY d.post_id DESC LIMIT ?) named"
    " UNION SELECT id FROM (SELECT o.id FROM post o WHERE o.author_id = ?"
    " AND o.visibility = 'direct' ORDER BY o.id DESC LIMIT ?) said) w"
    " JOIN post p ON p.id = w.id WHERE"
)


async def conversations(
    tx: Tx, me: int, span: Span, *, first: int | None = None
) -> list[Conversation]:
    """Return a page of an actor's conversations, the one with the newest post first; the cursor is
    that post's id. Only the one that goes by the id `first`, where that is given."""
    condition, params = visibility.condition(LocalActor(me))
    order, one = "ASC" if span.upward else "DESC", "" if first is None else " AND g.first = ?"
    rows = await tx.rows(
        f"WITH mine (id, root, author_id) AS ({_MINE} {condition} AND p.boost_of IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM relation u WHERE u.source_id = ?"
        " AND u.target_id = p.author_id AND u.kind IN ('mute', 'block')))"
        " SELECT g.root, g.first, g.last, l.author_id, coalesce(c.read_to, 0)"
        " FROM (SELECT root, min(id) AS first, max(id) AS last FROM mine GROUP BY root) g"
        " JOIN mine l ON l.id = g.last"
        " LEFT JOIN conversation_place c ON c.actor_id = ? AND c.root = g.root"
        " WHERE g.last > coalesce(c.hidden_to, 0) AND g.last > ? AND g.last < ?"
        f"{one} ORDER BY g.last {order} LIMIT ?",
        [me, WINDOW, me, WINDOW, *params, me, me, span.above, span.below,
         *([] if first is None else [first]), span.limit],
    )  # fmt: skip
    found = [
        Conversation(root=root, first=oldest, last=last, unread=author != me and last > read_to)
        for root, oldest, last, author, read_to in rows
    ]
    return found[::-1] if span.upward else found


async def participants(tx: Tx, post_ids: list[int], me: int) -> dict[int, list[int]]:
    """Return who takes part in each of these posts beside `me`, or `me` alone."""
    if not post_ids:
        return {}
    marks = ", ".join("?" * len(post_ids))
    rows = await tx.rows(
        f"SELECT id, author_id FROM post WHERE id IN ({marks})"
        f" UNION ALL SELECT post_id, actor_id FROM addressee WHERE post_id IN ({marks})",
        (*post_ids, *post_ids),
    )
    found: dict[int, list[int]] = {id: [] for id in post_ids}
    for post_id, actor_id in rows:
        if actor_id != me and actor_id not in found[post_id]:
            found[post_id].append(actor_id)
    return {id: who or [me] for id, who in found.items()}


async def read(tx: Tx, me: int, root: str, to: int) -> None:
    """Note that a conversation is read up to a post; 0 makes it unread."""
    await tx.run(
        "INSERT INTO conversation_place (actor_id, root, read_to, hidden_to) VALUES (?, ?, ?, 0)"
        " ON CONFLICT (actor_id, root) DO UPDATE SET read_to = excluded.read_to",
        (me, root, to),
    )


async def hide(tx: Tx, me: int, root: str, to: int) -> None:
    """Put a conversation away until somebody writes in it again."""
    await tx.run(
        "INSERT INTO conversation_place (actor_id, root, read_to, hidden_to) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (actor_id, root) DO UPDATE SET hidden_to = excluded.hidden_to",
        (me, root, to, to),
    )


async def timeline(tx: Tx, me: int, span: Span) -> list[Row]:
    """Return a page of the direct posts an actor wrote or is named in."""
    condition, params = visibility.condition(LocalActor(me))
    order = "ASC" if span.upward else "DESC"
    start: list[Param] = [me, WINDOW, me, WINDOW]
    rows = await tx.rows(
        f"{_MINE} {condition} AND p.id > ? AND p.id < ? AND p.boost_of IS NULL"
        f" ORDER BY p.id {order} LIMIT ?",
        [*start, *params, span.above, span.below, span.limit],
    )
    found = [(int(row[0]), int(row[0])) for row in rows]
    return found[::-1] if span.upward else found
