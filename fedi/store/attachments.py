"""Attachments as rows: what apps hold before a post shows it, and what a post of ours shows.

A row belongs to the actor it was uploaded for: every function asks whose. The files behind it are
rows of media.py, which says how far they may be sent and when they are forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .engine import Tx
from .media import GRACE_MS
from .rows import Table

TAKEN_MS: Final = 300_000
"""How long an attachment stays taken for a post that never comes."""
TRIES: Final = 3
"""How often making one ready is begun before it counts as failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One upload. `name`, `preview` and `original` are names of files, "" where there is none.

    `state` is processing, ready or failed (`problem` says why); `kind` is image, gifv, video, audio
    or file. Times and `duration` in ms, `size` in bytes, `bitrate` in bits a second; `focus` is x,
    y in -1…1.
    """

    id: int
    actor_id: int
    person_id: int | None = None
    post_id: int | None = None
    state: str = "processing"
    problem: str = ""
    kind: str = "file"
    name: str = ""
    preview: str = ""
    original: str = ""
    file_name: str = ""
    media_type: str = ""
    size: int = 0
    width: int = 0
    height: int = 0
    preview_width: int = 0
    preview_height: int = 0
    duration: int = 0
    bitrate: int = 0
    frame_rate: str = ""
    description: str = ""
    focus: tuple[float, float] | None = None
    blurhash: str = ""
    created: int = 0
    spent: bool = False
    taken: int | None = None
    lease_until: int = 0
    tries: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all its files."""
        return tuple(name for name in (self.name, self.preview, self.original) if name)


ATTACHMENT: Final = Table("attachment", Attachment, ["id"])


async def add(tx: Tx, attachment: Attachment) -> None:
    """Store a new attachment."""
    await tx.run(ATTACHMENT.insert, ATTACHMENT.encode(attachment))


async def owned(tx: Tx, actor_id: int, ids: Sequence[int]) -> dict[int, Attachment]:
    """Return those of these that are the actor's, by id."""
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    rows = await tx.rows(
        f"{ATTACHMENT.select} WHERE actor_id = ? AND id IN ({marks})", (actor_id, *ids)
    )
    return {one.id: one for one in map(ATTACHMENT.decode, rows)}


async def named(tx: Tx, actor_id: int, names: Sequence[str]) -> dict[str, int]:
    """Return the ids of those of these files that are the actor's, by name."""
    if not names:
        return {}
    rows = await tx.rows(
        "SELECT name, id FROM attachment WHERE actor_id = ?"
        f" AND name IN ({', '.join('?' * len(names))})",
        (actor_id, *names),
    )
    return {row[0]: row[1] for row in rows}


async def of_post(tx: Tx, post_id: int) -> list[Attachment]:
    """Return what a post shows, in order of upload."""
    rows = await tx.rows(f"{ATTACHMENT.select} WHERE post_id = ? ORDER BY id", (post_id,))
    return [ATTACHMENT.decode(row) for row in rows]


async def replace(tx: Tx, attachment: Attachment, *, unless_used: bool = False) -> bool:
    """Give an attachment its new values; False where it is gone, or used, meanwhile."""
    columns = [column for column in ATTACHMENT.columns if column != "id"]
    values = dict(zip(ATTACHMENT.columns, ATTACHMENT.encode(attachment), strict=True))
    changes = ", ".join(f"{column} = ?" for column in columns)
    still = " AND post_id IS NULL" if unless_used else ""
    changed = await tx.run(
        f"UPDATE attachment SET {changes} WHERE id = ?{still}",
        (*(values[column] for column in columns), attachment.id),
    )
    return changed > 0


async def waits(tx: Tx, now: int) -> bool:
    """Return whether an attachment waits to be made ready."""
    row = await tx.one(
        "SELECT 1 FROM attachment WHERE state = 'processing' AND lease_until <= ? LIMIT 1", (now,)
    )
    return row is not None


async def lease(tx: Tx, now: int, until: int) -> Attachment | None:
    """Lease the oldest attachment that waits to be made ready, until a moment (ms)."""
    row = await tx.one(
        f"{ATTACHMENT.select} WHERE state = 'processing' AND lease_until <= ?"
        " ORDER BY lease_until LIMIT 1",
        (now,),
    )
    if row is None:
        return None
    found = ATTACHMENT.decode(row)
    held = await tx.run(
        "UPDATE attachment SET lease_until = ?, tries = tries + 1"
        " WHERE id = ? AND state = 'processing' AND lease_until <= ?",
        (until, found.id, now),
    )
    return found if held else None


async def take(tx: Tx, actor_id: int, id: int, post_id: int | None, now: int) -> bool:
    """Take an attachment for a post: one that is ready, the actor's, in no other post, and not
    taken within five minutes. `post_id` names a post that may have it already."""
    taken = await tx.run(
        "UPDATE attachment SET taken = ? WHERE id = ? AND actor_id = ? AND state = 'ready'"
        " AND (post_id = ? OR (post_id IS NULL AND (taken IS NULL OR taken <= ?)))",
        (now, id, actor_id, -1 if post_id is None else post_id, now - TAKEN_MS),
    )
    return taken > 0


async def give_back(tx: Tx, ids: Sequence[int]) -> None:
    """Undo a taking: no post came of it."""
    await tx.many(
        "UPDATE attachment SET taken = NULL WHERE id = ? AND post_id IS NULL", [(id,) for id in ids]
    )


async def remove(tx: Tx, attachment: Attachment) -> bool:
    """Forget an attachment that no post shows; False where one does. Its files go with it."""
    gone = await tx.run("DELETE FROM attachment WHERE id = ? AND post_id IS NULL", (attachment.id,))
    return gone > 0


async def unfinished(tx: Tx, now: int, limit: int) -> list[Attachment]:
    """Return attachments that were never made ready, a day after their upload."""
    rows = await tx.rows(
        f"{ATTACHMENT.select} WHERE state <> 'ready' AND created <= ? ORDER BY created LIMIT ?",
        (now - GRACE_MS, limit),
    )
    return [ATTACHMENT.decode(row) for row in rows]
