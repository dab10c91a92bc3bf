"""Units of work on SQLite's threads: a page of them to a commit, each failure its own.

aiosqlite gives a connection its thread. Our connection classes, named through sqlite3's
`factory`, say what `commit()` means there: the writer takes the units that wait, runs each to
its end, commits them together and tells the loop once; a reader answers queries, one snapshot
each. So a whole page costs one hop. sqlite.py opens them; docs/decisions/0004 has the figures.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar, cast

from actors.errors import Unavailable
from fedi.store.engine import Dialect, Param, Tx

T = TypeVar("T")

PAGE = 50  # units to a commit, at most, unless [database] commit_batch says otherwise
SLICE = 0.008  # s a transaction may take units for; 10 ms is what neighbours may wait
WAITING = 1_000  # units or queries that may wait before callers do
PATIENCE = 10.0  # s to try for the write lock before the units are refused

# Not the fault of one unit: the whole page is given back, to be tried later.
_OUTSIDE = {
    sqlite3.SQLITE_FULL: ("The disk is full; nothing new can be saved right now.", 30),
    sqlite3.SQLITE_IOERR: ("The disk does not answer as it should; try again later.", 30),
    sqlite3.SQLITE_READONLY: ("The database cannot be written to right now.", 60),
    sqlite3.SQLITE_BUSY: ("The database is busy; try again in a moment.", 2),
    sqlite3.SQLITE_LOCKED: ("The database is busy; try again in a moment.", 2),
    # Many processes at once, and no reader's place was to be had in the log for ten seconds.
    sqlite3.SQLITE_PROTOCOL: ("The database is busy; try again in a moment.", 2),
    sqlite3.SQLITE_CANTOPEN: ("The database cannot be opened right now.", 60),
    sqlite3.SQLITE_NOMEM: ("The server is out of memory; try again in a moment.", 10),
    sqlite3.SQLITE_CORRUPT: ("The database is damaged; the operator has been told.", 3600),
    sqlite3.SQLITE_NOTADB: ("The database is damaged; the operator has been told.", 3600),
}


def code(error: BaseException | None) -> int:
    """Return SQLite's primary result code, 0 when the error is not SQLite's."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _unavailable(error: sqlite3.Error) -> Unavailable:
    sentence, retry_after = _OUTSIDE.get(code(error), ("The database is not available.", 30))
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    return Unavailable(sentence, retry_after=retry_after, detail=f"{name}: {error}")


def reading_failed(error: sqlite3.Error) -> Exception:
    """Return what a reader raises: a query that writes is a mistake, not a database to wait for."""
    outside = code(error) in _OUTSIDE and code(error) != sqlite3.SQLITE_READONLY
    return _unavailable(error) if outside else error


class SqliteTx:
    """One transaction on an open connection. Its coroutines never suspend."""

    __slots__ = ("_execute", "_executemany", "after_commit", "failure")
    dialect: Dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute
        self._executemany = connection.executemany
        self.after_commit: list[Callable[[], None]] = []
        self.failure: sqlite3.Error | None = None

    async def rows(self, sql: str, params: Sequence[Param] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._execute(sql, params).fetchall()
        except sqlite3.Error as error:
            self.failure = error
            raise

    async def one(self, sql: str, params: Sequence[Param] = ()) -> tuple[Any, ...] | None:
        # All of it is fetched: a statement left half-read would hold up the commit.
        rows = await self.rows(sql, params)
        return rows[0] if rows else None

    async def run(self, sql: str, params: Sequence[Param] = ()) -> int:
        try:
            return max(self._execute(sql, params).rowcount, 0)
        except sqlite3.Error as error:
            self.failure = error
            raise

    async def many(self, sql: str, rows: Sequence[Sequence[Param]]) -> None:
        try:
            self._executemany(sql, rows)
        except sqlite3.Error as error:
            self.failure = error
            raise

    async def last(self, sql: str, params: Sequence[Param] = ()) -> None:
        await self.run(sql, params)

    async def lock(self, *keys: str) -> None:
        """Do nothing: BEGIN IMMEDIATE has excluded every other writer already."""


def drive(unit: Callable[[Tx], Awaitable[T]], tx: SqliteTx) -> T:
    """Run a unit to its end on this thread and return its value."""
    coroutine = cast("Coroutine[Any, Any, T]", unit(tx))
    try:
        coroutine.send(None)
    except StopIteration as done:
        if tx.failure is not None:
            raise tx.failure from None
        return cast("T", done.value)
    coroutine.close()
    raise RuntimeError(
        f"{unit!r} awaited something other than its transaction. "
        "Fetch first, with no transaction open, then read and write."
    )


class Work:
    """One unit that waits for its turn, and what became of it."""

    __slots__ = ("error", "future", "tx", "unit", "value")

    def __init__(self, unit: Callable[[Tx], Awaitable[Any]], future: asyncio.Future[Any]) -> None:
        self.unit = unit
        self.future = future
        self.tx: SqliteTx | None = None
        self.value: Any = None
        self.error: BaseException | None = None

    def succeeds(self, connection: sqlite3.Connection) -> bool:
        """Run the unit; return whether it may be committed. Raises what is no fault of its own."""
        self.value = self.error = None
        self.tx = SqliteTx(connection)
        try:
            self.value = drive(self.unit, self.tx)
        except BaseException as error:
            if self.tx.failure is not None and code(self.tx.failure) in _OUTSIDE:
                raise self.tx.failure from None
            self.error = error
            return False
        return True

    def settle(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tell whoever waits; on the loop, after the commit."""
        if self.error is not None:
            if not self.future.done():
                self.future.set_exception(self.error)
            return
        for call in self.tx.after_commit if self.tx else ():
            try:
                call()
            except Exception as error:
                loop.call_exception_handler({"message": "after a commit", "exception": error})
        if not self.future.done():
            self.future.set_result(self.value)


class Lane:
    """A queue of work between the loop, which puts it in, and the threads, which take it out."""

    def __init__(self) -> None:
        self.waiting: deque[Work] = deque()
        self.pending = 0  # with those that wait to be let in
        self.closed = False
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Semaphore(WAITING)

    async def pass_on(self, unit: Callable[[Tx], Awaitable[T]], wake: Callable[[], None]) -> T:
        self.pending += 1
        try:
            async with self._room:
                if self.closed:
                    raise Unavailable("The server is closing; try again soon.", retry_after=5)
                work = Work(unit, self._loop.create_future())
                self.waiting.append(work)
                wake()
                return cast("T", await work.future)
        finally:
            self.pending -= 1

    def take(self) -> Work | None:
        """Return the next work that somebody still waits for; on a thread."""
        while True:
            try:
                work = self.waiting.popleft()
            except IndexError:
                return None
            if not work.future.cancelled():
                return work

    def tell(self, works: list[Work]) -> None:
        """Have all of these settled in one turn of the loop; on a thread."""
        if works:
            self._loop.call_soon_threadsafe(self.settle, works)

    def settle(self, works: list[Work]) -> None:
        for work in works:
            work.settle(self._loop)


def held() -> sqlite3.OperationalError:
    """Return the error of a write lock that was not to be had in time."""
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    error.sqlite_errorname = "SQLITE_BUSY"
    return error


def pause() -> float:
    """Return how many seconds to wait before one tries again for the lock."""
    # SQLite's own waiting backs off to 100 ms and starves; the clock's low digits are jitter
    # enough to keep two processes out of step.
    return 0.0005 + time.perf_counter_ns() % 500_000 / 1e9


class Writer(sqlite3.Connection):
    """The connection that writes. `commit()` writes and commits all that waits in its lane."""

    def __init__(self, lane: Lane, most: int, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._lane = lane
        self._most = most

    def commit(self) -> None:
        while self._lane.waiting:
            self._lane.tell(self.page())

    def page(self, *, begun: bool = False) -> list[Work]:
        """Write and commit a page of what waits, and return it; `begun`: the lock is held."""
        page: list[Work] = []
        try:
            self._write(page, begun)
        except sqlite3.Error as error:
            self._give_back(page, _unavailable(error))
        return page

    def begins(self) -> bool:
        """Try once to take the write lock."""
        try:
            self.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if code(error) != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True

    def _write(self, page: list[Work], begun: bool) -> None:
        """Run the units that wait in one transaction, and commit it."""
        if not begun:
            self._begin()
        until = time.monotonic() + SLICE
        while len(page) < self._most and (work := self._lane.take()) is not None:
            page.append(work)
            if not work.succeeds(self):
                self.rollback()
                self._replay(page[:-1])
                return
            if time.monotonic() > until:
                break
        self.execute("COMMIT")

    def _replay(self, works: list[Work]) -> None:
        """Write these again, after a neighbour's failure took them along."""
        while works:
            self._begin()
            failed = next((work for work in works if not work.succeeds(self)), None)
            if failed is None:
                self.execute("COMMIT")
                return
            self.rollback()
            works.remove(failed)

    def _begin(self) -> None:
        """Take the write lock, which the writers of other processes want too."""
        until = time.monotonic() + PATIENCE
        while not self.begins():
            if time.monotonic() > until:
                raise held()
            time.sleep(pause())

    def give_back(self, error: sqlite3.Error) -> list[Work]:
        """Refuse what waits, and return it: the lock was not to be had."""
        page: list[Work] = []
        self._give_back(page, _unavailable(error))
        return page

    def _give_back(self, page: list[Work], error: Unavailable) -> None:
        """Refuse the page, or what waits when not even the lock was to be had."""
        if self.in_transaction:
            self.rollback()
        while not page and (work := self._lane.take()) is not None:
            page.append(work)
        for work in page:
            work.error = work.error or error


class Reader(sqlite3.Connection):
    """A connection that reads. `commit()` answers what waits, a snapshot for each query."""

    def __init__(self, lane: Lane, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._lane = lane

    def commit(self) -> None:
        while (work := self._lane.take()) is not None:
            try:
                self.execute("BEGIN")
                work.succeeds(self)
            except sqlite3.Error as error:
                work.error = reading_failed(error)
            if self.in_transaction:
                self.rollback()
            self._lane.tell([work])
