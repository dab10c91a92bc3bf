"""SQLite on the loop itself: each unit runs to its end at once, so that a seed decides everything.

The statements, the transactions and the tables are those of the house; only threads are missing.
"""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from actors.errors import Unavailable
from fedi.store.engine import Dialect, Tx
from fedi.store.grouped import SqliteTx, drive

T = TypeVar("T")


class InlineEngine:
    """Fills fedi.store.engine.Engine. `dead` is a house that lost power: nothing works any more."""

    dialect: Dialect = "sqlite"
    backlog = 0

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, cached_statements=512)
        self._connection.execute("PRAGMA synchronous = OFF")
        self.dead = False

    def watch(self, said: Callable[[str], object] | None) -> None:
        """Tell of every statement from now on, as it is run; None to tell of none."""
        self._connection.set_trace_callback(said)

    async def write(self, unit: Callable[[Tx], Awaitable[T]]) -> T:
        self._check()
        tx = SqliteTx(self._connection)
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            value = drive(unit, tx)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        for call in tx.after_commit:
            call()
        return value

    async def read(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        self._check()
        self._connection.execute("BEGIN")
        try:
            return drive(query, SqliteTx(self._connection))
        finally:
            self._connection.execute("COMMIT")

    async def glance(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        return await self.read(query)

    async def close(self) -> None:
        self.dead = True
        self._connection.close()

    def _check(self) -> None:
        if self.dead:
            raise Unavailable("The house has lost power.")


@asynccontextmanager
async def opened_inline(path: Path) -> AsyncIterator[InlineEngine]:
    engine = InlineEngine(path)
    try:
        yield engine
    finally:
        await engine.close()
