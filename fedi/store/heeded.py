"""Who asked to be told when somebody writes, or when a post that they shared is changed."""

from typing import Final

from . import visibility
from .engine import Tx

MOST: Final = 1_000


async def of_author(tx: Tx, post_id: int, author_id: int) -> list[int]:
    """Return those of ours who want to be told of what an author writes and may see this post.

    Answers to others and boosts are no news to tell (as Mastodon has it).
    """
    condition = visibility.condition_by_row("q.owner_id")
    rows = await tx.rows(
        "SELECT q.owner_id FROM acquaintance q JOIN relation f ON f.kind = 'follow'"
        " AND f.source_id = q.owner_id AND f.target_id = q.other_id AND f.state = 'accepted'"
        " JOIN post p ON p.id = ? WHERE q.other_id = ? AND q.notifies = 1 AND p.boost_of IS NULL"
        " AND (p.in_reply_to IS NULL AND p.in_reply_to_uri = '' OR EXISTS (SELECT 1 FROM post y"
        f" WHERE y.id = p.in_reply_to AND y.author_id = p.author_id)) AND {condition} LIMIT ?",
        [post_id, author_id, MOST],
    )
    return [row[0] for row in rows]


async def of_boosted(tx: Tx, post_id: int, author_id: int) -> list[int]:
    """Return those of ours who shared a post: what they shared says something else now."""
    rows = await tx.rows(
        "SELECT b.author_id FROM post b JOIN actor a ON a.id = b.author_id AND a.local = 1"
        " WHERE b.boost_of = ? AND b.deleted IS NULL AND b.author_id <> ? LIMIT ?",
        (post_id, author_id, MOST),
    )
    return [row[0] for row in rows]
