"""Hashtags that an actor follows: posts with one come to its home timeline (applying.py)."""

from .engine import Tx
from .home import ACTIVE_MS
from .timelines import Span

MOST = 200


async def follow(tx: Tx, id: int, actor_id: int, name: str, shown: str) -> None:
    """Follow a hashtag, given folded and as written."""
    await tx.run(
        "INSERT INTO followed_tag (id, actor_id, name, shown) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (id, actor_id, name, shown),
    )


async def unfollow(tx: Tx, actor_id: int, name: str) -> None:
    """Follow a hashtag (folded) no more; its posts leave the home timeline with it."""
    await tx.run("DELETE FROM followed_tag WHERE actor_id = ? AND name = ?", (actor_id, name))


async def of_actor(tx: Tx, actor_id: int, span: Span) -> list[tuple[int, str]]:
    """Return a page of (cursor, folded name)."""
    order = "ASC" if span.upward else "DESC"
    rows = await tx.rows(
        "SELECT id, name FROM followed_tag WHERE actor_id = ? AND id > ? AND id < ?"
        f" ORDER BY id {order} LIMIT ?",
        (actor_id, span.above, span.below, span.limit),
    )
    found = [(row[0], row[1]) for row in rows]
    return found[::-1] if span.upward else found


async def names(tx: Tx, actor_id: int) -> set[str]:
    """Return all hashtags that an actor follows, folded."""
    rows = await tx.rows("SELECT name FROM followed_tag WHERE actor_id = ?", (actor_id,))
    return {row[0] for row in rows}


async def for_followers(tx: Tx, post_id: int, now: int) -> None:
    """Put a post on the home timelines of those here these days who follow one of its hashtags."""
    await tx.run(
        "INSERT INTO home (reader_id, post_id, author_id)"
        " SELECT DISTINCT t.actor_id, p.id, p.author_id FROM post p"
        " JOIN hashtag h ON h.post_id = p.id JOIN followed_tag t ON t.name = h.name"
        " JOIN reader r ON r.actor_id = t.actor_id AND r.seen >= ?"
        " WHERE p.id = ? AND p.visibility IN ('public', 'internal') AND p.boost_of IS NULL"
        " AND p.author_id <> t.actor_id ON CONFLICT DO NOTHING",
        (now - ACTIVE_MS, post_id),
    )


async def used(tx: Tx, actor_id: int, most: int) -> list[str]:
    """Return the hashtags that an actor uses most in its newest posts, folded."""
    rows = await tx.rows(
        "SELECT h.name FROM (SELECT id FROM post WHERE author_id = ? AND deleted IS NULL"
        " ORDER BY id DESC LIMIT 500) p JOIN hashtag h ON h.post_id = p.id"
        " GROUP BY h.name ORDER BY count(*) DESC, h.name LIMIT ?",
        (actor_id, most),
    )
    return [row[0] for row in rows]
