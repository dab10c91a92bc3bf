"""Announcements of the house to all inside: written by its admins, read and reacted to."""

from dataclasses import dataclass
from typing import Final

from .engine import Tx

MOST: Final = 100
REACTIONS_MAX: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """`content` is HTML, `text` what it was made of; times in ms."""

    id: int
    content: str
    text: str
    starts: int | None
    ends: int | None
    all_day: bool
    published: int
    updated: int
    read: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    name: str
    count: int
    me: bool


async def current(tx: Tx, actor_id: int, now: int, *, dismissed: bool) -> list[Announcement]:
    """Return the announcements that stand now, for an actor; those it put away if asked for."""
    rows = await tx.rows(
        "SELECT a.id, a.content, a.text, a.starts, a.ends, a.all_day, a.published, a.updated,"
        " r.actor_id FROM announcement a LEFT JOIN announcement_read r"
        " ON r.announcement_id = a.id AND r.actor_id = ?"
        " WHERE (a.starts IS NULL OR a.starts <= ?) AND (a.ends IS NULL OR a.ends > ?)"
        " ORDER BY a.id DESC LIMIT ?",
        (actor_id, now, now, MOST),
    )
    found = [
        Announcement(
            id=row[0], content=row[1], text=row[2], starts=row[3], ends=row[4],
            all_day=bool(row[5]), published=row[6], updated=row[7], read=row[8] is not None,
        )
        for row in rows
    ]  # fmt: skip
    return [one for one in found if dismissed or not one.read]


async def exists(tx: Tx, id: int) -> bool:
    """Return whether there is an announcement with this id."""
    return await tx.one("SELECT 1 FROM announcement WHERE id = ?", (id,)) is not None


async def keep(tx: Tx, new: Announcement) -> None:
    """Write an announcement, new or changed."""
    await tx.run(
        "INSERT INTO announcement (id, content, text, starts, ends, all_day, published, updated)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " content = excluded.content, text = excluded.text, starts = excluded.starts,"
        " ends = excluded.ends, all_day = excluded.all_day, updated = excluded.updated",
        (
            new.id, new.content, new.text, new.starts, new.ends, int(new.all_day), new.published,
            new.updated,
        ),
    )  # fmt: skip


async def drop(tx: Tx, id: int) -> bool:
    """Remove an announcement; return whether it was there."""
    await tx.run("DELETE FROM announcement_read WHERE announcement_id = ?", (id,))
    await tx.run("DELETE FROM announcement_reaction WHERE announcement_id = ?", (id,))
    return bool(await tx.run("DELETE FROM announcement WHERE id = ?", (id,)))


async def dismiss(tx: Tx, id: int, actor_id: int) -> None:
    """Note that an actor has read one."""
    await tx.run(
        "INSERT INTO announcement_read (announcement_id, actor_id) VALUES (?, ?)"
        " ON CONFLICT DO NOTHING",
        (id, actor_id),
    )


async def is_dismissed(tx: Tx, id: int, actor_id: int) -> bool:
    """Return whether an actor has put one away."""
    row = await tx.one(
        "SELECT 1 FROM announcement_read WHERE announcement_id = ? AND actor_id = ?",
        (id, actor_id),
    )
    return row is not None


async def forget_dismissed(tx: Tx, before: int, actor_id: int) -> None:
    """Forget what an actor put away of earlier days and nobody wrote."""
    await tx.run(
        "DELETE FROM announcement_read WHERE actor_id = ? AND announcement_id < ?"
        " AND NOT EXISTS (SELECT 1 FROM announcement a WHERE a.id = announcement_id)",
        (actor_id, before),
    )


async def reactions(tx: Tx, ids: list[int], actor_id: int) -> dict[int, list[Reaction]]:
    """Return the reactions to these announcements."""
    found: dict[int, list[Reaction]] = {id: [] for id in ids}
    if ids:
        rows = await tx.rows(
            "SELECT announcement_id, name, count(*), max(CASE WHEN actor_id = ? THEN 1 ELSE 0 END)"
            f" FROM announcement_reaction WHERE announcement_id IN ({', '.join('?' * len(ids))})"
            " GROUP BY announcement_id, name ORDER BY count(*) DESC, name",
            (actor_id, *ids),
        )
        for row in rows:
            found[row[0]].append(Reaction(name=row[1], count=row[2], me=bool(row[3])))
    return found


async def react(tx: Tx, id: int, name: str, actor_id: int) -> bool:
    """Add a reaction; return False where there are too many kinds of them already."""
    kinds = await tx.rows(
        "SELECT DISTINCT name FROM announcement_reaction WHERE announcement_id = ?", (id,)
    )
    if len(kinds) >= REACTIONS_MAX and (name,) not in [tuple(row) for row in kinds]:
        return False
    await tx.run(
        "INSERT INTO announcement_reaction (announcement_id, name, actor_id) VALUES (?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (id, name, actor_id),
    )
    return True


async def unreact(tx: Tx, id: int, name: str, actor_id: int) -> None:
    """Take an actor's reaction back."""
    await tx.run(
        "DELETE FROM announcement_reaction WHERE announcement_id = ? AND name = ? AND actor_id = ?",
        (id, name, actor_id),
    )
