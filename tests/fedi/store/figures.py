"""The figures of docs/decisions/0004-grouped-commits.md, measured anew.

    python -m tests.fedi.store.figures [FOLDER_ON_THE_DISK_TO_MEASURE]

Rates and CPU are of this process; run it on an otherwise idle machine, two or three times.
"""

import asyncio
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiosqlite

from fedi.store.engine import Engine, Tx, opened

CLIENTS = 64
INSERT = "INSERT INTO t (b, c) VALUES (?, ?)"
TABLE = "CREATE TABLE IF NOT EXISTS t (a INTEGER PRIMARY KEY, b TEXT NOT NULL, c INTEGER NOT NULL)"


async def _insert(tx: Tx) -> None:
    await tx.run(INSERT, ("x" * 100, 1))


async def _ten(tx: Tx) -> None:
    for n in range(10):
        await tx.one("SELECT b, c FROM t WHERE a = ?", (n,))
        await tx.run(INSERT, ("x" * 100, n))


async def _look_up(tx: Tx) -> tuple[object, ...] | None:
    return await tx.one("SELECT b, c FROM t WHERE a = ?", (77,))


async def _page(tx: Tx) -> list[tuple[object, ...]]:
    return await tx.rows("SELECT a, b, c FROM t WHERE a > ? ORDER BY a DESC LIMIT 20", (50,))


async def _measure(
    name: str, clients: int, each: int, call: Callable[[], Awaitable[object]]
) -> None:
    took: list[float] = []

    async def client() -> None:
        for _ in range(each):
            begun = time.perf_counter()
            await call()
            took.append(time.perf_counter() - begun)

    begun, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(client() for _ in range(clients)))
    wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    took.sort()
    p50, p99 = (took[len(took) * percent // 100] * 1e3 for percent in (50, 99))
    print(
        f"{name:<46} {len(took) / wall:>9,.0f}/s {cpu / len(took) * 1e6:>7.0f} µs CPU"
        f"  p50 {p50:>7.2f} ms  p99 {p99:>7.2f} ms",
        flush=True,
    )


async def _engine(engine: Engine) -> None:
    await engine.write(lambda tx: tx.run(TABLE))
    await _measure("one insert, 64 clients", CLIENTS, 300, lambda: engine.write(_insert))
    await _measure("one insert, 1 client", 1, 500, lambda: engine.write(_insert))
    await _measure("20 statements, 64 clients", CLIENTS, 60, lambda: engine.write(_ten))
    await _measure("glance: one row", 1, 5_000, lambda: engine.glance(_look_up))
    await _measure("glance: 20 rows", 1, 5_000, lambda: engine.glance(_page))
    await _measure("read: one row, 1 client", 1, 2_000, lambda: engine.read(_look_up))
    await _measure("read: 20 rows, 16 clients", 16, 500, lambda: engine.read(_page))


async def _busy(engine: Engine) -> None:
    """Write while the loop never rests: turns of 40 µs, one after the other."""
    stop = False

    async def never_rests() -> None:
        while not stop:
            for _ in range(2_000):
                pass
            await asyncio.sleep(0)

    busy = asyncio.create_task(never_rests())
    await _measure("20 statements, 64 clients, busy loop", CLIENTS, 30, lambda: engine.write(_ten))
    stop = True
    await busy


async def _statement_by_statement(path: Path) -> None:
    """The other way: aiosqlite as it comes, each statement a hop, each unit a commit."""
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        await connection.execute_fetchall("PRAGMA synchronous = FULL")
        turn = asyncio.Lock()

        async def insert() -> None:
            await connection.execute_fetchall(INSERT, ("x" * 100, 1))

        async def ten() -> None:
            async with turn:
                await connection.execute_fetchall("BEGIN IMMEDIATE")
                for n in range(10):
                    await connection.execute_fetchall("SELECT b, c FROM t WHERE a = ?", (n,))
                    await connection.execute_fetchall(INSERT, ("x" * 100, n))
                await connection.execute_fetchall("COMMIT")

        await _measure("aiosqlite alone: one insert, 64 clients", CLIENTS, 60, insert)
        await _measure("aiosqlite alone: 20 statements, 64 clients", CLIENTS, 8, ten)


def _writer(url: str, name: str) -> None:
    async def scene() -> None:
        async with opened(url) as engine:
            await _measure(name, CLIENTS, 400, lambda: engine.write(_insert))

    asyncio.run(scene())


def main(folder: str | None) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "figures.db"
        url = f"sqlite://{path}"

        async def one_process() -> None:
            async with opened(url) as engine:
                await _engine(engine)
                await _busy(engine)
            await _statement_by_statement(path)

        asyncio.run(one_process())
        spawn = multiprocessing.get_context("spawn")
        names = [f"one insert, 64 clients, process {n} of 2" for n in (1, 2)]
        writers = [spawn.Process(target=_writer, args=(url, name)) for name in names]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else None)
