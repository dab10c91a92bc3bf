"""Files of ours as rows: the name, whose it is, and which posts and profiles show it.

What all may see is sent to all. Of everything else the name is the key, told only to those who may
see the post (docs/decisions/0014-names-of-files-are-keys.md); it is dead as soon as the last post
with it is deleted, and the file is forgotten a day later.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from actors.people import Actor
from actors.posts import Post
from actors.urls import Urls

from .engine import Tx


@dataclass(frozen=True, slots=True)
class Shown:
    """How a file is sent: to `everybody`, or to whoever was told its name; as `file_name`."""

    everybody: bool
    file_name: str = ""


_GOING: Final = -1
"""`unused` of a file that is being removed."""
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
    names = [*_ours(urls, *(url for media in post.media for url in (media.url, media.preview)))]
    await _use(tx, post.id, post.author_id, names)
    taken = [(post.id, media.id, post.author_id) for media in post.media if media.id]
    if taken:
        await tx.many(
            "UPDATE attachment SET post_id = ?, taken = NULL WHERE id = ? AND actor_id = ?", taken
        )


async def note_face(tx: Tx, actor: Actor, urls: Urls, now: int) -> None:
    """Note what pictures of ours an actor of ours shows (its row stands where a post's would)."""
    await drop_uses(tx, [actor.id], now)
    await _use(
        tx, actor.id, actor.id, [*_ours(urls, *(i.url for i in (actor.icon, actor.image) if i))]
    )


def _ours(urls: Urls, *addresses: str) -> Iterator[str]:
    """The names of files of ours among addresses."""
    for address in addresses:
        local = urls.parse(address)
        if local is not None and local.kind == "media":
            yield local.name


async def _use(tx: Tx, user_id: int, owner_id: int, names: list[str]) -> None:
    """Note uses of files by their owner; whoever only knows a name can't keep the file alive."""
    for name in names:
        used = await tx.run(
            "INSERT INTO media_use (post_id, name) SELECT ?, m.name FROM media m"
            " WHERE m.name = ? AND m.actor_id = ? AND coalesce(m.unused, 0) <> ?"
            " ON CONFLICT DO NOTHING",
            (user_id, name, owner_id, _GOING),
        )
        if used:
            await tx.run("UPDATE media SET unused = NULL WHERE name = ?", (name,))


async def drop_uses(tx: Tx, post_ids: Sequence[int], now: int) -> None:
    """Note that these posts show nothing any more: the names they showed are dead."""
    await tx.many(
        "UPDATE attachment SET post_id = NULL, taken = NULL, spent = 1 WHERE post_id = ?",
        [(post_id,) for post_id in post_ids],
    )
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


_DRAFT: Final = (
    "SELECT 'draft', '', t.file_name FROM attachment t JOIN actor a ON a.id = t.actor_id"
    " WHERE t.post_id IS NULL AND t.spent = 0 AND a.suspended IS NULL AND a.deleted IS NULL AND"
)


async def shown(tx: Tx, name: str) -> Shown | None:
    """Return how a file may be sent, or None where nothing shows it: then it isn't there.

    An upload that no post shows yet is sent too: apps show what is about to be posted.
    """
    found = await tx.rows(
        "SELECT p.visibility, a.exposure, coalesce(t.file_name, '') FROM media_use u"
        " JOIN post p ON p.id = u.post_id JOIN actor a ON a.id = p.author_id"
        " LEFT JOIN attachment t ON t.name = u.name"
        " WHERE u.name = ? AND p.deleted IS NULL AND a.suspended IS NULL AND a.deleted IS NULL"
        " UNION ALL SELECT 'public', a.exposure, '' FROM media_use u"
        " JOIN actor a ON a.id = u.post_id"  # what an actor shows of itself
        " WHERE u.name = ? AND a.suspended IS NULL AND a.deleted IS NULL"
        f" UNION ALL {_DRAFT} t.name = ? UNION ALL {_DRAFT} t.preview = ? AND t.preview <> ''",
        (name,) * 4,
    )
    if not found:
        return None
    everybody = any(row[0] in ("public", "unlisted") and row[1] == "open" for row in found)
    return Shown(everybody, next((row[2] for row in found if row[2]), ""))


async def unused(tx: Tx, now: int, limit: int) -> list[str]:
    """Return names of pictures that no post has shown for a day."""
    rows = await tx.rows(
        "SELECT name FROM media WHERE unused <= ? ORDER BY unused LIMIT ?", (now - GRACE_MS, limit)
    )
    return [row[0] for row in rows]


async def let_go(tx: Tx, names: Iterable[str]) -> list[str]:
    """Say that files are about to go, unless something has come to show them; return which are.

    Nothing can show them any more. They are removed then, and `forget` notes that they are: where
    that is never reached, they are found again by `unused`.
    """
    going = []
    for name in names:
        if await tx.run(
            "UPDATE media SET unused = ? WHERE name = ? AND unused IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM media_use u WHERE u.name = media.name)",
            (_GOING, name),
        ):
            await tx.run("DELETE FROM attachment WHERE name = ? AND post_id IS NULL", (name,))
            going.append(name)
    return going


async def forget(tx: Tx, names: Iterable[str]) -> None:
    """Forget files that are gone."""
    await tx.many(
        "DELETE FROM media WHERE name = ? AND unused = ?", [(name, _GOING) for name in names]
    )


async def retire(tx: Tx, names: Iterable[str], unused: int = 0) -> None:
    """Say since when files are of no use, if no post shows them: 0 has them forgotten next time,
    a moment to come keeps them until a day after it."""
    await tx.many(
        "UPDATE media SET unused = ? WHERE name = ? AND coalesce(unused, 0) <> ?"
        " AND NOT EXISTS (SELECT 1 FROM media_use u WHERE u.name = media.name)",
        [(unused, name, _GOING) for name in names],
    )


async def names(tx: Tx) -> list[str]:
    """Return the names of all pictures that should be on disk."""
    return [row[0] for row in await tx.rows("SELECT name FROM media ORDER BY name")]
