"""Arrivals saved together: on PostgreSQL what comes while others are written goes in one unit.

There a statement costs a journey, so that many rows to a statement are many arrivals for the price
of a few. Nobody waits longer: who comes first is written at once, alone. On SQLite every arrival is
a unit of its own, for its engine shares commits by itself (docs/decisions/0004).
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from actors.errors import Unavailable

from . import arrivals
from .arrivals import Arrival
from .engine import Engine

PAGE: Final = 64
"""Arrivals to a unit, at most."""


class Taking:
    """Saves arrivals for one process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[tuple[Arrival, asyncio.Future[bool]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def save(self, arrival: Arrival) -> bool:
        """Save an arrival; False if its inbox has had it. It is durable on return."""
        if self._engine.dialect == "sqlite":
            return await self._engine.write(lambda tx: arrivals.save(tx, arrival))
        saved: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, saved))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await saved

    async def _write(self) -> None:
        try:
            while self._waiting:
                page, self._waiting = self._waiting[:PAGE], self._waiting[PAGE:]
                await self._page(page)
        finally:
            self._writing = None

    async def _page(self, page: Sequence[tuple[Arrival, "asyncio.Future[bool]"]]) -> None:
        try:
            new = await self._engine.write(
                lambda tx: arrivals.save_all(tx, [arrival for arrival, _ in page])
            )
        except Exception as error:
            if len(page) == 1 or isinstance(error, Unavailable):
                for _, saved in page:
                    if not saved.done():
                        saved.set_exception(error)
                return
            for one in page:  # one of them cannot be written: the others can
                await self._page([one])
            return
        for arrival, saved in page:
            if not saved.done():
                saved.set_result(arrival.id in new)
