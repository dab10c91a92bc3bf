"""SQLite: one connection that writes, some that read, and one on the loop for a glance.

Units run on the writer's thread, many to a commit: grouped.py. Several processes may write; the
lock is taken and given back within 10 ms. A process opens its connections after the fork.
PostgreSQL is next door; the contract is in engine.py; why so, in docs/decisions/0003 and 0004.
"""

import asyncio
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

import aiosqlite

from fedi.store import grouped
from fedi.store.engine import CannotOpen, Dialect, Tx
from fedi.store.grouped import (
    PAGE,
    PATIENCE,
    Lane,
    Reader,
    SqliteTx,
    Work,
    Writer,
    code,
    drive,
    held,
    pause,
    reading_failed,
)

T = TypeVar("T")

ASIDE = 0.0001  # s in each ms that a busy loop leaves to the threads
LONG = 0.02  # s that a read may wait for one of the readers, before one more is opened
STATEMENTS = 512  # prepared statements kept for each connection
CACHE_KIB = 8_192  # page cache of the writer; the readers share as much again
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class _Hand:
    """An aiosqlite connection and the task that keeps it at work while there is any.

    A thread lets go of the GIL at each statement, and a loop that never rests takes it back
    before the thread has woken: 16 units a second were left. So while a thread is at work the
    loop sleeps a moment in each millisecond: 5,500 units.
    """

    def __init__(self, lane: Lane, connection: aiosqlite.Connection) -> None:
        self._lane = lane
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._next: asyncio.TimerHandle
        self.task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        if self.task is None:
            self.task = self._loop.create_task(self._work())

    async def _work(self) -> None:
        self._next = self._loop.call_later(0.001, self._step_aside)
        try:
            while self._lane.waiting:
                await self._connection.commit()
        finally:
            self._next.cancel()
            self.task = None

    def _step_aside(self) -> None:
        time.sleep(ASIDE)
        self._next = self._loop.call_later(0.001, self._step_aside)

    async def close(self) -> None:
        if self.task is not None:
            await self.task
        await self._connection.close()


class _OnLoop:
    """A writer without a thread: units run on the loop itself, a page of them at a time.

    For a process that nobody waits for at the other end of a socket, as they wait for a page. A
    loop that reads what arrives and a thread that writes it take the GIL from each other at every
    statement, which costs more than all the reading.
    """

    def __init__(self, lane: Lane, connection: Writer) -> None:
        self._lane = lane
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        if self._task is None:
            self._task = self._loop.create_task(self._work())

    async def _work(self) -> None:
        try:
            while self._lane.waiting:
                self._lane.settle(await self._page())
                await asyncio.sleep(0)  # whoever was told goes on, and others have their turn
        finally:
            self._task = None

    async def _page(self) -> list[Work]:
        """Write a page; the loop goes on while another process has the lock."""
        until = time.monotonic() + grouped.PATIENCE
        try:
            while not self._connection.begins():
                if time.monotonic() > until:
                    raise held()
                await asyncio.sleep(pause())
        except sqlite3.Error as error:
            return self._connection.give_back(error)
        return self._connection.page(begun=True)

    async def close(self) -> None:
        if self._task is not None:
            await self._task
        self._connection.close()


class SqliteEngine:
    """One SQLite file in use by this process. Open it with `open_engine`."""

    dialect: Dialect = "sqlite"

    def __init__(self, path: Path, *, temporary: bool = False) -> None:
        self.path = path
        self._temporary = temporary
        self._process = os.getpid()
        self._writes, self._reads = Lane(), Lane()
        self._writer: _Hand | _OnLoop
        self._readers: list[_Hand] = []
        self._most_readers = 1
        self._opening: asyncio.Task[None] | None = None
        self._look_again: asyncio.TimerHandle | None = None
        self._near: sqlite3.Connection
        self._reading: tuple[str, ...]
        self._open: list[_Hand | _OnLoop] = []

    @property
    def backlog(self) -> int:
        return self._writes.pending

    async def open(
        self, readers: int, cache_kib: int, commit_batch: int, *, on_loop: bool = False
    ) -> None:
        """Open the connections, the writer the first to do anything: it makes the WAL."""
        # Before any that has a thread: what can't be opened at all leaves none behind.
        self._near = sqlite3.connect(
            self.path, timeout=0, isolation_level=None, cached_statements=STATEMENTS
        )
        writer = partial(Writer, self._writes, commit_batch)
        if on_loop:
            self._writer = await self._write_on_loop(writer, _writing(cache_kib))
        else:
            self._writer = await self._connect(writer, self._writes, _writing(cache_kib))
        self._reading = reading = _reading(cache_kib // (readers + 1))
        self._most_readers = readers
        self._readers.append(await self._reader())  # the others when reads have to wait
        for pragma in reading:
            self._near.execute(pragma)

    async def _write_on_loop(
        self, kind: Callable[..., Writer], pragmas: tuple[str, ...]
    ) -> _OnLoop:
        connection = sqlite3.connect(
            self.path,
            timeout=PATIENCE,
            isolation_level=None,
            cached_statements=STATEMENTS,
            factory=cast("type[Writer]", kind),
        )
        hand = _OnLoop(self._writes, connection)
        self._open.append(hand)

        async def run(pragma: str) -> object:
            return connection.execute(pragma).fetchall()

        for pragma in pragmas:
            await _set(run, pragma)
        return hand

    async def _reader(self) -> _Hand:
        return await self._connect(partial(Reader, self._reads), self._reads, self._reading)

    def _more_readers(self) -> None:
        """Open one more where reads still wait."""
        self._look_again = None
        if self._reads.waiting and not self._reads.closed:
            self._opening = asyncio.get_running_loop().create_task(self._one_more_reader())

    async def _one_more_reader(self) -> None:
        try:
            self._readers.append(await self._reader())
            self._wake_reader()
        except sqlite3.Error:
            self._most_readers = len(self._readers)  # those that there are go on
        finally:
            self._opening = None

    async def _connect(
        self, kind: Callable[..., sqlite3.Connection], lane: Lane, pragmas: tuple[str, ...]
    ) -> _Hand:
        connection = await aiosqlite.connect(
            self.path,
            timeout=PATIENCE,
            isolation_level=None,
            cached_statements=STATEMENTS,
            factory=kind,
        )
        hand = _Hand(lane, connection)
        self._open.append(hand)
        for pragma in pragmas:
            await _set(connection.execute_fetchall, pragma)
        return hand

    async def write(self, unit: Callable[[Tx], Awaitable[T]]) -> T:
        self._check_process()
        return await self._writes.pass_on(unit, self._writer.wake)

    async def read(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        self._check_process()
        return await self._reads.pass_on(query, self._wake_reader)

    async def glance(self, query: Callable[[Tx], Awaitable[T]]) -> T:
        self._check_process()
        near = self._near
        tx = SqliteTx(near)
        near.execute("BEGIN")
        try:
            return drive(query, tx)
        except sqlite3.Error as error:
            if code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_PROTOCOL):
                near.rollback()
                return await self.read(query)
            raise reading_failed(error) from None
        finally:
            if near.in_transaction:
                near.execute("COMMIT")

    def _wake_reader(self) -> None:
        for reader in self._readers:
            if reader.task is None:
                reader.wake()
                return
        if len(self._readers) < self._most_readers and not (self._opening or self._look_again):
            later = asyncio.get_running_loop().call_later
            self._look_again = later(LONG, self._more_readers)

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            raise RuntimeError("A database opened before a fork is not used after it.")

    async def close(self) -> None:
        self._writes.closed = self._reads.closed = True
        if self._look_again is not None:
            self._look_again.cancel()
        if self._opening is not None:
            await self._opening
        if hasattr(self, "_near"):
            self._near.close()
        for hand in reversed(self._open):
            await hand.close()
        if self._temporary:
            shutil.rmtree(self.path.parent)


async def _set(run: Callable[[str], Awaitable[object]], pragma: str) -> None:
    # Two that turn a new file to WAL at once: SQLite refuses one without any waiting.
    until = time.monotonic() + PATIENCE
    while True:
        try:
            await run(pragma)
            return
        except sqlite3.OperationalError as error:
            if code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        await asyncio.sleep(0.002)


def _writing(cache: int) -> tuple[str, ...]:
    # foreign_keys stays off: see docs/decisions/0003-sql-layer.md.
    return (
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        f"PRAGMA cache_size = -{cache}",
        "PRAGMA journal_size_limit = 67108864",
        "PRAGMA busy_timeout = 0",
    )


def _reading(cache: int) -> tuple[str, ...]:
    return (f"PRAGMA cache_size = -{cache}", "PRAGMA query_only = ON")


def path_of(url: str) -> Path:
    """Return the file a sqlite:// URL names."""
    path = url.removeprefix("sqlite://")
    return Path("/" + path.lstrip("/") if path.startswith("/") else path)


async def open_sqlite(
    url: str,
    *,
    readers: int,
    cache_kib: int = CACHE_KIB,
    commit_batch: int = PAGE,
    on_loop: bool = False,
) -> SqliteEngine:
    """Open (and make, when new) the file that `url` names. Raises CannotOpen."""
    temporary = url == "sqlite:///:memory:"
    path = Path(tempfile.mkdtemp(prefix="fedi-")) / "fedi.db" if temporary else path_of(url)
    engine = SqliteEngine(path, temporary=temporary)
    try:
        if not path.exists():  # for nobody else's eyes
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        await engine.open(readers, cache_kib, commit_batch, on_loop=on_loop)
    except (sqlite3.Error, OSError) as error:
        await engine.close()
        raise CannotOpen(_what_to_do(path, error), detail=repr(error)) from error
    return engine


def _what_to_do(path: Path, error: Exception) -> str:
    if code(error) in _DAMAGE:
        return (
            f"{path} is damaged ({error}). Keep it aside with its -wal file, then put back the "
            "newest backup with `fedi restore`; `sqlite3 fedi.db .recover` may save later rows."
        )
    if code(error) == sqlite3.SQLITE_BUSY:
        return f"{path} is held by another program: close it, then start again."
    if isinstance(error, OSError) or code(error) in (
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
    ):
        return (
            f"{path} cannot be opened for writing ({error}). Check that its folder is there, "
            "belongs to this user, and is not on a read-only file system."
        )
    return f"{path} cannot be opened: {error}."
