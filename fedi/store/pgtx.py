"""One unit's transaction on a PostgreSQL connection: the Tx of engine.py, through asyncpg.

batches.py opens transactions and runs units in them; placeholders.py turns the statements over.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from fedi.store.engine import Dialect, Param
from fedi.store.placeholders import bound, numbered


class Locks(Protocol):
    """Locks keys until the transaction ends; `first`: the unit has done nothing before."""

    async def __call__(self, keys: list[int], *, first: bool) -> None: ...


class PostgresTx:
    """What one unit, or one query, sees of a connection. `wrote`: it may have changed rows."""

    __slots__ = ("_connection", "_fresh", "_locks", "after_commit", "failure", "lasts", "wrote")
    dialect: Dialect = "postgres"

    def __init__(self, connection: Any, locks: Locks) -> None:
        self._connection = connection
        self._locks = locks
        self._fresh = True
        self.after_commit: list[Callable[[], None]] = []
        self.lasts: list[tuple[str, Sequence[Param]]] = []
        self.failure: Exception | None = None
        self.wrote = False

    async def rows(self, sql: str, params: Sequence[Param] = ()) -> list[tuple[Any, ...]]:
        statement, values = bound(sql, params)
        self._note(wrote=not sql.startswith("SELECT"))
        try:
            return [tuple(row) for row in await self._connection.fetch(statement, *values)]
        except Exception as error:
            self.failure = error
            raise

    async def one(self, sql: str, params: Sequence[Param] = ()) -> tuple[Any, ...] | None:
        rows = await self.rows(sql, params)
        return rows[0] if rows else None

    async def run(self, sql: str, params: Sequence[Param] = ()) -> int:
        statement, values = bound(sql, params)
        self._note(wrote=True)
        try:
            status = await self._connection.execute(statement, *values)
        except Exception as error:
            self.failure = error
            raise
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() and not status.startswith("SELECT") else 0

    async def many(self, sql: str, rows: Sequence[Sequence[Param]]) -> None:
        if not rows:
            return
        self._note(wrote=True)
        try:
            await self._connection.executemany(numbered(sql), rows)
        except Exception as error:
            self.failure = error
            raise

    async def last(self, sql: str, params: Sequence[Param] = ()) -> None:
        self._note(wrote=True)
        self.lasts.append((numbered(sql), params))

    async def lock(self, *keys: str) -> None:
        """Take a lock of this transaction on each key, in one order for everybody."""
        hashed = sorted({_hash(key) for key in keys})
        first = self._fresh
        self._note(wrote=False)
        try:
            await self._locks(hashed, first=first)
        except Exception as error:
            self.failure = error
            raise

    def _note(self, *, wrote: bool) -> None:
        self._fresh = False
        self.wrote = self.wrote or wrote


def _hash(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)
