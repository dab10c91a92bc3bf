"""SQLite's own promises: several processes, a full disk, units that may not wait, damage."""

import asyncio
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from actors.errors import Unavailable
from fedi.store import grouped
from fedi.store.engine import CannotOpen, Engine, Tx, open_engine, opened
from fedi.store.sqlite import path_of
from tests.running import one_loop, run


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture(params=[False, True], ids=["by a thread", "on the loop"])
def engine(request: pytest.FixtureRequest, database: str) -> Iterator[Engine]:
    with one_loop():
        engine = run(open_engine(database, on_loop=request.param))
        yield engine
        run(engine.close())


def _adding(name: str, value: str = "x") -> Callable[[Tx], Awaitable[int]]:
    return lambda tx: tx.run("INSERT INTO setting (name, value) VALUES (?, ?)", (name, value))


async def _count(tx: Tx) -> int:
    row = await tx.one("SELECT count(*) FROM setting")
    assert row is not None
    return int(row[0])


def test_every_commit_is_synced_and_goes_through_the_log(engine: Engine) -> None:
    async def settings(tx: Tx) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [(await tx.rows(f"PRAGMA {name}"))[0][0] for name in names]

    assert run(engine.write(settings)) == ["wal", 2, 0, 0]


def test_a_unit_that_waits_for_something_else_is_told_so(engine: Engine) -> None:
    async def waits(tx: Tx) -> None:
        await tx.run("INSERT INTO setting (name, value) VALUES ('a', 'b')")
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="awaited something other than its transaction"):
        run(engine.write(waits))
    assert run(engine.read(_count)) == 0


def test_many_units_share_a_commit_and_no_page_is_larger_than_said(engine: Engine) -> None:
    changes: list[int] = []

    async def unit(tx: Tx) -> None:
        await _adding(f"n{len(changes)}")(tx)
        changes.append((await tx.rows("SELECT total_changes()"))[0][0])

    async def flood() -> int:
        before = await _commits(engine)
        await asyncio.gather(*(engine.write(unit) for _ in range(400)))
        return await _commits(engine) - before

    commits = run(flood())
    assert 400 // grouped.PAGE <= commits < 200


async def _commits(engine: Engine) -> int:
    """Count commits by the log's: each ends with one frame that names the database's size."""
    path = getattr(engine, "path").with_name("fedi.db-wal")  # noqa: B009
    data = path.read_bytes() if path.exists() else b""
    frames = range(32, len(data), 24 + 4096)
    return sum(data[at + 4 : at + 8] != bytes(4) for at in frames)


def _write_many(url: str, first: int, count: int) -> None:
    async def scene() -> None:
        async with opened(url) as engine:
            numbers = range(first, first + count)
            await asyncio.gather(*(engine.write(_adding(f"{n}")) for n in numbers))

    asyncio.run(scene())


@pytest.mark.whole
def test_two_processes_write_at_once_and_neither_loses_or_fails(database: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [
        spawn.Process(target=_write_many, args=(database, n * 2_000, 2_000)) for n in range(2)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0

    async def scene() -> int:
        async with opened(database) as engine:
            return await engine.read(_count)

    assert run(scene()) == 4_000


def test_a_lock_held_elsewhere_for_long_refuses_what_waits_and_then_goes_on(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    monkeypatch.setattr(grouped, "PATIENCE", 0.02)
    holder = sqlite3.connect(path_of(database), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    async def flood() -> list[object]:
        units = (engine.write(_adding(f"{n}")) for n in range(3))
        return list(await asyncio.gather(*units, return_exceptions=True))

    refused = run(flood())
    assert [type(error) for error in refused] == [Unavailable] * 3
    assert run(engine.read(_count)) == 0
    holder.execute("ROLLBACK")
    holder.close()
    assert run(engine.write(_adding("later"))) == 1


def test_a_full_disk_refuses_writes_keeps_reading_and_goes_on_when_freed(engine: Engine) -> None:
    """security.md trial 5; SQLite's own limit stands for the disk's."""
    run(engine.write(_adding("before")))
    run(engine.write(lambda tx: tx.rows("PRAGMA max_page_count = 1")))  # as many as there are

    async def flood() -> list[object]:
        units = (engine.write(_adding(f"{n}", "x" * 50_000)) for n in range(5))
        return list(await asyncio.gather(*units, return_exceptions=True))

    for error in run(flood()):
        assert isinstance(error, Unavailable)
        assert error.sentence == "The disk is full; nothing new can be saved right now."
        assert error.retry_after == 30
    assert run(engine.read(_count)) == run(engine.glance(_count)) == 1
    run(engine.write(lambda tx: tx.rows("PRAGMA max_page_count = 1000000")))
    assert run(engine.write(_adding("after", "x" * 50_000))) == 1


_SMALL_DISK = """
import asyncio, sys
from actors.errors import Unavailable
from fedi.store.engine import opened
async def main():
    async with opened("sqlite://" + sys.argv[1]) as engine:
        await engine.write(lambda tx: tx.run("CREATE TABLE t (v TEXT)"))
        stored = 0
        try:
            while True:
                await engine.write(lambda tx: tx.run("INSERT INTO t VALUES (?)", ("x" * 9000,)))
                stored += 1
        except Unavailable as refused:
            print(refused.sentence)
        open(sys.argv[2], "w").close()
        import os, pathlib
        while pathlib.Path(sys.argv[2]).exists():
            await asyncio.sleep(0.01)
        await engine.write(lambda tx: tx.run("INSERT INTO t VALUES ('after')"))
        print(stored + 1, (await engine.read(lambda tx: tx.one("SELECT count(*) FROM t")))[0])
asyncio.run(main())
"""


@pytest.mark.slow
def test_a_disk_that_fills_up_for_real_costs_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """security.md trial 5, on a file system of 4 MB."""
    disk, sign = tmp_path / "disk", tmp_path / "full"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("no tmpfs may be mounted here: trial 5 runs with SQLite's limit only")
    try:
        (disk / "ballast").write_bytes(bytes(1_000_000))
        process = subprocess.Popen(
            [sys.executable, "-c", _SMALL_DISK, str(disk / "fedi.db"), str(sign)],
            stdout=subprocess.PIPE,
            text=True,
        )
        while not sign.exists():
            assert process.poll() is None
        (disk / "ballast").unlink()
        sign.unlink()
        told, counts = process.communicate()[0].splitlines()
        assert told == "The disk is full; nothing new can be saved right now."
        assert len(set(counts.split())) == 1
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_an_engine_is_not_used_after_a_fork(engine: Engine) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # nothing of the parent's loop or threads may be touched here
        for call in (engine.write, engine.read, engine.glance):
            try:
                call(_count).send(None)
            except RuntimeError as error:
                os.write(writing, b"refused " if "fork" in str(error) else b"other ")
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    assert os.read(reading, 100) == b"refused refused refused "
    os.close(reading)


def test_a_new_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    modes: dict[str, int] = {}

    def list_files() -> list[Path]:
        return list(tmp_path.iterdir())

    async def scene() -> None:
        async with opened(f"sqlite://{tmp_path / 'new.db'}") as engine:
            await engine.write(lambda tx: tx.run("CREATE TABLE t (a INTEGER)"))
            modes.update((file.name, file.stat().st_mode & 0o777) for file in list_files())

    run(scene())
    assert modes == dict.fromkeys(("new.db", "new.db-wal", "new.db-shm"), 0o600)


def test_a_database_in_memory_is_a_file_that_goes_when_it_is_closed() -> None:
    async def scene() -> Path:
        async with opened("sqlite:///:memory:") as engine:
            await engine.write(lambda tx: tx.run("CREATE TABLE t (a INTEGER)"))
            path: Path = getattr(engine, "path")  # noqa: B009
            assert os.access(path, os.R_OK)
        return path

    assert not run(scene()).parent.exists()


def test_a_file_that_is_no_database_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """security.md trial 7."""
    (tmp_path / "fedi.db").write_bytes(b"not a database " * 500)
    with pytest.raises(CannotOpen, match=r"is damaged .* `fedi restore`"):
        run(_open_and_close(tmp_path / "fedi.db"))


def test_a_truncated_database_is_refused_with_what_to_do(
    tmp_path: Path, migrated_file: Path
) -> None:
    """security.md trial 7."""
    whole = migrated_file.read_bytes()
    (tmp_path / "fedi.db").write_bytes(whole[: len(whole) // 8192 * 4096])
    with pytest.raises(CannotOpen, match=r"is damaged .* `fedi restore`"):
        run(_open_and_close(tmp_path / "fedi.db"))


def test_what_cannot_be_opened_leaves_no_thread_behind(tmp_path: Path) -> None:
    (tmp_path / "fedi.db").mkdir()
    before = set(threading.enumerate())
    with pytest.raises(CannotOpen, match="cannot be opened for writing"):
        run(_open_and_close(tmp_path / "fedi.db"))
    assert set(threading.enumerate()) <= before  # one of another test may just have ended


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match=r"nowhere/fedi.db cannot be opened for writing"):
        run(_open_and_close(tmp_path / "nowhere" / "fedi.db"))


async def _open_and_close(path: Path) -> None:
    async with opened(f"sqlite://{path}"):
        pass


def test_units_go_on_while_the_loop_never_rests(engine: Engine) -> None:
    """A loop that takes the GIL back at once left a unit of 20 statements 2,000 turns to wait."""
    turns = 0

    async def unit(tx: Tx) -> None:
        for _ in range(20):
            await _count(tx)

    async def scene() -> None:
        nonlocal turns
        writing = asyncio.gather(*(engine.write(unit) for _ in range(20)))
        while not writing.done():
            turns += 1
            for _ in range(2_000):
                pass
            await asyncio.sleep(0)
        await writing

    run(scene())
    assert turns < 20_000


def test_reads_that_wait_for_another_get_a_reader_more(database: str) -> None:
    second = threading.Event()

    async def waits(tx: Tx) -> bool:
        return second.wait(30)  # on the first reader's thread

    async def passes(tx: Tx) -> None:
        second.set()

    async def both() -> bool:
        async with opened(database, readers=2) as engine:
            first, _ = await asyncio.gather(engine.read(waits), engine.read(passes))
            return first

    assert run(both())
