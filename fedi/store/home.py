"""Home timelines kept ready: for whom, as posts come, and for a reader who comes back.

Rows are written as posts come for readers seen in the last 14 days; others' rows go in time, and
are made anew from what those they follow wrote once they are back. Authors with many local
followers get no rows at all (`widely_followed`): timelines.home merges them (scale.md §3.3).
While a timeline is built, returning.py reads for it.
"""

import asyncio
import logging
from collections import OrderedDict
from time import monotonic
from typing import Final, NamedTuple

from actors.audience import LocalActor
from actors.errors import FediError

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
_UNDER_WAY: Final = -1
"""Stands in place of when a timeline was built while it is."""
_REMEMBERED: Final = 20_000
_logger = logging.getLogger("fedi.home")


class Readers:
    """Sees to it that a reader's timeline is there; remembers for a while whose is."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[int, int] = OrderedDict()
        self._waiting: OrderedDict[int, int] = OrderedDict()
        self._at_work: int | None = None
        self._task: asyncio.Task[None] | None = None

    async def ready(self, reader_id: int, now: int) -> None:
        """Build a reader's timeline if it isn't kept; once an hour note that they were here, and
        trim it."""
        if not await self._is_kept(reader_id, now):
            await self._build(reader_id, now)

    async def at_hand(self, reader_id: int, now: int) -> bool:
        """Do the same, but leave it for later while another's is being built: many come at once
        after a night, and nobody waits for the others. Return whether it is there now."""
        if await self._is_kept(reader_id, now):
            return True
        if self._at_work is not None:
            if self._at_work != reader_id and len(self._waiting) < _REMEMBERED:
                self._waiting.setdefault(reader_id, now)
            return False
        self._at_work = reader_id
        try:
            await self._build(reader_id, now)
        finally:
            self._at_work = None
            if self._waiting:
                self._at_work = next(iter(self._waiting))
                self._task = asyncio.create_task(self._build_waiting())
        return True

    async def idle(self) -> None:
        """Wait until nothing is left for later."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _build_waiting(self) -> None:
        try:
            while self._waiting:
                reader_id, now = self._waiting.popitem(last=False)
                self._at_work = reader_id
                began = monotonic()
                if not await self._is_kept(reader_id, now):
                    await self._build(reader_id, now)
                # Half of the time at most: who comes meanwhile is answered first.
                await asyncio.sleep(monotonic() - began)
        except FediError as problem:
            # Theirs are built when they come again.
            self._waiting.clear()
            _logger.warning("home timelines are not built now: %s", problem)
        finally:
            self._at_work = self._task = None

    async def _is_kept(self, reader_id: int, now: int) -> bool:
        if now < self._known.get(reader_id, now):
            return True
        engine = self._engine
        row = await engine.glance(
            lambda tx: tx.one("SELECT seen, built FROM reader WHERE actor_id = ?", (reader_id,))
        )
        if row is None or row[1] == _UNDER_WAY or now - row[0] > ACTIVE_MS:
            return False
        if engine.dialect == "postgres" and row[0] == row[1]:
            # A post whose unit had looked for readers before this one was there, and committed
            # after the first look, is found by a second.
            await build(engine, reader_id, now, again=True)
        elif now - row[0] > SEEN_EVERY_MS:
            await engine.write(lambda tx: _seen(tx, reader_id, now))
        self._know(reader_id, now + SEEN_EVERY_MS)
        return True

    async def _build(self, reader_id: int, now: int) -> None:
        await build(self._engine, reader_id, now)
        self._know(
            reader_id, now + (_AGAIN_MS if self._engine.dialect == "postgres" else SEEN_EVERY_MS)
        )

    def _know(self, reader_id: int, until: int) -> None:
        self._known[reader_id] = until
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


async def build(engine: Engine, reader_id: int, now: int, *, again: bool = False) -> None:
    """Make a reader's timeline: from the first unit on, what comes is put on it; what came before
    is read outside of any unit, since it may be of thousands of authors, and then written. It is
    kept from the last unit on, so that nobody takes a part for the whole."""
    if again:
        await engine.write(lambda tx: _seen(tx, reader_id, now))
    else:
        await engine.write(lambda tx: _arrived(tx, reader_id, now))
    found = await engine.read(lambda tx: newest(tx, reader_id, KEPT))

    async def unit(tx: Tx) -> None:
        await tx.many(f"{_PUT} VALUES (?, ?, ?){_ONCE}", [(reader_id, *row) for row in found])
        await trim(tx, reader_id)
        if not again:
            await tx.run("UPDATE reader SET built = ? WHERE actor_id = ?", (now, reader_id))

    await engine.write(unit)


_PUT: Final = "INSERT INTO home (reader_id, post_id, author_id)"
_ONCE: Final = " ON CONFLICT DO NOTHING"


async def _arrived(tx: Tx, reader_id: int, now: int) -> None:
    await tx.run(
        "INSERT INTO reader (actor_id, seen, built) VALUES (?, ?, ?)"
        " ON CONFLICT (actor_id) DO UPDATE SET seen = excluded.seen, built = excluded.built",
        (reader_id, now, _UNDER_WAY),
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
_REACH: Final = (
    "SELECT EXISTS (SELECT 1 FROM widely_followed w WHERE w.actor_id = ?),"
    " (SELECT count(*) FROM (SELECT 1 FROM relation c WHERE c.kind = 'follow' AND c.inside = 1"
    " AND c.target_id = ? AND c.state = 'accepted' LIMIT ?) counted),"
    " EXISTS (SELECT 1 FROM acquaintance q WHERE q.other_id = ? AND q.notifies = 1)"
)
_FAN_OUT: Final = (
    f"{_PUT} SELECT f.source_id, p.id, p.author_id FROM post p"
    " JOIN relation f ON f.kind = 'follow' AND f.inside = 1 AND f.target_id = ?"
    f" AND f.state = 'accepted' JOIN reader r ON r.actor_id = f.source_id AND {_LISTENING}"
    " WHERE p.id = ? AND (p.visibility NOT IN ('direct', 'group') OR EXISTS"
    " (SELECT 1 FROM addressee d WHERE d.post_id = p.id AND (d.actor_id = f.source_id OR EXISTS"
    " (SELECT 1 FROM relation m JOIN actor g ON g.id = m.target_id AND g.kind = 'Group'"
    " WHERE m.kind = 'follow' AND m.source_id = f.source_id AND m.target_id = d.actor_id"
    f" AND m.state = 'accepted' AND p.visibility = 'group')))){_ONCE}"
)


class Reach(NamedTuple):
    """To whom of ours an author's posts go: `merged` into timelines on reading, else to the
    `followers` (counted up to one more than have rows); `heeded` by some who want to be told."""

    merged: bool
    followers: int
    heeded: bool


async def reach(tx: Tx, author_id: int) -> Reach:
    """Look up to whom of ours an author's posts go."""
    row = await tx.one(_REACH, (author_id, author_id, LISTED_FOLLOWERS + 1, author_id))
    return Reach(bool(row[0]), row[1], bool(row[2])) if row is not None else Reach(False, 0, False)


async def fan_out(
    tx: Tx, post_id: int, author_id: int, now: int, reaching: Reach | None = None
) -> bool:
    """Put a post on the timelines of its author's followers who are here these days; return
    whether it is on any that it wasn't on, or may be, since its author is merged on reading."""
    reaching = reaching or await reach(tx, author_id)
    if reaching.merged:
        return True
    if reaching.followers > LISTED_FOLLOWERS:
        # Once too many follow, an author stays merged: what came meanwhile has no rows.
        await tx.run(f"INSERT INTO widely_followed (actor_id) VALUES (?){_ONCE}", (author_id,))
        return True
    if not reaching.followers:
        return False
    return await tx.run(_FAN_OUT, (author_id, now - ACTIVE_MS, post_id)) > 0


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
        " SELECT f.source_id FROM relation f WHERE f.kind = 'follow' AND f.inside = 1"
        " AND f.target_id = ? AND f.state = 'accepted')",
        (post_id, author_id, author_id),
    )
