"""The way to the tables: units of work, snapshots to read from, and the engine behind them.

`open_engine(url)` gives SQLite (sqlite.py) or PostgreSQL (postgres.py); both keep this contract.
SQL is written once, in the subset both know, with `?` for every parameter. The table families
beside this file hold the statements; migrate.py makes the tables; docs/decisions/0003 and 0004
say why it is so.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, Protocol, TypeVar

from actors.errors import FediError

T = TypeVar("T")
Param = int | float | str | bytes | None
Dialect = Literal["sqlite", "postgres"]


class CannotOpen(FediError):
    """The database may not or cannot be used; the sentence says what to do about it."""

    code = "cannot_open"


class Tx(Protocol):
    """One open transaction. A statement that failed fails its transaction, caught or not."""

    @property
    def dialect(self) -> Dialect: ...

    @property
    def after_commit(self) -> list[Callable[[], None]]:
        """Run on the loop, in order, once the commit is durable; dropped on rollback."""
        ...

    async def rows(self, sql: str, params: Sequence[Param] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of one statement."""
        ...

    async def one(self, sql: str, params: Sequence[Param] = ()) -> tuple[Any, ...] | None:
        """Return the first row, or None."""
        ...

    async def run(self, sql: str, params: Sequence[Param] = ()) -> int:
        """Run one statement and return how many rows it changed."""
        ...

    async def many(self, sql: str, rows: Sequence[Sequence[Param]]) -> None:
        """Run one statement once for each row of parameters."""
        ...

    async def last(self, sql: str, params: Sequence[Param] = ()) -> None:
        """Run one statement at the end of the transaction, for what nobody reads in it.

        On PostgreSQL those of all units in a commit go together; on SQLite it is run at once.
        """
        ...

    async def lock(self, *keys: str) -> None:
        """Hold these keys until the transaction ends, so that no other writer is between.

        PostgreSQL takes advisory locks in sorted order; on SQLite every unit is alone already.
        """
        ...


class Engine(Protocol):
    """A database in use by one process, opened after the fork and on the running loop."""

    @property
    def dialect(self) -> Dialect: ...

    @property
    def backlog(self) -> int:
        """How many units wait to be written: what to shed load by."""
        ...

    async def write(self, unit: Callable[[Tx], Awaitable[T]]) -> T:
        """Run one unit of work and return its value once the commit is durable.

        The unit awaits nothing but its Tx, changes nothing outside it, and may be run again
        from the start (a neighbour failed, a deadlock). Raises what the unit raised, or
        Unavailable when the database cannot take it now.
        """
        ...

    async def read(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        """Run a query off the loop on one snapshot; it awaits nothing but its Tx."""
        ...

    async def glance(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        """Run a short, bounded query (some index look-ups, one page) at once.

        SQLite answers on the loop itself, about 30 µs; PostgreSQL does as in `read`.
        """
        ...

    async def close(self) -> None:
        """Finish what was taken, then let go of the database."""
        ...


async def open_engine(
    url: str,
    *,
    readers: int = 2,
    pool: int = 8,
    cache_kib: int = 8_192,
    commit_batch: int = 50,
    on_loop: bool = False,
) -> Engine:
    """Open the database at `url`, in the process and on the loop that will use it.

    `sqlite:///srv/fedi/fedi.db` (an absolute path), `sqlite://fedi.db` (relative),
    `sqlite:///:memory:` (a file of its own, gone when closed), or `postgresql://…`.
    `readers`, `cache_kib`, `commit_batch`: SQLite's reader threads, page cache and units to a
    commit; `on_loop`: it writes without a thread (sqlite.py); `pool`: PostgreSQL's connections.
    Raises CannotOpen with what to do.
    """
    scheme = url.partition("://")[0]
    if scheme == "sqlite":
        from fedi.store import sqlite

        return await sqlite.open_sqlite(
            url, readers=readers, cache_kib=cache_kib, commit_batch=commit_batch, on_loop=on_loop
        )
    if scheme in ("postgresql", "postgres"):
        try:
            from fedi.store import postgres
        except ModuleNotFoundError as missing:
            raise CannotOpen(
                "PostgreSQL needs the driver asyncpg: install fedihus[postgres].",
                detail=str(missing),
            ) from missing
        return await postgres.open_postgres(url, pool=pool)
    raise CannotOpen(f"No database is reached by {scheme!r}: use sqlite:// or postgresql://.")


@asynccontextmanager
async def opened(
    url: str,
    *,
    readers: int = 2,
    pool: int = 8,
    cache_kib: int = 8_192,
    commit_batch: int = 50,
    on_loop: bool = False,
) -> AsyncIterator[Engine]:
    """Open the database for the length of a block, and close it whatever happens."""
    engine = await open_engine(
        url,
        readers=readers,
        pool=pool,
        cache_kib=cache_kib,
        commit_batch=commit_batch,
        on_loop=on_loop,
    )
    try:
        yield engine
    finally:
        await engine.close()
