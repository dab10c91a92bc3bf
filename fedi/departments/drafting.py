"""Drafts that a department writes together: begun, changed, taken back. What is done with one that
is handed in is in drafts.py; the rule of both is in actors/drafts.py.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from actors.drafts import DraftState, SharedDraft, Step, after
from actors.effects import Refusal
from actors.errors import Conflict, FediError, Forbidden, Invalid, NotFound
from actors.people import Actor
from fedi.media.attachments import Attachments
from fedi.publishing import Draft, Writing
from fedi.publishing.scheduling import SOONEST_MS
from fedi.publishing.waiting import begin, change, hold_files, named_in, tell
from fedi.publishing.wishes import Wish, drafted, wish_of
from fedi.store import drafts, scheduled
from fedi.store.engine import Tx
from fedi.store.unit import UnitStore

_FILES_MS: Final = 7 * 86_400_000
"""How long the files of a draft that came to nothing are still there."""
GONE: Final = "There is no such draft."


class Outdated(Conflict):
    """Somebody has changed the draft meanwhile; `newer` is what it is now, and stays."""

    def __init__(self, newer: SharedDraft) -> None:
        super().__init__(
            "Somebody has changed this draft meanwhile. Look at what it says now, and do it again."
        )
        self.newer = newer


@dataclass(frozen=True, slots=True)
class Drafting:
    """Does things with drafts; `person` is who does them, None the house itself."""

    writing: Writing
    media: Attachments

    async def find(self, id: int) -> SharedDraft:
        """Return a draft; NotFound where there is none."""
        found = await self.writing.performer.engine.glance(lambda tx: drafts.one(tx, id))
        if found is None:
            raise NotFound(GONE)
        return found

    async def begin(
        self, actor: Actor, person: int, wish: Wish, *, due: int | None = None
    ) -> SharedDraft:
        """Begin a draft that all who speak for the actor see and change."""
        performer = self.writing.performer
        reads = await self.writing.reads(actor, await self._said(actor, wish))
        now = performer.clock.now()
        row = SharedDraft(
            id=performer.new_id(),
            actor_id=actor.id,
            author_id=person,
            state=DraftState.OPEN,
            wish=wish.encoded(),
            html=reads.html,
            wished=self._due(due),
            created=now,
            changed=now,
            changed_by=person,
        )

        async def unit(tx: Tx) -> SharedDraft:
            store = performer.open(tx)
            await self._allowed(store, row, Step.CHANGE, person)
            made = replace(row, named=await named_in(store, reads))
            await begin(tx, made, Step.BEGIN)
            await hold_files(tx, actor.id, wish.media, now)
            return made

        return await performer.engine.write(unit)

    async def change(
        self,
        draft: SharedDraft,
        person: int | None,
        wish: Wish,
        *,
        due: int | None = None,
        again: bool = False,
    ) -> SharedDraft:
        """Give a draft other words, or another time; `again` hands in what was returned. Outdated
        where `draft` isn't what it is now: the newer words stay."""
        actor = await self.actor(draft)
        performer, now = self.writing.performer, self.writing.performer.clock.now()
        said = await self._said(actor, wish)
        reads = await self.writing.reads(actor, said)
        if draft.state is not DraftState.OPEN:
            await self.writing.look_at(actor, person, said)
        due = draft.wished if due == draft.wished else self._due(due)

        async def unit(tx: Tx) -> SharedDraft:
            store = performer.open(tx)
            handing_in = again and draft.state is DraftState.RETURNED
            step = Step.HAND_IN if handing_in else Step.CHANGE
            row = replace(
                draft,
                state=await self._allowed(store, draft, step, person),
                version=draft.version + 1,
                wish=wish.encoded(),
                html=reads.html,
                named=await named_in(store, reads),
                wished=due,
                changed=now,
                changed_by=person,
            )
            if handing_in:
                row = replace(row, author_id=person, comment="", comment_by=None)
            await change(tx, draft, row, step, person)
            await hold_files(tx, actor.id, wish.media, now)
            if handing_in:
                await tell(performer, store, row)
            return row

        return await self._unless_outdated(draft, unit)

    async def withdraw(self, draft: SharedDraft, person: int | None) -> SharedDraft:
        """Take a draft back, also one that is approved and waits for its time."""

        async def unit(tx: Tx) -> SharedDraft:
            store = self.writing.performer.open(tx)
            row = await self._stepped(store, draft, Step.WITHDRAW, person)
            await drafts.untell(tx, row.id)
            await scheduled.drop(tx, row.id)
            await self._let_files_go(tx, row)
            return row

        return await self._unless_outdated(draft, unit)

    # -- parts

    async def actor(self, draft: SharedDraft) -> Actor:
        """Return in whose name a draft is; NotFound where it is gone."""
        found = await self.writing.look(lambda store: store.actor_by_id(draft.actor_id))
        if found is None or found.gone:
            raise NotFound(GONE)
        return found

    async def _may(self, draft: SharedDraft, step: Step, person: int | None) -> DraftState:
        return await self.writing.look(lambda store: self._allowed(store, draft, step, person))

    async def _allowed(
        self, store: UnitStore, draft: SharedDraft, step: Step, person: int | None
    ) -> DraftState:
        """Return what a draft becomes; raise what the rule's refusal means."""
        role = None if person is None else await store.membership(person, draft.actor_id)
        who = None if person is None else await store.person(person)
        if who is not None and who.departed is not None:
            raise NotFound(GONE)
        became = after(draft, step, person, role, store.now)
        if isinstance(became, Refusal):
            raise refused(became)
        return became

    async def _stepped(
        self,
        store: UnitStore,
        draft: SharedDraft,
        step: Step,
        person: int | None,
        words: str = "",
    ) -> SharedDraft:
        state = await self._allowed(store, draft, step, person)
        row = replace(draft, state=state, version=draft.version + 1, changed=store.now)
        if words or step in (Step.RETURN, Step.REJECT):
            row = replace(row, comment=words, comment_by=person)
        await change(store.tx, draft, row, step, person, comment=words)
        return row

    async def _let_files_go(self, tx: Tx, row: SharedDraft) -> None:
        files, now = wish_of(row.wish).media, self.writing.performer.clock.now()
        await hold_files(tx, row.actor_id, files, now, _FILES_MS)

    async def _unless_outdated(
        self, draft: SharedDraft, unit: Callable[[Tx], Awaitable[SharedDraft]]
    ) -> SharedDraft:
        try:
            return await self.writing.performer.engine.write(unit)
        except Conflict:
            raise Outdated(await self.find(draft.id)) from None

    def _due(self, due: int | None) -> int | None:
        if due is not None and due < self.writing.performer.clock.now() + SOONEST_MS:
            raise Invalid("Validation failed: Scheduled at must be at least 5 minutes ahead")
        return due

    def _is_later(self, draft: SharedDraft) -> bool:
        now = self.writing.performer.clock.now()
        return draft.wished is not None and draft.wished > now

    async def _said(
        self, actor: Actor, wish: Wish, *, take: bool = False, post_id: int | None = None
    ) -> Draft:
        """Return what a draft says with its files, which are taken where it is to be published."""
        said = drafted(wish, self.writing.performer.clock.now())
        if not wish.media:
            return said
        if take:
            return replace(said, media=await self.media.take(actor, wish.media, post_id=post_id))
        files = [await self.media.get(actor, one) for one in wish.media]
        return replace(said, media=tuple(self.media.media(one) for one in files))


def refused(refusal: Refusal) -> FediError:
    """Return the error that the rule of drafts means to whoever asked."""
    if refusal.code.startswith("no_such"):
        return NotFound(refusal.sentence, code=refusal.code)
    if refusal.code in ("not_yours", "own_approval"):
        return Forbidden(refusal.sentence, code=refusal.code)
    return Invalid(refusal.sentence, code=refusal.code)
