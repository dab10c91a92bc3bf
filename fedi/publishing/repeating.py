"""What a client hands in again under its Idempotency-Key is done once, over restarts too.

As `POST /api/v1/statuses` has it (fedi/mastodon/posting.py), and with the same table: a post is
written in one unit with its key; the other verbs do nothing twice by themselves.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from actors.effects import Done, Refusal
from actors.errors import Unavailable
from actors.people import Actor
from actors.urls import Urls
from fedi.perform import Also, Performer
from fedi.publishing.submitting import Submitting
from fedi.publishing.waiting import DRAFT, Aside, Waits
from fedi.store import kept
from fedi.store.engine import Tx
from fedi.store.unit import UnitStore


class _Twice(Exception):
    """Another request with the same key was quicker."""


class Repeating:
    """Carries out what is handed in under a key. Requests of one key wait for one another here;
    on other processes the table of keys says who was first."""

    def __init__(self, submitting: Submitting) -> None:
        self._submitting = submitting
        self._turns: WeakValueDictionary[tuple[int, str], asyncio.Lock] = WeakValueDictionary()

    async def once(
        self, actor: Actor, person: int, document: Mapping[str, Any], key: tuple[int, str]
    ) -> str:
        """Carry a document out, or return the address that came of it when it came before. `key`
        is the token's id and the hash of its Idempotency-Key."""
        turn = self._turns.setdefault(key, asyncio.Lock())
        async with turn:
            keyed = _Keyed(self._submitting.performer, *key)
            before = await keyed.before()
            if before:
                return before
            aside = Aside(beside=keyed.waiting)
            try:
                uri = await self._submitting.submit(actor, person, document, keyed.noted, aside)
            except _Twice:
                before = await keyed.before()
                if not before:
                    raise Unavailable("That did not work: try again in a moment.") from None
                return before
            await keyed.note(uri)
            return uri


@dataclass(frozen=True, slots=True)
class _Keyed:
    """One key of one token, and what came of it."""

    performer: Performer
    token: int
    name: str

    async def before(self) -> str:
        """Return the address that came of it within the hour, "" for none."""
        since = self.performer.clock.now() - kept.IDEMPOTENT_MS
        found = await self.performer.engine.glance(
            lambda tx: kept.answered(tx, self.token, self.name, since)
        )
        if found is not None and found[0] == DRAFT:
            raise Waits(found[1])
        return _address(self.performer.urls, *found) if found is not None else ""

    async def waiting(self, store: UnitStore, draft_id: int) -> None:
        """Note, in the unit that makes it, a draft that waits for approval."""
        now = store.now
        if not await kept.answer(store.tx, self.token, self.name, DRAFT, draft_id, now):
            raise _Twice

    def noted(self, uri: str) -> Also:
        """Return what notes an address in the unit that makes it, and undoes that by raising
        where another request was quicker."""

        async def also(store: UnitStore, outcome: Done | Refusal) -> None:
            if not isinstance(outcome, Refusal) and not await self._kept(store.tx, uri):
                raise _Twice

        return also

    async def note(self, uri: str) -> None:
        """Note an address afterwards, where no unit has."""
        await self.performer.engine.write(lambda tx: self._kept(tx, uri))

    async def _kept(self, tx: Tx, uri: str) -> bool:
        local, now = self.performer.urls.parse(uri), self.performer.clock.now()
        if local is None:
            return True
        return await kept.answer(tx, self.token, self.name, local.kind, local.id, now)


def _address(urls: Urls, kind: str, id: int) -> str:
    made = {"activity": urls.activity, "actor": urls.actor, "post": urls.post}.get(kind)
    return made(id) if made is not None else ""
