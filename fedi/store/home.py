"""Home timelines kept ready: for whom, as posts come, and for a reader who comes back.

Rows are written as posts come for readers seen in the last 14 days; others' rows go in time, and
are made anew from what those they follow wrote once they are back. Authors with many local
followers get no rows at all (`widely_followed`): timelines.home merges them (scale.md §3.3).
"""

from collections import OrderedDict
from typing import Final

from actors.audience import LocalActor

from . import visibility
from .engine import Engine, Tx
from .newest import newest

KEPT: Final = 800
"""Rows of a home timeline that are kept, as many as Mastodon has; older posts are their authors'
pages' to show."""
ACTIVE_MS: Final = 14 * 86_400_000
SEEN_EVERY_MS: Final = 3_600_000
LISTED_FOLLOWERS = 2_000
"""An author with more local followers is merged into home timelines on reading."""
SINCE: Final = 100
"""Posts that a new follower's timeline gets at most, of those written since it asked."""
_AGAIN_MS: Final = 10_000
_REMEMBERED: Final = 20_000


class Readers:
    """Sees to it that a reader's timeline is there; remembers for a while whose is."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[int, int] = OrderedDict()

    async def ready(self, reader_id: int, now: int) -> None:
        """Build a reader's timeline if it isn't kept; once an hour note that they were here, and
        trim it."""
        if now < self._known.get(reader_id, now):
            return
        engine = self._engine
        row = await engine.glance(
            lambda tx: tx.one("SELECT seen, built FROM reader WHERE actor_id = ?", (reader_id,))
        )
        until = now + SEEN_EVERY_MS
        if row is None or now - row[0] > ACTIVE_MS:
            await build(engine, reader_id, now)
            if engine.dialect == "postgres":
                until = now + _AGAIN_MS
        elif engine.dialect == "postgres" and row[0] == row[1]:
            # A post whose unit had looked for readers before this one was there, and committed
            # after the first look, is found by a second.
            await build(engine, reader_id, now, again=True)
        elif now - row[0] > SEEN_EVERY_MS:
            await engine.write(lambda tx: _seen(tx, reader_id, now))
        self._known[reader_id] = until
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


async def build(engine: Engine, reader_id: int, now: int, *, again: bool = False) -> None:
    """Make a reader's timeline: from the first unit on, what comes is put on it; what came before
    is read outside of any unit, since it may be of thousands of authors, and then written."""
    if again:
        await engine.write(lambda tx: _seen(tx, reader_id, now))
    else:
        await engine.write(lambda tx: _arrived(tx, reader_id, now))
    found = await engine.read(lambda tx: newest(tx, reader_id, KEPT))

    async def unit(tx: Tx) -> None:
        await tx.many(f"{_PUT} VALUES (?, ?, ?){_ONCE}", [(reader_id, *row) for row in found])
        await trim(tx, reader_id)

    await engine.write(unit)


_PUT: Final = "INSERT INTO home (reader_id, post_id, author_id)"
_ONCE: Final = " ON CONFLICT DO NOTHING"


async def _arrived(tx: Tx, reader_id: int, now: int) -> None:
    await tx.run(
        "INSERT INTO reader (actor_id, seen, built) VALUES (?, ?, ?)"
        " ON CONFLICT (actor_id) DO UPDATE SET seen = excluded.seen, built = excluded.built",
        (reader_id, now, now),
    )


async def _seen(tx: Tx, reader_id: int, now: int) -> None:
    await tx.run(
        "UPDATE reader SET seen = ? WHERE actor_id = ? AND seen < ?", (now, reader_id, now)
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
    """Forget the timeline of one who hasn't been here of late; return 0 when there is none."""
    row = await tx.one(
        "SELECT actor_id FROM reader WHERE seen < ? ORDER BY seen LIMIT 1", (now - 2 * ACTIVE_MS,)
    )
    if row is None:
        return 0
    await tx.run("DELETE FROM home WHERE reader_id = ?", (row[0],))
    return await tx.run("DELETE FROM reader WHERE actor_id = ?", (row[0],))


# -- as posts come

_LISTENING: Final = "r.seen >= ?"
_IS_WIDE: Final = "EXISTS (SELECT 1 FROM widely_followed w WHERE w.actor_id = {})"
_HOW_MANY: Final = (
    # In this order: those who are merged already are not counted again.
    f"CASE WHEN {_IS_WIDE.format('?')} THEN {{}} ELSE (SELECT count(*) FROM (SELECT 1"
    " FROM relation c JOIN actor l ON l.id = c.source_id AND l.local = 1 WHERE c.kind = 'follow'"
    " AND c.target_id = ? AND c.state = 'accepted' LIMIT ?) counted) END"
)
_FAN_OUT: Final = (
    f"{_PUT} SELECT f.source_id, p.id, p.author_id FROM post p"
    " JOIN relation f ON f.kind = 'follow' AND f.target_id = ? AND f.state = 'accepted'"
    f" JOIN reader r ON r.actor_id = f.source_id AND {_LISTENING}"
    " WHERE p.id = ? AND (p.visibility NOT IN ('direct', 'group') OR EXISTS"
    " (SELECT 1 FROM addressee d WHERE d.post_id = p.id AND (d.actor_id = f.source_id OR EXISTS"
    " (SELECT 1 FROM relation m JOIN actor g ON g.id = m.target_id AND g.kind = 'Group'"
    " WHERE m.kind = 'follow' AND m.source_id = f.source_id AND m.target_id = d.actor_id"
    " AND m.state = 'accepted' AND p.visibility = 'group'))))"
    f" AND {_HOW_MANY.format(1 << 31)} <= ?{_ONCE}"
)
_IS_WIDE_NOW: Final = (
    "INSERT INTO widely_followed (actor_id) SELECT a.id FROM actor a WHERE a.id = ?"
    f" AND {_HOW_MANY.format(0)} > ?{_ONCE}"
)


async def fan_out(tx: Tx, post_id: int, author_id: int, now: int) -> bool:
    """Put a post on the timelines of its author's followers who are here these days; return
    whether it is on any that it wasn't on, or may be, since its author is merged on reading."""
    counted = (author_id, author_id, LISTED_FOLLOWERS + 1, LISTED_FOLLOWERS)
    if await tx.run(_FAN_OUT, (author_id, now - ACTIVE_MS, post_id, *counted)):
        return True
    # Once too many follow, an author stays merged: what came meanwhile has no rows.
    if await tx.run(_IS_WIDE_NOW, (author_id, *counted)):
        return True
    return await tx.one(f"SELECT 1 WHERE {_IS_WIDE.format('?')}", (author_id,)) is not None


async def put(tx: Tx, post_id: int, author_id: int, readers: tuple[int, ...], now: int) -> None:
    """Put a post on the timelines of these readers, as far as they are here these days."""
    for reader in readers:
        await tx.run(
            f"{_PUT} SELECT r.actor_id, ?, ? FROM reader r WHERE r.actor_id = ? AND {_LISTENING}"
            + _ONCE,
            (post_id, author_id, reader, now - ACTIVE_MS),
        )


async def put_since(tx: Tx, reader_id: int, author_id: int, first: int, now: int) -> None:
    """Put what an author has written since a moment (the lowest id) on a new follower's timeline,
    what the follower may see of it."""
    condition, params = visibility.condition(LocalActor(reader_id))
    await tx.run(
        f"{_PUT} SELECT r.actor_id, p.id, p.author_id FROM reader r JOIN post p"
        f" ON p.author_id = ? AND p.id >= ? WHERE r.actor_id = ? AND {_LISTENING} AND {condition}"
        f" ORDER BY p.id DESC LIMIT ?{_ONCE}",
        [author_id, first, reader_id, now - ACTIVE_MS, *params, SINCE],
    )


async def take_off(tx: Tx, post_id: int, author_id: int) -> None:
    """Take a post off the timelines of the author and who follows now; others' rows show nothing,
    since there is nothing left to see."""
    await tx.run(
        "DELETE FROM home WHERE post_id = ? AND reader_id IN (SELECT ? UNION ALL"
        " SELECT f.source_id FROM relation f JOIN actor r ON r.id = f.source_id AND r.local = 1"
        " WHERE f.kind = 'follow' AND f.target_id = ? AND f.state = 'accepted')",
        (post_id, author_id, author_id),
    )
