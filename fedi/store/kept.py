"""What an actor keeps for itself about posts: bookmarks, muted conversations, places read to.

Nobody else sees any of it and nothing is sent; so it needs no verb, and is written here directly.
"""

from dataclasses import dataclass
from typing import Final

from actors.audience import Viewer

from . import visibility
from .engine import Tx
from .timelines import Row, Span

IDEMPOTENT_MS: Final = 3_600_000
"""How long an Idempotency-Key is remembered, as at Mastodon."""


async def bookmark(tx: Tx, id: int, actor_id: int, post_id: int) -> None:
    """Keep a post; once is enough."""
    await tx.run(
        "INSERT INTO bookmark (id, actor_id, post_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (id, actor_id, post_id),
    )


async def unbookmark(tx: Tx, actor_id: int, post_id: int) -> None:
    """Keep a post no more."""
    await tx.run("DELETE FROM bookmark WHERE actor_id = ? AND post_id = ?", (actor_id, post_id))


async def bookmarks(tx: Tx, actor_id: int, span: Span) -> list[Row]:
    """Return a page of what an actor keeps; cursors are the bookmarks' own ids."""
    order = "ASC" if span.upward else "DESC"
    rows = await tx.rows(
        "SELECT id, post_id FROM bookmark WHERE actor_id = ? AND id > ? AND id < ?"
        f" ORDER BY id {order} LIMIT ?",
        (actor_id, span.above, span.below, span.limit),
    )
    return [(row[0], row[1]) for row in (reversed(rows) if span.upward else rows)]


async def favourites(tx: Tx, actor_id: int, span: Span) -> list[Row]:
    """Return a page of what an actor likes; cursors are times of the likes, in ms."""
    order = "ASC" if span.upward else "DESC"
    rows = await tx.rows(
        "SELECT created, post_id FROM reaction WHERE actor_id = ? AND created > ? AND created < ?"
        f" AND content = '' ORDER BY created {order}, post_id {order} LIMIT ?",
        (actor_id, span.above, span.below, span.limit),
    )
    return [(row[0], row[1]) for row in (reversed(rows) if span.upward else rows)]


async def mute_thread(tx: Tx, actor_id: int, root: str) -> None:
    """Hear no more of a conversation."""
    await tx.run(
        "INSERT INTO thread_mute (actor_id, root) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (actor_id, root),
    )


async def unmute_thread(tx: Tx, actor_id: int, root: str) -> None:
    """Hear of a conversation again."""
    await tx.run("DELETE FROM thread_mute WHERE actor_id = ? AND root = ?", (actor_id, root))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far one has read a timeline; `version` counts the changes."""

    timeline: str
    last_id: int
    version: int
    updated: int


async def places(tx: Tx, actor_id: int, timelines: tuple[str, ...]) -> list[Place]:
    """Return where an actor has read to in these timelines."""
    marks = ", ".join("?" * len(timelines))
    rows = await tx.rows(
        "SELECT timeline, last_id, version, updated FROM place WHERE actor_id = ?"
        f" AND timeline IN ({marks})",
        (actor_id, *timelines),
    )
    return [Place(timeline=row[0], last_id=row[1], version=row[2], updated=row[3]) for row in rows]


async def keep_place(tx: Tx, actor_id: int, timeline: str, last_id: int, now: int) -> None:
    """Note how far an actor has read; never backward, for two devices may say so at once."""
    await tx.run(
        "INSERT INTO place (actor_id, timeline, last_id, version, updated) VALUES (?, ?, ?, 1, ?)"
        " ON CONFLICT (actor_id, timeline) DO UPDATE SET last_id = excluded.last_id,"
        " version = place.version + 1, updated = excluded.updated"
        " WHERE excluded.last_id > place.last_id",
        (actor_id, timeline, last_id, now),
    )


# -- answers given before


async def answered(tx: Tx, token_id: int, name: str, since: int) -> tuple[str, int] | None:
    """Return (kind, id) of what a request with this Idempotency-Key made."""
    row = await tx.one(
        "SELECT kind, subject_id FROM idempotency WHERE token_id = ? AND name = ? AND at > ?",
        (token_id, name, since),
    )
    return None if row is None else (row[0], row[1])


async def answer(tx: Tx, token_id: int, name: str, kind: str, subject_id: int, now: int) -> bool:
    """Remember what a request made; return False where it was made before (or at once)."""
    await tx.run(
        "DELETE FROM idempotency WHERE token_id = ? AND name = ? AND at <= ?",
        (token_id, name, now - IDEMPOTENT_MS),
    )
    written = await tx.run(
        "INSERT INTO idempotency (token_id, name, kind, subject_id, at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (token_id, name, kind, subject_id, now),
    )
    return bool(written)


async def forget_answers(tx: Tx, now: int, most: int = 1_000) -> int:
    """Forget keys that are too old to count; return how many."""
    old = await tx.rows(
        "SELECT token_id, name FROM idempotency WHERE at <= ? ORDER BY at LIMIT ?",
        (now - IDEMPOTENT_MS, most),
    )
    await tx.many("DELETE FROM idempotency WHERE token_id = ? AND name = ?", old)
    return len(old)


async def written_with(tx: Tx, post_id: int, app_id: int) -> None:
    """Note through which app a post was written."""
    await tx.run(
        "INSERT INTO post_app (post_id, app_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (post_id, app_id),
    )


# -- who did what with a post


async def favourited_by(tx: Tx, post_id: int, span: Span) -> list[Row]:
    """Return a page of (time, actor id) of those who like a post."""
    order = "ASC" if span.upward else "DESC"
    rows = await tx.rows(
        "SELECT r.created, r.actor_id FROM reaction r JOIN actor a ON a.id = r.actor_id"
        " WHERE r.post_id = ? AND r.created > ? AND r.created < ? AND r.content = ''"
        " AND a.deleted IS NULL AND a.suspended IS NULL"
        f" ORDER BY r.created {order} LIMIT ?",
        (post_id, span.above, span.below, span.limit),
    )
    return [(row[0], row[1]) for row in (reversed(rows) if span.upward else rows)]


async def reblogged_by(tx: Tx, post_id: int, viewer: Viewer, span: Span) -> list[Row]:
    """Return a page of (boost's id, actor id) of those who share a post, as far as one may see."""
    order = "ASC" if span.upward else "DESC"
    seen, params = visibility.condition(viewer)
    rows = await tx.rows(
        "SELECT p.id, p.author_id FROM post p WHERE p.boost_of = ? AND p.id > ? AND p.id < ?"
        f" AND {seen} ORDER BY p.id {order} LIMIT ?",
        (post_id, span.above, span.below, *params, span.limit),
    )
    return [(row[0], row[1]) for row in (reversed(rows) if span.upward else rows)]


# -- how an actor's apps are set


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Empty texts where nothing was chosen."""

    visibility: str = ""
    sensitive: bool = False
    language: str = ""
    quote_policy: str = ""
    expand_media: str = ""
    expand_warnings: bool = False
    autoplay: bool = False


async def preferences(tx: Tx, actor_id: int) -> Preferences:
    """Return how an actor's apps are set."""
    row = await tx.one(
        "SELECT visibility, sensitive, language, quote_policy, expand_media, expand_warnings,"
        " autoplay FROM preference WHERE actor_id = ?",
        (actor_id,),
    )
    if row is None:
        return Preferences()
    return Preferences(
        visibility=row[0],
        sensitive=bool(row[1]),
        language=row[2],
        quote_policy=row[3],
        expand_media=row[4],
        expand_warnings=bool(row[5]),
        autoplay=bool(row[6]),
    )


async def prefer(tx: Tx, actor_id: int, chosen: Preferences) -> None:
    """Keep how an actor's apps are set."""
    await tx.run(
        "INSERT INTO preference (actor_id, visibility, sensitive, language, quote_policy,"
        " expand_media, expand_warnings, autoplay) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (actor_id) DO UPDATE SET visibility = excluded.visibility,"
        " sensitive = excluded.sensitive, language = excluded.language,"
        " quote_policy = excluded.quote_policy, expand_media = excluded.expand_media,"
        " expand_warnings = excluded.expand_warnings, autoplay = excluded.autoplay",
        (
            actor_id,
            chosen.visibility,
            int(chosen.sensitive),
            chosen.language,
            chosen.quote_policy,
            chosen.expand_media,
            int(chosen.expand_warnings),
            int(chosen.autoplay),
        ),
    )
