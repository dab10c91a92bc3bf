"""Units of work on PostgreSQL's connections: under load some of them to a commit.

A lane is a connection at work: it takes the units that wait one after the other into one
transaction and commits when none waits, after a page or a slice of time. A unit alone is
committed alone, at once. A failing unit harms no other: the transaction is rolled back and the
units before it are run again, one by one. postgres.py opens this; grouped.py is SQLite's.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from math import ceil
from typing import Any, Final, TypeVar, cast

import asyncpg

from actors.errors import Unavailable
from fedi.store.engine import Param, Tx
from fedi.store.pgtx import PostgresTx

T = TypeVar("T")

PAGE: Final = 20  # units to a commit, at most
SLICE: Final = 0.02  # s a transaction may take units for
TRIES: Final = 6  # of a unit that meets a deadlock or a serialisation failure
# What a unit waits for while its transaction holds what units before it wrote, in ms. Two such
# transactions may cross; then one is rolled back, and its units are run one by one.
PATIENCE: Final = 100

AGAIN: Final = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
)
OUTSIDE: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
    OSError,
    TimeoutError,
)


def unavailable(error: BaseException) -> Unavailable:
    """Return what callers are told when it is the database that fails, and no unit."""
    return Unavailable(
        "The database is not available; try again in a moment.",
        retry_after=5,
        detail=f"{type(error).__name__}: {error}",
    )


def judged(error: BaseException) -> BaseException:
    """Return the unit's own error as it is, and Unavailable for what is none of its fault."""
    outside = isinstance(error, OUTSIDE) and not isinstance(error, asyncpg.DataError)
    return unavailable(error) if outside else error  # DataError: a value no column takes


class Work:
    """One unit that waits for its turn, and what became of it."""

    __slots__ = ("future", "tries", "tx", "unit", "value")

    def __init__(self, unit: Callable[[Tx], Awaitable[Any]], future: asyncio.Future[Any]) -> None:
        self.unit = unit
        self.future = future
        self.tries = 0
        self.tx: PostgresTx
        self.value: Any = None

    async def run(self, tx: PostgresTx) -> None:
        """Run the unit in the open transaction; raises what it raised, or what a statement did."""
        self.tries += 1
        self.tx = tx
        self.value = await self.unit(tx)
        if tx.failure is not None:
            raise tx.failure

    def fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)

    def settle(self) -> None:
        """Tell whoever waits, after the commit."""
        loop = self.future.get_loop()
        for call in self.tx.after_commit:
            try:
                call()
            except Exception as error:
                loop.call_exception_handler({"message": "after a commit", "exception": error})
        if not self.future.done():
            self.future.set_result(self.value)


class Lanes:
    """The units that wait, and the connections that take them."""

    def __init__(self, pool: Any, lanes: int) -> None:
        self._pool = pool
        self._lanes = lanes
        self._tasks: set[asyncio.Task[None]] = set()
        self.waiting: deque[Work] = deque()

    async def pass_on(self, unit: Callable[[Tx], Awaitable[T]]) -> T:
        """Run a unit when its turn comes; its value once the commit is durable."""
        loop = asyncio.get_running_loop()
        work = Work(unit, loop.create_future())
        self.waiting.append(work)
        if len(self._tasks) < self._lanes:
            task = loop.create_task(self._lane())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return cast("T", await work.future)

    async def close(self) -> None:
        """Finish what waits."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _lane(self) -> None:
        while self.waiting:
            try:
                async with self._pool.acquire() as connection:
                    await _Batch(self, connection).fill()
            except (*OUTSIDE, asyncpg.PostgresError) as error:
                work = self.take()
                if work is not None:
                    work.fail(unavailable(error))

    def share(self) -> int:
        """Return how many units one lane may take now, so that all lanes have some."""
        return min(PAGE, max(1, ceil(len(self.waiting) / self._lanes)))

    def take(self) -> Work | None:
        """Return the next unit that somebody still waits for."""
        while self.waiting:
            work = self.waiting.popleft()
            if not work.future.done():
                return work
        return None


class _Batch:
    """One connection and the units of its open transaction."""

    def __init__(self, lanes: Lanes, connection: Any) -> None:
        self._lanes = lanes
        self._connection = connection
        self._ran: list[Work] = []
        self._open = False

    async def fill(self) -> None:
        """Run what waits, a page or a slice of it, and commit."""
        until = time.monotonic() + SLICE
        for _ in range(self._lanes.share()):
            work = self._lanes.take()
            if work is None:
                break
            if not await self._add(work) or time.monotonic() > until:
                break
        await self._commit()

    async def _add(self, work: Work) -> bool:
        """Run one more unit; False when that ended the transaction."""
        tx = PostgresTx(self._connection, self._wait_for)
        try:
            if not self._open:
                await self._begin()
            elif len(self._ran) == 1:
                await self._connection.execute(f"SET LOCAL lock_timeout = {PATIENCE}")
            await work.run(tx)
        except BaseException as error:
            if not tx.wrote and tx.failure is None and not isinstance(error, OUTSIDE):
                work.fail(error)  # its own affair: it has changed nothing
                return True
            await self._undo(work, error)
            return False
        self._ran.append(work)
        return True

    async def _begin(self) -> None:
        await self._connection.execute("BEGIN")
        self._open = True

    async def _commit(self) -> None:
        ran, self._ran = self._ran, []
        if not self._open:
            return
        try:
            await self._write_lasts(ran)
        except Exception as error:
            if len(ran) == 1 and not isinstance(error, AGAIN):
                ran.pop().fail(judged(error))
            await self._start_over(ran)
            return
        self._open = False
        try:
            await self._connection.execute("COMMIT")
        except Exception as error:
            for work in ran:
                work.fail(judged(error))
            return
        for work in ran:
            work.settle()

    async def _write_lasts(self, ran: Sequence[Work]) -> None:
        """Run what these units have left to the end: each statement once, with all its rows."""
        together: dict[str, list[Sequence[Param]]] = {}
        for work in ran:
            lasts, work.tx.lasts = work.tx.lasts, []
            for statement, params in lasts:
                together.setdefault(statement, []).append(params)
        for statement, rows in together.items():
            await self._connection.executemany(statement, rows)

    async def _undo(self, failed: Work, error: BaseException) -> None:
        """Roll back; run the units before again, and the failed one too if that may help."""
        again, self._ran = self._ran, []
        if isinstance(error, AGAIN):
            again.append(failed)
        else:
            failed.fail(judged(error))
        await self._start_over(again)

    async def _start_over(self, works: Sequence[Work]) -> None:
        """Roll back, and run these units one by one."""
        try:
            if self._open:
                self._open = False
                await self._connection.execute("ROLLBACK")
            for work in works:
                await self._alone(work)
        except (*OUTSIDE, asyncpg.PostgresError) as lost:
            for work in works:
                work.fail(unavailable(lost))

    async def _alone(self, work: Work) -> None:
        """Run a unit in a transaction of its own, again after a deadlock."""
        while work.tries < TRIES:
            await self._begin()
            try:
                await work.run(PostgresTx(self._connection, self._wait_for))
                await self._write_lasts([work])
            except BaseException as error:
                self._open = False
                await self._connection.execute("ROLLBACK")
                if not isinstance(error, AGAIN):
                    work.fail(judged(error))
                    return
                await asyncio.sleep(0.005 * 2**work.tries * _jitter())
            else:
                self._ran.append(work)
                await self._commit()
                return
        work.fail(Unavailable("The database is busy; try again in a moment.", retry_after=2))

    async def _wait_for(self, keys: list[int], *, first: bool) -> None:
        """Lock the keys. Before it waits for one, what stands before this unit is committed, so
        that nobody waits while others wait for it; a unit asks before anything else (`first`)."""
        if first and self._ran:
            got = await self._connection.fetchval(
                "SELECT bool_and(pg_try_advisory_xact_lock(key)) FROM unnest($1::bigint[]) AS key",
                keys,
            )
            if got:
                return
            await self._commit()
            await self._begin()
        await self._connection.execute(
            "SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key", keys
        )


def _jitter() -> float:
    return 0.5 + time.perf_counter_ns() % 1_000 / 1_000
