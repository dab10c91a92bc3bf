"""An engine whose units of work are timed, for whoever wants to see how long a commit takes."""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TypeVar

from fedi.store.engine import Dialect, Engine, Tx

T = TypeVar("T")


class TimedEngine:
    """Passes everything on; `observe` gets the seconds from asking to the commit, waiting and
    failed units included."""

    def __init__(self, engine: Engine, observe: Callable[[float], None]) -> None:
        self._engine = engine
        self._observe = observe

    @property
    def dialect(self) -> Dialect:
        return self._engine.dialect

    @property
    def backlog(self) -> int:
        return self._engine.backlog

    async def write(self, unit: Callable[[Tx], Awaitable[T]]) -> T:
        began = perf_counter()
        try:
            return await self._engine.write(unit)
        finally:
            self._observe(perf_counter() - began)

    async def read(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        return await self._engine.read(query)

    async def glance(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        return await self._engine.glance(query)

    async def close(self) -> None:
        await self._engine.close()
