"""Home timelines kept ready: for whom, and how one is made for a reader who comes back.

Rows are written as posts come (applying.py) for readers seen in the last 14 days; others' rows go.
A reader who comes back has theirs made anew from what those they follow wrote. Authors with many
local followers get no rows at all; they are merged on reading (scale.md §3.3).
"""

from collections import OrderedDict
from typing import Final

from actors.audience import LocalActor

from . import visibility
from .engine import Engine, Param, Tx

KEPT: Final = 800
"""Posts on a home timeline that is kept; older ones come by merging."""
ACTIVE_MS: Final = 14 * 86_400_000
SEEN_EVERY_MS: Final = 3_600_000
_REMEMBERED: Final = 20_000
_EACH: Final = 60
"""Posts taken from each followed author when a timeline is made."""


class Readers:
    """Sees to it that a reader's timeline is there; remembers for a while whose is."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[int, int] = OrderedDict()

    async def ready(self, reader_id: int, now: int) -> None:
        """Build a reader's timeline if it isn't kept, and note once an hour that they were here."""
        if now - self._known.get(reader_id, -SEEN_EVERY_MS) < SEEN_EVERY_MS:
            return
        engine = self._engine
        row = await engine.glance(
            lambda tx: tx.one("SELECT seen FROM reader WHERE actor_id = ?", (reader_id,))
        )
        if row is None or now - row[0] > ACTIVE_MS:
            await engine.write(lambda tx: build(tx, reader_id, now))
        elif now - row[0] > SEEN_EVERY_MS:
            await engine.write(
                lambda tx: tx.run("UPDATE reader SET seen = ? WHERE actor_id = ?", (now, reader_id))
            )
        self._known[reader_id] = now
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


async def build(tx: Tx, reader_id: int, now: int) -> None:
    """Make a reader's timeline: the newest posts of each whom they follow, and their own."""
    condition, params = visibility.condition(LocalActor(reader_id))
    mine: list[Param] = [reader_id]
    await tx.run(
        "INSERT INTO reader (actor_id, seen, built) VALUES (?, ?, ?)"
        " ON CONFLICT (actor_id) DO UPDATE SET seen = excluded.seen, built = excluded.built",
        (reader_id, now, now),
    )
    authors = await tx.rows(
        "SELECT target_id FROM relation WHERE kind = 'follow' AND source_id = ?"
        " AND state = 'accepted' LIMIT 10000",
        mine,
    )
    for (author_id,) in [*authors, (reader_id,)]:
        await tx.run(
            "INSERT INTO home (reader_id, post_id, author_id)"
            " SELECT ?, p.id, p.author_id FROM post p WHERE p.author_id = ?"
            f" AND {condition} AND p.visibility NOT IN ('direct', 'group')"
            " ORDER BY p.id DESC LIMIT ? ON CONFLICT DO NOTHING",
            [reader_id, author_id, *params, _EACH],
        )
    await trim(tx, reader_id)


async def trim(tx: Tx, reader_id: int) -> None:
    """Keep the newest KEPT rows of a reader."""
    await tx.run(
        "DELETE FROM home WHERE reader_id = ? AND post_id < (SELECT min(post_id) FROM"
        " (SELECT post_id FROM home WHERE reader_id = ? ORDER BY post_id DESC LIMIT ?) kept)",
        (reader_id, reader_id, KEPT),
    )


async def put_away(tx: Tx, now: int) -> int:
    """Forget the timeline of one who hasn't been here of late, and trim another; 0 when done."""
    row = await tx.one(
        "SELECT actor_id FROM reader WHERE seen < ? ORDER BY seen LIMIT 1", (now - 2 * ACTIVE_MS,)
    )
    if row is None:
        return 0
    await tx.run("DELETE FROM home WHERE reader_id = ?", (row[0],))
    return await tx.run("DELETE FROM reader WHERE actor_id = ?", (row[0],))
