"""Carries effects out in the open unit: rows, home pages, notifications, events, what leaves.

`Put(row, then)` is idempotence: what stands under it happens only if the row was new. Nothing
here decides anything; rules do (actors/activities), and fedi/perform.py brings the two together.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from actors.effects import (
    Drop,
    Effects,
    Fetch,
    Notify,
    Put,
    Row,
    Send,
    Show,
    Spread,
)
from actors.inquiries import Inquiry
from actors.people import Key
from actors.posts import Hashtag, Poll, Post, Quote
from actors.relationships import (
    Notification,
    NotificationKind,
    Reaction,
    Relation,
    RelationKind,
    RelationState,
)

from . import changes, events, groups, heeded, home, questions
from .followed import for_followers
from .media import note_use
from .rows import NOTIFICATION, TABLES
from .unit import UnitStore


class Clash(Exception):
    """A back-dated id was taken by another post; the unit is run again with other random bits."""


SendHook = Callable[[UnitStore, Send], Awaitable[None]]


class Applying:
    """Applies effects to one open unit; `wakes` collects which workers to wake after it.

    `person` is who of ours acts, written down with every event."""

    def __init__(self, store: UnitStore, send: SendHook, person: int | None = None) -> None:
        self._store = store
        self._tx = store.tx
        self._send = send
        self._person = person
        self._untagged: set[int] = set()  # posts that are new in this unit, and have no hashtag
        self.wakes: set[str] = set()

    async def all(self, effects: Effects) -> None:
        for effect in effects:
            match effect:
                case Put():
                    await self._put(effect)
                case Drop(row, then):
                    table = TABLES[type(row)]
                    if await self._tx.run(table.delete, table.key_of(row)):
                        await self._let_go(row)
                        await self._tell(changes.dropped(row))
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

    async def _let_go(self, row: Row) -> None:
        """Remove what hangs on a row that is gone: what was told of it, who was shown it."""
        run = self._tx.run
        match row:
            case Relation(kind=RelationKind.FOLLOW):
                await run(
                    "DELETE FROM notification WHERE recipient_id = ? AND by_id = ?"
                    " AND kind IN ('follow', 'follow_request')",
                    (row.target_id, row.source_id),
                )
                await groups.answered(self._tx, row.target_id, row.source_id)
                await run(
                    "DELETE FROM list_member WHERE member_id = ? AND list_id IN"
                    " (SELECT id FROM list WHERE actor_id = ?)",
                    (row.target_id, row.source_id),
                )
            case Reaction():
                await run(
                    "DELETE FROM notification WHERE kind = 'favourite' AND by_id = ?"
                    " AND post_id = ? AND recipient_id ="
                    " (SELECT author_id FROM post WHERE id = ?)"
                    " AND NOT EXISTS (SELECT 1 FROM reaction WHERE post_id = ? AND actor_id = ?)",
                    (row.actor_id, row.post_id, row.post_id, row.post_id, row.actor_id),
                )
            case Post(boost_of=int(boosted)):
                await run(
                    "DELETE FROM notification WHERE kind = 'reblog' AND by_id = ?"
                    " AND post_id = ? AND recipient_id ="
                    " (SELECT author_id FROM post WHERE id = ?)",
                    (row.author_id, boosted, boosted),
                )
                await run("DELETE FROM addressee WHERE post_id = ?", (row.id,))
            case Poll():
                await run("DELETE FROM vote WHERE post_id = ?", (row.post_id,))
            case Inquiry():
                await questions.let_go(self._tx, row.id)
            case Quote(author_id=int(quoted), post_id=int(quoting)):
                await run(
                    "DELETE FROM notification WHERE recipient_id = ? AND kind = 'quote'"
                    " AND post_id = ?",
                    (quoted, quoting),
                )

    async def _put(self, put: Put) -> None:
        if isinstance(put.row, Key) and not await self._is_theirs(put.row):
            return
        if isinstance(put.row, Relation):
            put = replace(put, row=replace(put.row, number=self._store.new_id()))
        table = TABLES[type(put.row)]
        statement = table.replace if put.replace else table.insert
        changed = await self._tx.run(statement, table.encode(put.row))
        if changed or put.replace:
            self._store.put.append(put.row)
            await self._note(put)
            await self._tell(changes.put(put.row, replaced=put.replace))
            await self.all(put.then)
            if isinstance(put.row, Post) and not put.replace and not _shown(put.then):
                await self.event("fetched", put.row.author_id, put.row.id)
        elif isinstance(put.row, Post) and await self._store.post(put.row.uri) is None:
            raise Clash

    async def _note(self, put: Put) -> None:
        """See to what goes with a post: the pictures that it uses, whether it has hashtags."""
        match put.row:
            case Post(id=id, local=local):
                if local:
                    await note_use(self._tx, put.row, self._store.urls, self._store.now)
                if not put.replace:
                    self._untagged.add(id)
            case Hashtag(post_id=id):
                self._untagged.discard(id)
            case Relation(kind=RelationKind.FOLLOW, state=RelationState.ACCEPTED) as follow:
                await groups.answered(self._tx, follow.target_id, follow.source_id)

    async def _is_theirs(self, key: Key) -> bool:
        """Return whether a key's id is free or this actor's: nobody takes a neighbour's (S35)."""
        found = await self._tx.one("SELECT actor_id FROM actor_key WHERE uri = ?", (key.uri,))
        return found is None or found[0] == key.actor_id

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
        kind = show.kind
        match kind:
            case "post" | "late":
                reaching = await home.reach(self._tx, show.author_id)
                shown = await self._on_home_timelines(show, reaching)
                for group in show.groups:
                    shown = await self._in_group(show, group) or shown
                if kind == "late" and not shown:
                    return
                # What was here before it arrived, fetched for a thread, is new to its readers.
                kind = "post"
                if reaching.heeded:
                    heeding = await heeded.of_author(self._tx, show.post_id, show.author_id)
                    await self._tell_of(show, NotificationKind.STATUS, heeding)
            case "edit":
                sharing = await heeded.of_boosted(self._tx, show.post_id, show.author_id)
                await self._tell_of(show, NotificationKind.UPDATE, sharing)
            case "since":
                for reader in show.readers:
                    await home.put_since(
                        self._tx, reader, show.author_id, show.post_id, self._store.now
                    )
                return
            case "delete":
                await home.take_off(self._tx, show.post_id, show.author_id)
        await self.event(kind, show.author_id, show.post_id)

    async def _tell_of(self, show: Show, kind: NotificationKind, who: list[int]) -> None:
        for one in who:
            await self._notify(Notify(one, kind, show.author_id, show.post_id))

    async def _on_home_timelines(self, show: Show, reaching: home.Reach) -> bool:
        tx, now = self._tx, self._store.now
        shown = await home.fan_out(tx, show.post_id, show.author_id, now, reaching)
        if show.post_id not in self._untagged:
            await for_followers(tx, show.post_id, now)
        await home.put(tx, show.post_id, show.author_id, show.readers, now)
        return shown

    async def _in_group(self, show: Show, group: int) -> bool:
        """Put a post before the members of a group, and tell those who heed the group; return
        whether any member has it at home now who hadn't."""
        reaching = await home.reach(self._tx, group)
        shown = await home.fan_out(self._tx, show.post_id, group, self._store.now, reaching)
        if reaching.heeded:
            heeding = await heeded.of_author(self._tx, show.post_id, group)
            wanting = [one for one in heeding if one != show.author_id]
            await self._tell_of(show, NotificationKind.STATUS, wanting)
        return shown

    async def _tell(self, what: tuple[changes.Change, ...]) -> None:
        for change in what:
            await self.event(*change)

    async def event(
        self, kind: str, actor_id: int, subject_id: int, *, recipient: int | None = None
    ) -> None:
        """Append one event (events.KINDS)."""
        await events.append(
            self._tx,
            kind,
            actor_id,
            subject_id,
            at=self._store.now,
            recipient=recipient,
            person=self._person,
        )
        self.wakes.add("event")


def _shown(effects: Effects) -> bool:
    return any(isinstance(effect, Show) for effect in effects)
