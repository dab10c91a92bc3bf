"""A house's own engine that can lose power: what is not committed then is never written.

For PostgreSQL, which cannot run inline: there a seed decides the story and not its every step.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from actors.errors import Unavailable
from fedi.store.engine import Dialect, Engine, Tx, opened

T = TypeVar("T")


class MortalEngine:
    """Fills fedi.store.engine.Engine. `dead` is a house that lost power: nothing works any more."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.dialect: Dialect = engine.dialect
        self.dead = False

    @property
    def backlog(self) -> int:
        return self._engine.backlog

    async def write(self, unit: Callable[[Tx], Awaitable[T]]) -> T:
        self._check()
        return await self._engine.write(unit)

    async def read(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        self._check()
        return await self._engine.read(query)

    async def glance(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        self._check()
        return await self._engine.glance(query)

    async def close(self) -> None:
        self.dead = True
        await self._engine.close()

    def _check(self) -> None:
        if self.dead:
            raise Unavailable("The house has lost power.")


@asynccontextmanager
async def opened_mortal(url: str) -> AsyncIterator[MortalEngine]:
    async with opened(url) as engine:
        yield MortalEngine(engine)
