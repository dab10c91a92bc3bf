"""Fetches the pages that posts link to, once each, and keeps what they say of themselves.

By our own guarded sender, unsigned, with a limit of a megabyte; what can't be had now is tried
again, three times at most. Whoever sees the card never talks to the page's server.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from actors.errors import FetchError
from fedi.net.client import Client
from fedi.net.failures import may_come_later
from fedi.store import cards
from fedi.store.cards import TRIES, Card
from fedi.store.engine import Engine

from .page import card_of, is_page

ACCEPT: Final = "text/html, application/xhtml+xml"
AT_ONCE: Final = 8
LEASE_MS: Final = 60_000
AGAIN_MS: Final = 600_000
SECONDS: Final = 8.0
BYTES_MAX: Final = 1_000_000


class Wakes(Protocol):
    def wake(self, topic: str) -> None: ...


class Cards:
    """The work of one process."""

    def __init__(
        self, engine: Engine, client: Client, clock: Callable[[], int], bus: Wakes
    ) -> None:
        self._engine = engine
        self._bus = bus
        self._client = client
        self._clock = clock
        self._swept = ""

    async def some(self) -> int:
        """Fetch some of the pages that are due; 0 when none is."""
        now = self._clock()
        if not await self._engine.glance(lambda tx: cards.is_due(tx, now)):
            return 0
        due = await self._engine.write(
            lambda tx: cards.lease(tx, now=now, until=now + LEASE_MS, limit=AT_ONCE)
        )
        await asyncio.gather(*(self._fetch(url, tries) for url, tries in due))
        return len(due)

    async def sweep(self) -> int:
        """Forget some of the cards whose posts are gone; 0 when all have been looked at."""
        after = self._swept
        gone, self._swept = await self._engine.read(lambda tx: cards.unused(tx, after, 500))
        if gone:
            await self._engine.write(lambda tx: cards.drop(tx, gone))
        return int(bool(self._swept))

    async def _fetch(self, url: str, tries: int) -> None:
        now = self._clock()
        try:
            card = await self._card(url)
        except FetchError as problem:
            if may_come_later(problem) and tries + 1 < TRIES:
                due = now + AGAIN_MS * (tries + 1)
                await self._engine.write(lambda tx: cards.later(tx, url, due))
            else:
                await self._engine.write(lambda tx: cards.not_found(tx, url, now))
            return
        if card is None:
            await self._engine.write(lambda tx: cards.not_found(tx, url, now))
        else:
            found = card
            await self._engine.write(lambda tx: cards.found(tx, found, now))
            self._bus.wake("event")

    async def _card(self, url: str) -> Card | None:
        fetched = await self._client.get_document(
            url, accept=ACCEPT, allowed=is_page, deadline=SECONDS, max_body=BYTES_MAX
        )
        # Tens of milliseconds for a large page, which others in this process don't wait for.
        return await asyncio.to_thread(
            card_of, url, fetched.url, fetched.content_type, fetched.body
        )
