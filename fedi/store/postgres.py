"""PostgreSQL through asyncpg: a unit of work is a transaction, or one of several in one.

Units run at READ COMMITTED: each statement sees what was committed when it began, so that what is
read after `lock` is what the holder before left. Reads take one snapshot for the whole page.
How units share commits, and what is run again: batches.py. SQLite is next door; the contract is
in engine.py.
"""

import os
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncpg

from fedi.store.batches import AGAIN, OUTSIDE, TRIES, Lanes, unavailable
from fedi.store.engine import CannotOpen, Dialect, Tx
from fedi.store.pgtx import PostgresTx

__all__ = ["TRIES", "PostgresEngine", "open_postgres"]

T = TypeVar("T")

STATEMENTS = 1_024  # prepared statements kept for each connection


class PostgresEngine:
    """A pool of connections in use by this process. Open it with `open_engine`."""

    dialect: Dialect = "postgres"

    def __init__(self, pool: Any, size: int) -> None:
        self._pool = pool
        self._process = os.getpid()
        self._lanes = Lanes(pool, max(1, size // 2))

    @property
    def backlog(self) -> int:
        return len(self._lanes.waiting)

    async def write(self, unit: Callable[[Tx], Awaitable[T]]) -> T:
        self._check_process()
        return await self._lanes.pass_on(unit)

    async def read(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        self._check_process()
        try:
            async with self._pool.acquire() as connection:
                tx = PostgresTx(connection, _no_locks)
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    value = await query(tx)
                    if tx.failure is not None:
                        raise tx.failure
                return value
        except (asyncpg.DataError, asyncpg.ReadOnlySQLTransactionError):
            raise  # a mistake in the code: a value no column takes, a query that writes
        except (*OUTSIDE, *AGAIN) as error:
            raise unavailable(error) from error

    async def glance(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        return await self.read(query)

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            raise RuntimeError("A database opened before a fork is not used after it.")

    async def close(self) -> None:
        await self._lanes.close()
        await self._pool.close()


async def _no_locks(keys: list[int], *, first: bool) -> None:
    raise RuntimeError("A query locks nothing.")


async def _prepare(connection: Any) -> None:
    # sum() of BIGINT is NUMERIC there; here a whole number is an int, whichever engine adds it.
    await connection.set_type_codec(
        "numeric",
        schema="pg_catalog",
        encoder=str,
        decoder=lambda text: float(text) if "." in text else int(text),
        format="text",
    )
    # Every statement is written for the index it goes by, whatever its values, so it is planned
    # once a connection and not at each run: that took longer than running it.
    await connection.execute("SET plan_cache_mode = force_generic_plan; SET jit = off")


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
    return PostgresEngine(connections, pool)
