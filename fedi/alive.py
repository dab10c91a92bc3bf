"""A valid signature from a host is proof that it lives: its deliveries are tried at once.

Asked for each arrival, so it must cost nothing while all is well: once a minute and host, and a
row is written only where the host was down or its signature dialect is news.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from actors.errors import FediError
from fedi.bus import Bus
from fedi.store.deliveries import seen_alive
from fedi.store.engine import Engine

_EVERY_MS: Final = 60_000
_HOSTS: Final = 20_000


class Alive:
    """Notes signs of life; one for each process that has the inbox's door."""

    def __init__(self, engine: Engine, clock: Callable[[], int], bus: Bus) -> None:
        self._engine = engine
        self._clock = clock
        self._bus = bus
        self._noted: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._writing: set[asyncio.Task[None]] = set()

    def __call__(self, host: str, dialect: str) -> None:
        now, key = self._clock(), (host, dialect)
        if now - self._noted.get(key, -_EVERY_MS) < _EVERY_MS:
            return
        self._noted[key] = now
        self._noted.move_to_end(key)
        while len(self._noted) > _HOSTS:
            self._noted.popitem(last=False)
        task = asyncio.create_task(self._note(host, dialect, now))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _note(self, host: str, dialect: str, now: int) -> None:
        try:
            if await self._engine.write(lambda tx: seen_alive(tx, host, dialect, now)):
                self._bus.wake("outbox")
        except FediError:
            self._noted.pop((host, dialect), None)

    async def close(self) -> None:
        """Wait for what is being written."""
        await asyncio.gather(*self._writing)
