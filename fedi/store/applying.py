"""Carries effects out in the open unit: rows, home pages, notifications, events, what leaves.

`Put(row, then)` is idempotence: what stands under it happens only if the row was new. Nothing
here decides anything; rules do (actors/activities), and fedi/perform.py brings the two together.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from actors.effects import (
    Drop,
    Effects,
    Fetch,
    Notify,
    Put,
    Send,
    Show,
    Spread,
)
from actors.posts import Post
from actors.relationships import Notification

from .rows import NOTIFICATION, TABLES
from .unit import UnitStore

LISTED_FOLLOWERS: Final = 2_000
"""An author with more local followers is merged into home pages on reading instead."""


class Clash(Exception):
    """A back-dated id was taken by another post; the unit is run again with other random bits."""


SendHook = Callable[[UnitStore, Send], Awaitable[None]]


class Applying:
    """Applies effects to one open unit; `wakes` collects which workers to wake after it."""

    def __init__(self, store: UnitStore, send: SendHook) -> None:
        self._store = store
        self._tx = store.tx
        self._send = send
        self.wakes: set[str] = set()

    async def all(self, effects: Effects) -> None:
        for effect in effects:
            match effect:
                case Put():
                    await self._put(effect)
                case Drop(row, then):
                    table = TABLES[type(row)]
                    if await self._tx.run(table.delete, table.key_of(row)):
                        await self.all(then)
                case Notify():
                    await self._notify(effect)
                case Show():
                    await self._show(effect)
                case Send():
                    await self._send(self._store, effect)
                    self.wakes.add("outbox")
                case Fetch() | Spread():
                    await self._later(effect)

    async def _later(self, effect: Fetch | Spread) -> None:
        match effect:
            case Fetch(uri, why, depth):
                await self._tx.run(
                    "INSERT INTO wanted (uri, why, depth, due, lease_until, tries)"
                    " VALUES (?, ?, ?, ?, 0, 0) ON CONFLICT DO NOTHING",
                    (uri, why, depth, self._store.now),
                )
                self.wakes.add("wanted")
            case Spread(kind, actor_id, target_id):
                await self._tx.run(
                    "INSERT INTO spread (id, kind, actor_id, target_id, position, lease_until)"
                    " VALUES (?, ?, ?, ?, 0, 0)",
                    (self._store.new_id(), kind, actor_id, target_id),
                )
                self.wakes.add("jobs")

    async def _put(self, put: Put) -> None:
        table = TABLES[type(put.row)]
        statement = table.replace if put.replace else table.insert
        changed = await self._tx.run(statement, table.encode(put.row))
        if changed or put.replace:
            await self.all(put.then)
        elif isinstance(put.row, Post) and await self._store.post(put.row.uri) is None:
            raise Clash

    async def _notify(self, notify: Notify) -> None:
        row = Notification(
            id=self._store.new_id(),
            recipient_id=notify.recipient_id,
            kind=notify.kind,
            by_id=notify.by_id,
            post_id=notify.post_id,
            created=self._store.now,
        )
        if await self._tx.run(NOTIFICATION.insert, NOTIFICATION.encode(row)):
            await self.event("notification", notify.by_id, row.id, recipient=notify.recipient_id)

    async def _show(self, show: Show) -> None:
        if show.kind == "post":
            await self._tx.run(
                "INSERT INTO home (reader_id, post_id, author_id)"
                " SELECT f.source_id, ?, ? FROM relation f"
                " JOIN actor r ON r.id = f.source_id AND r.local = 1"
                " WHERE f.kind = 'follow' AND f.target_id = ? AND f.state = 'accepted'"
                " AND (SELECT count(*) FROM relation c WHERE c.kind = 'follow'"
                " AND c.target_id = ? AND c.state = 'accepted') <= ?"
                " ON CONFLICT DO NOTHING",
                (show.post_id, show.author_id, show.author_id, show.author_id, LISTED_FOLLOWERS),
            )
            if show.readers:
                await self._tx.many(
                    "INSERT INTO home (reader_id, post_id, author_id) VALUES (?, ?, ?)"
                    " ON CONFLICT DO NOTHING",
                    [(reader, show.post_id, show.author_id) for reader in show.readers],
                )
        await self.event(show.kind, show.author_id, show.post_id)

    async def event(
        self, kind: str, actor_id: int, subject_id: int, *, recipient: int | None = None
    ) -> None:
        """Append one event. Ids only, never content, so that erasure stays possible."""
        tx_id = "0" if self._tx.dialect == "sqlite" else "pg_current_xact_id()::text::bigint"
        await self._tx.run(
            "INSERT INTO event (kind, actor_id, subject_id, recipient_id, at, tx)"
            f" VALUES (?, ?, ?, ?, ?, {tx_id})",
            (kind, actor_id, subject_id, recipient, self._store.now),
        )
        self.wakes.add("event")
