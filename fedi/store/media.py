"""Pictures of ours as rows: the name of the file, whose it is, and which posts show it.

A picture is sent as far as the widest of its posts may go, and is forgotten with the last of them.
"""

from collections.abc import Sequence
from typing import Final

from actors.posts import Post
from actors.urls import Urls

from .engine import Tx

GRACE_MS: Final = 86_400_000
"""How long a picture that no post shows is kept: it may have been uploaded for one to come."""


async def add(tx: Tx, name: str, actor_id: int, media_type: str, size: int, now: int) -> None:
    """Note a picture that no post shows yet."""
    await tx.run(
        "INSERT INTO media (name, actor_id, media_type, size, created, unused)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (name, actor_id, media_type, size, now, now),
    )


async def note_use(tx: Tx, post: Post, urls: Urls, now: int) -> None:
    """Note what pictures of ours a post of ours shows; one that is deleted shows none.

    An edited post keeps those of its earlier versions, which its history shows.
    """
    if post.deleted is not None:
        await drop_uses(tx, [post.id], now)
        return
    for media in post.media:
        local = urls.parse(media.url)
        if local is None or local.kind != "media":
            continue
        row = (post.id, local.name)
        await tx.run(
            "INSERT INTO media_use (post_id, name) VALUES (?, ?) ON CONFLICT DO NOTHING", row
        )
        await tx.run("UPDATE media SET unused = NULL WHERE name = ?", (local.name,))


async def drop_uses(tx: Tx, post_ids: Sequence[int], now: int) -> None:
    """Note that these posts show nothing any more."""
    for post_id in post_ids:
        names = await tx.rows("SELECT name FROM media_use WHERE post_id = ?", (post_id,))
        if not names:
            continue
        await tx.run("DELETE FROM media_use WHERE post_id = ?", (post_id,))
        await tx.many(
            "UPDATE media SET unused = ? WHERE name = ?"
            " AND NOT EXISTS (SELECT 1 FROM media_use u WHERE u.name = media.name)",
            [(now, row[0]) for row in names],
        )


async def shown(tx: Tx, name: str) -> str:
    """Return how far a picture may be sent: "public" (anybody, and caches may keep it),
    "limited" (whoever was told its name) or "" (nobody outside this house)."""
    found = await tx.rows(
        "SELECT p.visibility, a.exposure FROM media_use u JOIN post p ON p.id = u.post_id"
        " JOIN actor a ON a.id = p.author_id WHERE u.name = ? AND p.deleted IS NULL"
        " AND p.visibility NOT IN ('internal', 'group') AND a.exposure <> 'internal'"
        " AND a.suspended IS NULL AND a.deleted IS NULL",
        (name,),
    )
    if any(row[0] in ("public", "unlisted") and row[1] == "open" for row in found):
        return "public"
    return "limited" if found else ""


async def unused(tx: Tx, now: int, limit: int) -> list[str]:
    """Return names of pictures that no post has shown for a day."""
    rows = await tx.rows(
        "SELECT name FROM media WHERE unused <= ? ORDER BY unused LIMIT ?", (now - GRACE_MS, limit)
    )
    return [row[0] for row in rows]


async def forget(tx: Tx, names: Sequence[str]) -> None:
    """Forget pictures, unless a post has come to show them meanwhile."""
    await tx.many(
        "DELETE FROM media WHERE name = ? AND unused IS NOT NULL", [(name,) for name in names]
    )


async def names(tx: Tx) -> list[str]:
    """Return the names of all pictures that should be on disk."""
    return [row[0] for row in await tx.rows("SELECT name FROM media ORDER BY name")]
