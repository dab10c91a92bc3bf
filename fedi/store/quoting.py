"""Quotes as pages and endpoints read them: how each stands for its reader, and who quotes a post.

What a reader may see of the quoted post is the visibility table's to say, here as everywhere. A
page of posts costs two statements, however many of them quote.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.audience import LocalActor, Viewer
from actors.posts import Quote
from outbox.objects.stamp import Stamp

from . import visibility
from .engine import Param, Tx
from .rows import QUOTE
from .timelines import Row, Span

_ACCEPTED: Final = "accepted"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a quote stands for one reader, in Mastodon's words; `quoted_id` is None where there is
    nothing of the quoted post to show."""

    state: str
    quoted_id: int | None = None


async def standing(tx: Tx, post_ids: Sequence[int], viewer: Viewer) -> dict[int, Standing]:
    """Return how the quotes in these posts stand for a reader, by the quoting post."""
    if not post_ids:
        return {}
    condition, params = visibility.condition(viewer)
    marks = ", ".join("?" * len(post_ids))
    rows = await tx.rows(
        "SELECT q.post_id, q.state, q.quoted_id, q.author_id,"
        " (SELECT o.deleted IS NOT NULL FROM post o WHERE o.id = q.quoted_id),"
        f" (SELECT 1 FROM post p WHERE p.id = q.quoted_id AND {condition})"
        f" FROM quote q WHERE q.post_id IN ({marks})",
        [*params, *post_ids],
    )
    shunned = await _shunned(tx, {row[3] for row in rows if row[3] is not None}, viewer)
    return {
        row[0]: _standing(row[1], row[2], bool(row[4]), bool(row[5]), shunned.get(row[3], ""))
        for row in rows
    }


def _standing(
    state: str, quoted: int | None, deleted: bool, visible: bool, shunned: str
) -> Standing:
    if state != _ACCEPTED:
        return Standing(state)
    if quoted is None:
        return Standing("pending")
    if deleted:
        return Standing("deleted")
    if not visible:
        return Standing("unauthorized")
    return Standing(shunned or _ACCEPTED, quoted)


async def _shunned(tx: Tx, authors: set[int], viewer: Viewer) -> dict[int, str]:
    """Return whom among these authors the reader does not want to see, and which way."""
    if not authors or not isinstance(viewer, LocalActor):
        return {}
    me = viewer.actor_id
    marks = ", ".join("?" * len(authors))
    wanted: list[Param] = [*sorted(authors)]
    rows = await tx.rows(
        "SELECT target_id, CASE kind WHEN 'mute' THEN 1 ELSE 3 END AS rank FROM relation"
        f" WHERE kind IN ('block', 'mute') AND source_id = ? AND target_id IN ({marks})"
        " UNION ALL SELECT a.id, 2 FROM actor a JOIN domain_mute h"
        " ON h.actor_id = ? AND h.domain = a.domain"
        f" WHERE a.id IN ({marks}) AND a.local = 0 ORDER BY rank",
        [me, *wanted, me, *wanted],
    )
    names = {1: "muted_account", 2: "blocked_domain", 3: "blocked_account"}
    return {row[0]: names[row[1]] for row in rows}


async def stamps(tx: Tx, post_ids: Sequence[int]) -> dict[int, str]:
    """Return the stamps under which these posts quote."""
    if not post_ids:
        return {}
    rows = await tx.rows(
        "SELECT post_id, stamp FROM quote WHERE state = 'accepted' AND stamp <> ''"
        f" AND post_id IN ({', '.join('?' * len(post_ids))})",
        post_ids,
    )
    return {row[0]: row[1] for row in rows}


async def quotes_of(tx: Tx, post_id: int, viewer: Viewer, span: Span) -> list[Row]:
    """Return a page of (cursor, post id) of what quotes a post by its author's leave, as far as
    the viewer may see it."""
    order = "ASC" if span.upward else "DESC"
    condition, params = visibility.condition(viewer)
    rows = await tx.rows(
        "SELECT p.id FROM quote q JOIN post p ON p.id = q.post_id"
        " WHERE q.quoted_id = ? AND q.post_id > ? AND q.post_id < ? AND q.state = 'accepted'"
        f" AND {condition} ORDER BY q.post_id {order} LIMIT ?",
        (post_id, span.above, span.below, *params, span.limit),
    )
    return [(row[0], row[0]) for row in (reversed(rows) if span.upward else rows)]


async def between(tx: Tx, quoting_id: int, quoted_id: int) -> Quote | None:
    """Return the quote of one post in another."""
    row = await tx.one(
        f"{QUOTE.select} WHERE post_id = ? AND quoted_id = ?", (quoting_id, quoted_id)
    )
    return None if row is None else QUOTE.decode(row)


async def of_post(tx: Tx, uri: str) -> Quote | None:
    """Return the quote in the post with a URI."""
    row = await tx.one(f"{QUOTE.select} WHERE uri = ?", (uri,))
    return None if row is None else QUOTE.decode(row)


async def is_quoted(tx: Tx, uri: str) -> bool:
    """Return whether a post known here quotes the one with this URI."""
    row = await tx.one(
        "SELECT 1 FROM quote q WHERE q.quoted_uri = ? AND q.quoted_id IS NULL"
        " UNION ALL SELECT 1 FROM post p JOIN quote q ON q.quoted_id = p.id WHERE p.uri = ?"
        " LIMIT 1",
        (uri, uri),
    )
    return row is not None


async def stamp(tx: Tx, uri: str, viewer: Viewer) -> Stamp | None:
    """Return a stamp of ours that holds, if the viewer may see the post that it lets be quoted.
    Of a post that is not open to all nobody outside is told."""
    condition, params = visibility.condition(viewer)
    row = await tx.one(
        "SELECT a.uri, q.uri, q.quoted_uri FROM quote q JOIN post p ON p.id = q.quoted_id"
        " JOIN actor a ON a.id = q.author_id AND a.local = 1"
        f" WHERE q.stamp = ? AND q.stamp <> '' AND q.state = 'accepted' AND {condition}",
        [uri, *params],
    )
    return None if row is None else Stamp(uri=uri, author=row[0], quoting=row[1], quoted=row[2])
