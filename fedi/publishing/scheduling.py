"""Posts for later: kept as drafts until their time, then published as if written then.

The clockwork calls `publish_due`. A scheduled post is removed in the unit that makes the post, so
that it is published once whatever happens; what can't be published stays, with why.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from actors.audience import narrowed
from actors.cautions import stop
from actors.errors import FediError, Forbidden, Invalid, NotFound
from actors.people import Actor
from actors.posts import Post, Visibility
from fedi.media.attachments import Attachments
from fedi.publishing.doing import error_of
from fedi.publishing.writing import Draft, Writing
from fedi.store import kept, scheduled
from fedi.store.engine import Tx
from fedi.store.scheduled import Scheduled
from fedi.store.unit import UnitStore

SOONEST_MS: Final = 300_000
MOST: Final = 300
_LEASE_MS: Final = 120_000
_LATER_MS: Final = 600_000


class Wish(msgspec.Struct, kw_only=True, frozen=True):
    """What is to be said, as JSON in the database. `poll_seconds` runs from publication."""

    text: str
    visibility: str
    summary: str = ""
    sensitive: bool = False
    language: str = ""
    reply_to: str = ""
    media: list[int] = []
    choices: list[str] = []
    multiple: bool = False
    poll_seconds: int = 0
    quote: str = ""
    quote_policy: str = ""
    shown: dict[str, Any] = {}


class _Gone(Exception):
    """Somebody else published or removed it."""


@dataclass(frozen=True, slots=True)
class Scheduling:
    """Keeps and publishes the posts that our actors wrote for later."""

    writing: Writing
    media: Attachments

    async def keep(self, actor: Actor, person: int, app: int | None, due: int, wish: Wish) -> int:
        """Keep a post for a time (ms) at least five minutes ahead; return its id. Invalid for
        what could not be published then."""
        performer = self.writing.performer
        self._check(due)
        self.writing.check(drafted(wish, due))
        limits = self.writing.limits
        limits.check("The post", len(wish.media), limits.attachments, "pictures and files")
        await self._look_at(actor, person, wish)
        id = performer.new_id()
        row = Scheduled(
            id=id,
            actor_id=actor.id,
            person_id=person,
            app_id=app,
            due=due,
            params=msgspec.json.encode(wish).decode(),
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

    async def _look_at(self, actor: Actor, person: int, wish: Wish) -> None:
        """Stop who schedules what should perhaps not go outside, while they are there to answer:
        of a direct post it is not known yet whom it will name."""
        draft = drafted(wish, 0)
        found = await self.writing.stop(actor, person, *draft.texts())
        visibility = narrowed(draft.visibility, actor, None)
        if visibility is Visibility.DIRECT:
            visibility = Visibility.FOLLOWERS
        refusal = stop(found.caution, visibility, ())
        if refusal is None:
            return
        performer = self.writing.performer
        await performer.engine.write(lambda tx: found.note(performer.open(tx), refusal))
        raise error_of(refusal)

    async def move(self, actor: Actor, id: int, due: int) -> None:
        """Let a post of the actor's wait for another time."""
        self._check(due)
        engine = self.writing.performer.engine
        found = await engine.glance(lambda tx: scheduled.one(tx, actor.id, id))
        if found is None:
            raise NotFound("Record not found")
        wish = msgspec.json.decode(found.params, type=Wish)
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
        engine = self.writing.performer.engine
        wish = msgspec.json.decode(row.params, type=Wish)
        actor = await self.writing.look(lambda store: store.actor_by_id(row.actor_id))
        if actor is None or actor.gone:
            await engine.write(lambda tx: scheduled.drop(tx, row.id))
            return
        media = await self.media.take(actor, wish.media) if wish.media else ()
        draft = replace(
            drafted(wish, self.writing.performer.clock.now()),
            person=row.person_id,
            media=media,
            looked_at=True,
        )

        async def beside(store: UnitStore, made: Post) -> None:
            if not await scheduled.drop(store.tx, row.id):
                raise _Gone
            if row.app_id is not None:
                await kept.written_with(store.tx, made.id, row.app_id)

        try:
            await self.writing.publish(actor, draft, beside)
        except (FediError, _Gone) as problem:
            if media:
                await self.media.give_back(media)
            if isinstance(problem, FediError):
                raise

    async def _stays(self, row: Scheduled, problem: FediError, due: int | None) -> None:
        await self.writing.performer.engine.write(
            lambda tx: scheduled.failed(tx, row.id, problem.sentence, due)
        )


def drafted(wish: Wish, now: int) -> Draft:
    """Return the draft of a wish, published at `now` (ms)."""
    return Draft(
        text=wish.text,
        visibility=Visibility(wish.visibility),
        summary=wish.summary,
        sensitive=wish.sensitive,
        language=wish.language,
        reply_to=wish.reply_to,
        choices=tuple(wish.choices),
        multiple=wish.multiple,
        poll_ends=now + wish.poll_seconds * 1000 if wish.choices else None,
        quote=wish.quote,
        quote_policy=wish.quote_policy,
    )


def wished(draft: Draft, media: Sequence[int], poll_seconds: int, shown: dict[str, Any]) -> Wish:
    """Return a draft as it is kept; `shown` is what the app gets to see of its own words."""
    return Wish(
        text=draft.text,
        visibility=draft.visibility.value,
        summary=draft.summary,
        sensitive=draft.sensitive,
        language=draft.language,
        reply_to=draft.reply_to,
        media=list(media),
        choices=list(draft.choices),
        multiple=draft.multiple,
        poll_seconds=poll_seconds,
        quote=draft.quote,
        quote_policy=draft.quote_policy,
        shown=shown,
    )
