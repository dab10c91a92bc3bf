"""PostgreSQL through asyncpg: a unit of work is a transaction, run again after a deadlock.

Units run at READ COMMITTED: each statement sees what was committed when it began, so that what is
read after `lock` is what the holder before left. Reads take one snapshot for the whole page.
The server groups commits by itself. SQLite is next door; the contract is in engine.py.
"""

import asyncio
import hashlib
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import asyncpg

from actors.errors import Unavailable
from fedi.store.engine import CannotOpen, Dialect, Param, Tx
from fedi.store.placeholders import bound, numbered

T = TypeVar("T")

TRIES = 6  # of a unit that meets a deadlock or a serialisation failure
STATEMENTS = 1_024  # prepared statements kept for each connection

_AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
_OUTSIDE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.LockNotAvailableError,
    OSError,
    TimeoutError,
)


class PostgresTx:
    """One transaction on a connection of the pool."""

    __slots__ = ("_connection", "after_commit", "failure")
    dialect: Dialect = "postgres"

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.after_commit: list[Callable[[], None]] = []
        self.failure: Exception | None = None

    async def rows(self, sql: str, params: Sequence[Param] = ()) -> list[tuple[Any, ...]]:
        statement, values = bound(sql, params)
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
        try:
            status = await self._connection.execute(statement, *values)
        except Exception as error:
            self.failure = error
            raise
        count = status.rpartition(" ")[2]
        return int(count) if count.isdecimal() and not status.startswith("SELECT") else 0

    async def many(self, sql: str, rows: Sequence[Sequence[Param]]) -> None:
        try:
            await self._connection.executemany(numbered(sql), rows)
        except Exception as error:
            self.failure = error
            raise

    async def lock(self, *keys: str) -> None:
        """Take a lock of this transaction on each key, in one order for everybody."""
        hashed = sorted({_hash(key) for key in keys})
        await self._connection.execute(
            "SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key", hashed
        )


def _hash(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)


class PostgresEngine:
    """A pool of connections in use by this process. Open it with `open_engine`."""

    dialect: Dialect = "postgres"

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._process = os.getpid()
        self._waiting = 0

    @property
    def backlog(self) -> int:
        return self._waiting

    async def write(self, unit: Callable[[Tx], Awaitable[T]]) -> T:
        self._waiting += 1
        try:
            for tried in range(TRIES):
                try:
                    tx, value = await self._transact(unit)
                except _AGAIN:
                    await asyncio.sleep(0.005 * 2**tried * _jitter())
                else:
                    self._tell(tx)
                    return value
            raise Unavailable("The database is busy; try again in a moment.", retry_after=2)
        finally:
            self._waiting -= 1

    async def read(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        _, value = await self._transact(query, isolation="repeatable_read", readonly=True)
        return value

    async def glance(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        return await self.read(query)

    async def _transact(
        self, unit: Callable[[Tx], Awaitable[T]], **how: Any
    ) -> tuple[PostgresTx, T]:
        if os.getpid() != self._process:
            raise RuntimeError("A database opened before a fork is not used after it.")
        try:
            async with self._pool.acquire() as connection:
                tx = PostgresTx(connection)
                async with connection.transaction(**how):
                    value = await unit(tx)
                    if tx.failure is not None:
                        raise tx.failure
                return tx, value
        except asyncpg.DataError:  # a value the column does not take: also an InterfaceError
            raise
        except _OUTSIDE as error:
            if how.get("readonly") and isinstance(error, asyncpg.ReadOnlySQLTransactionError):
                raise  # a query that writes is a mistake in the code
            raise Unavailable(
                "The database is not available; try again in a moment.",
                retry_after=5,
                detail=f"{type(error).__name__}: {error}",
            ) from error

    def _tell(self, tx: PostgresTx) -> None:
        loop = asyncio.get_running_loop()
        for call in tx.after_commit:
            try:
                call()
            except Exception as error:
                loop.call_exception_handler({"message": "after a commit", "exception": error})

    async def close(self) -> None:
        await self._pool.close()


def _jitter() -> float:
    return 0.5 + time.perf_counter_ns() % 1_000 / 1_000


async def _prepare(connection: Any) -> None:
    # sum() of BIGINT is NUMERIC there; here a whole number is an int, whichever engine adds it.
    await connection.set_type_codec(
        "numeric",
        schema="pg_catalog",
        encoder=str,
        decoder=lambda text: float(text) if "." in text else int(text),
        format="text",
    )


async def _leave_as_is(connection: Any) -> None:
    """Skip asyncpg's round trip on release: no unit leaves anything behind in its session."""


async def open_postgres(url: str, *, pool: int) -> PostgresEngine:
    """Connect to the database `url` names. Raises CannotOpen."""
    try:
        connections = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=pool,
            statement_cache_size=STATEMENTS,
            init=_prepare,
            reset=_leave_as_is,
            server_settings={"application_name": "fedi", "TimeZone": "UTC"},
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
        raise CannotOpen(
            "PostgreSQL does not let us in: check database.url and that the server runs "
            f"({error}).",
            detail=type(error).__name__,
        ) from error
    return PostgresEngine(connections)
