"""Posts for later: kept as drafts until their time, then published as if written then.

The clockwork calls `publish_due`. A scheduled post is removed in the unit that makes the post, so
that it is published once whatever happens; what can't be published stays, with why.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from actors.drafts import SharedDraft
from actors.errors import FediError, Forbidden, Invalid, NotFound, Unavailable
from actors.people import Actor
from actors.posts import Post
from fedi.media.attachments import Attachments
from fedi.perform import Performer
from fedi.publishing.waiting import Aside, Waits, out
from fedi.publishing.wishes import Wish, drafted, wish_of
from fedi.publishing.writing import Writing
from fedi.store import drafts, kept, scheduled
from fedi.store.engine import Tx
from fedi.store.scheduled import Scheduled
from fedi.store.unit import UnitStore

SOONEST_MS: Final = 300_000
MOST: Final = 300
_LEASE_MS: Final = 120_000
_LATER_MS: Final = 600_000


class _Gone(Exception):
    """Somebody else published or removed it."""


@dataclass(frozen=True, slots=True)
class _Leaving:
    """What is written with a post whose time has come; `before` is the draft that was approved."""

    performer: Performer
    row: Scheduled
    before: SharedDraft | None

    async def out(self, store: UnitStore, made: Post) -> None:
        """Let go of what waited, in the unit that makes the post."""
        row, before = self.row, self.before
        if not await scheduled.drop(store.tx, row.id):
            raise _Gone
        if row.app_id is not None:
            await kept.written_with(store.tx, made.id, row.app_id)
        if before is not None:
            by = before.approved_by if before.approved_by is not None else before.author_id
            if not await out(self.performer, store, before, made, by):
                raise _Gone

    async def kept_back(self, store: UnitStore, draft_id: int) -> None:
        """Since it was scheduled its author lost their role, or four eyes were asked for: it is
        a draft now."""
        if not await scheduled.drop(store.tx, self.row.id):
            raise _Gone


@dataclass(frozen=True, slots=True)
class Scheduling:
    """Keeps and publishes the posts that our actors wrote for later."""

    writing: Writing
    media: Attachments

    async def keep(
        self,
        actor: Actor,
        person: int,
        app: int | None,
        due: int,
        wish: Wish,
        beside: Callable[[UnitStore, int], Awaitable[None]] | None = None,
    ) -> int:
        """Keep a post for a time (ms) at least five minutes ahead; return its id. Invalid for
        what could not be published then. Waits where it has to be approved before: `beside`
        writes with the draft, by its id."""
        performer = self.writing.performer
        self._check(due)
        if await self.writing.waits(actor, person):
            aside = Aside(
                due=due,
                app_id=app,
                poll_seconds=wish.poll_seconds,
                shown=wish.shown,
                beside=beside,
            )
            await self._set_aside(actor, person, wish, aside)
        self.writing.check(drafted(wish, due))
        limits = self.writing.limits
        limits.check("The post", len(wish.media), limits.attachments, "pictures and files")
        await self.writing.look_at(actor, person, drafted(wish, 0))
        id = performer.new_id()
        row = Scheduled(
            id=id,
            actor_id=actor.id,
            person_id=person,
            app_id=app,
            due=due,
            params=wish.encoded(),
        )

        async def unit(tx: Tx) -> None:
            if await scheduled.count(tx, actor.id) >= MOST:
                raise Invalid(f"At most {MOST} posts can wait.")
            await scheduled.add(tx, row)

        if wish.media:
            for one in wish.media:
                await self.media.get(actor, one)
            await self.media.hold(actor, wish.media, due)
        await performer.engine.write(unit)
        performer.bus.wake("jobs")
        return id

    async def _set_aside(self, actor: Actor, person: int, wish: Wish, aside: Aside) -> None:
        """Hand in a post for later: raises Waits, and publishes nothing."""
        media = await self.media.take(actor, wish.media) if wish.media else ()
        now = self.writing.performer.clock.now()
        draft = replace(drafted(wish, now), person=person, media=media)

        async def never(store: UnitStore, made: Post) -> None:
            raise Unavailable("That did not work: try again in a moment.")

        try:
            await self.writing.publish(actor, draft, never, aside)
        except FediError:
            if media:
                await self.media.give_back(media)
            raise

    async def move(self, actor: Actor, id: int, due: int) -> None:
        """Let a post of the actor's wait for another time."""
        self._check(due)
        engine = self.writing.performer.engine
        found = await engine.glance(lambda tx: scheduled.one(tx, actor.id, id))
        if found is None:
            raise NotFound("Record not found")
        wish = wish_of(found.params)
        if wish.media:
            await self.media.hold(actor, wish.media, due)
        await engine.write(lambda tx: scheduled.move(tx, id, due))

    def _check(self, due: int) -> None:
        if due < self.writing.performer.clock.now() + SOONEST_MS:
            raise Invalid("Validation failed: Scheduled at must be at least 5 minutes ahead")

    async def publish_due(self) -> int:
        """Publish some of those whose time has come; return how many were tried."""
        performer = self.writing.performer
        now = performer.clock.now()
        if not await performer.engine.glance(lambda tx: scheduled.is_due(tx, now)):
            return 0
        rows = await performer.engine.write(lambda tx: scheduled.lease(tx, now, now + _LEASE_MS))
        for row in rows:
            try:
                await self._publish(row)
            except (Forbidden, NotFound, Invalid) as problem:
                await self._stays(row, problem, None)
            except FediError as problem:
                await self._stays(row, problem, now + _LATER_MS)
        return len(rows)

    async def _publish(self, row: Scheduled) -> None:
        performer = self.writing.performer
        engine = performer.engine
        wish = wish_of(row.params)
        actor = await self.writing.look(lambda store: store.actor_by_id(row.actor_id))
        if actor is None or actor.gone:
            await engine.write(lambda tx: scheduled.drop(tx, row.id))
            return
        media = await self.media.take(actor, wish.media) if wish.media else ()
        before = await engine.glance(lambda tx: drafts.one(tx, row.id))
        draft = replace(
            drafted(wish, performer.clock.now()),
            person=row.person_id or None,  # 0: the house
            media=media,
            looked_at=True,
            approval=before.approval if before is not None else None,
        )
        leaving = _Leaving(performer, row, before)
        seconds, shown = wish.poll_seconds, wish.shown
        aside = Aside(
            app_id=row.app_id, poll_seconds=seconds, shown=shown, beside=leaving.kept_back
        )
        try:
            await self.writing.publish(actor, draft, leaving.out, aside)
        except Waits:
            return
        except (FediError, _Gone) as problem:
            if media:
                await self.media.give_back(media)
            if isinstance(problem, FediError):
                raise

    async def _stays(self, row: Scheduled, problem: FediError, due: int | None) -> None:
        await self.writing.performer.engine.write(
            lambda tx: scheduled.failed(tx, row.id, problem.sentence, due)
        )
