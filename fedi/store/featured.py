"""The hashtags that an actor features: its own choice, with how much it has used each.

Uses are counted over what the viewer may see. The writes are for fedi/publishing/profile.py, which
asks first who may.
"""

from dataclasses import dataclass
from typing import Final

from actors.audience import Viewer
from actors.errors import Invalid

from . import events, visibility
from .engine import Tx

MOST: Final = 10
"""Hashtags that one actor can feature (Mastodon's number)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeaturedTag:
    """A hashtag that an actor features: `name` folded, `shown` as written; how many posts of the
    actor's have it, and when the newest of them was published (ms; None: never)."""

    id: int
    name: str
    shown: str
    created: int
    uses: int = 0
    last_used: int | None = None


async def of(tx: Tx, actor_id: int, viewer: Viewer) -> list[FeaturedTag]:
    """Return what an actor features, the oldest choice first, in one statement."""
    condition, params = visibility.condition(viewer)
    rows = await tx.rows(
        "SELECT f.id, f.name, f.shown, f.created, count(p.id), max(p.published)"
        " FROM featured_tag f LEFT JOIN hashtag h ON h.name = f.name"
        f" LEFT JOIN post p ON p.id = h.post_id AND p.author_id = f.actor_id AND {condition}"
        " WHERE f.actor_id = ? GROUP BY f.id, f.name, f.shown, f.created ORDER BY f.id",
        (*params, actor_id),
    )
    return [
        FeaturedTag(
            id=row[0], name=row[1], shown=row[2], created=row[3], uses=row[4], last_used=row[5]
        )
        for row in rows
    ]


async def shown(tx: Tx, actor_id: int) -> tuple[str, ...]:
    """Return the hashtags that an actor features, as written."""
    rows = await tx.rows(
        "SELECT shown FROM featured_tag WHERE actor_id = ? ORDER BY id", (actor_id,)
    )
    return tuple(row[0] for row in rows)


async def ids(tx: Tx, actor_id: int) -> dict[str, int]:
    """Return the ids of what an actor features, by the folded hashtags."""
    rows = await tx.rows("SELECT name, id FROM featured_tag WHERE actor_id = ?", (actor_id,))
    return dict(rows)


async def add(
    tx: Tx, id: int, actor_id: int, name: str, shown: str, now: int, person: int | None
) -> int:
    """Feature a hashtag and return the id of that; one that is featured already stays as it is.
    Invalid where there are MOST already."""
    held = await ids(tx, actor_id)
    if name in held:
        return held[name]
    if len(held) >= MOST:
        raise Invalid(f"At most {MOST} hashtags can be featured.", code="too_many")
    await tx.run(
        "INSERT INTO featured_tag (id, actor_id, name, shown, created) VALUES (?, ?, ?, ?, ?)",
        (id, actor_id, name, shown, now),
    )
    await events.append(tx, "actor", actor_id, actor_id, at=now, person=person)
    return id


async def remove(tx: Tx, actor_id: int, id: int, now: int, person: int | None) -> bool:
    """Feature a hashtag no more; return whether the actor did."""
    gone = await tx.run("DELETE FROM featured_tag WHERE id = ? AND actor_id = ?", (id, actor_id))
    if gone:
        await events.append(tx, "actor", actor_id, actor_id, at=now, person=person)
    return bool(gone)
