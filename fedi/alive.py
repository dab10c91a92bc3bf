"""Inbound evidence: a valid signature from a host says that it lives and which dialect it reads.

The inbox tells at each request, so almost all of it ends in a dictionary here; the tables are
looked at twice a minute for each host, and written only when that changes something.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Final

from actors.errors import FediError
from fedi.bus import Bus
from fedi.store.deliveries import seen_alive
from fedi.store.engine import Engine

_AGAIN_MS: Final = 30_000
_HOSTS: Final = 10_000
_AT_ONCE: Final = 8

_logger = logging.getLogger("fedi.outbox")


class Alive:
    """Call it with (host, dialect) for each valid signature; `clock` gives Unix ms."""

    def __init__(self, engine: Engine, bus: Bus, clock: Callable[[], int]) -> None:
        self._engine = engine
        self._bus = bus
        self._clock = clock
        self._looked: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, host: str, dialect: str) -> None:
        """Note that a host lives. Never blocks and never fails; what is too much is left out."""
        now = self._clock()
        key = (host, dialect)
        last = self._looked.get(key)
        if (last is not None and 0 <= now - last < _AGAIN_MS) or len(self._tasks) >= _AT_ONCE:
            return
        self._looked[key] = now
        self._looked.move_to_end(key)
        while len(self._looked) > _HOSTS:
            self._looked.popitem(last=False)
        task = asyncio.get_running_loop().create_task(self._look(host, dialect, now))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait for what is being written."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _look(self, host: str, dialect: str, now: int) -> None:
        try:
            look = partial(seen_alive, name=host, dialect=dialect, now=now, write=False)
            note = partial(seen_alive, name=host, dialect=dialect, now=now)
            if await self._engine.glance(look) and await self._engine.write(note):
                self._bus.wake("outbox")
        except FediError as problem:
            _logger.warning("a host seen alive was not noted: %s", problem.detail or problem)
