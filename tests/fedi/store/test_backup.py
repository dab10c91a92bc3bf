"""A backup is one moment of a database in use, and comes back on either engine (trial 43)."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from fedi.store import events, push, search_index
from fedi.store.backup import back_up, restore
from fedi.store.dump import compare, digest, dump, load
from fedi.store.engine import CannotOpen, Tx, opened
from fedi.store.events import Place
from fedi.store.migrate import Known, migrate
from fedi.store.push import PUSH_PLACE
from fedi.store.settings import put_setting
from tests.running import run


def _pair(number: int) -> Callable[[Tx], Awaitable[None]]:
    """Two rows that belong together: a copy with one of them is not of one moment."""

    async def unit(tx: Tx) -> None:
        await tx.run("INSERT INTO setting (name, value) VALUES (?, ?)", (f"n{number:05}", "ø'\n"))
        await tx.run(
            "INSERT INTO actor_key (uri, actor_id, kind, public, private, created, active_from)"
            " VALUES (?, ?, 'rsa', '', ?, 0, 0)",
            (f"https://x.test/{number:05}", 2**60 + number, bytes([0, 255, number % 256])),
        )
        await tx.run(
            "INSERT INTO event (kind, actor_id, subject_id, at, tx) VALUES ('post', ?, 0, 0, 0)",
            (number,),
        )

    return unit


async def _fill(url: str, rows: int) -> None:
    async with opened(url) as engine:
        await asyncio.gather(*(engine.write(_pair(n)) for n in range(rows)))


async def _count_event(url: str) -> tuple[object, ...] | None:
    """Write one event more and return its position."""
    async with opened(url) as engine:
        return await engine.write(
            lambda tx: tx.one(
                "INSERT INTO event (kind, actor_id, subject_id, at, tx)"
                " VALUES ('post', 0, 0, 0, 0) RETURNING position"
            )
        )


def test_a_backup_under_load_is_one_moment_and_comes_back_whole(
    database: str, tmp_path: Path
) -> None:
    async def scene() -> None:
        async with opened(database) as engine:
            await asyncio.gather(*(engine.write(_pair(n)) for n in range(200)))
            stop = False
            written = 200

            async def flood() -> None:
                nonlocal written
                while not stop:
                    written += 1
                    await engine.write(_pair(written))

            floods = [asyncio.create_task(flood()) for _ in range(8)]
            await asyncio.sleep(0)
            await back_up(database, tmp_path / "copy")
            stop = True
            await asyncio.gather(*floods)

        new = f"sqlite://{tmp_path / 'restored.db'}"
        await restore(tmp_path / "copy", new, now=5)
        async with opened(new) as copy:
            counts = {name: count for name, (count, _) in (await digest(copy)).items()}
        assert counts["setting"] == counts["actor_key"] == counts["event"] >= 200

    run(scene())


@pytest.mark.postgres
def test_what_was_dumped_is_loaded_on_the_other_engine_and_compares_equal(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue("postgres")
    name = server.create()
    run(_fill(database, 1_100))

    async def scene(other: str) -> None:
        (tmp_path / "rows").mkdir()
        async with opened(database) as one, opened(other) as two:
            counts = await dump(one, tmp_path / "rows")
            assert counts["setting"] == 1_100
            await load(two, tmp_path / "rows", now=5)
            assert await compare(one, two) == []
            await two.write(
                lambda tx: tx.run("UPDATE setting SET value = 'x' WHERE name = 'n00003'")
            )
            await two.write(lambda tx: tx.run("DELETE FROM event WHERE position = 1"))
            assert await compare(one, two) == [
                "event: 1100 rows and 1099",
                "setting: 1100 rows each, not the same",
            ]

    for other in (server.url(name), f"sqlite://{tmp_path / 'other.db'}"):
        run(scene(other))
        assert run(_count_event(other)) == (1_101,)
        for file in (tmp_path / "rows").iterdir():
            file.unlink()
        (tmp_path / "rows").rmdir()
    server.drop(name)


@pytest.mark.postgres
def test_events_of_another_cluster_come_before_all_that_is_written_here(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Its transactions may have had higher numbers than ours have for years."""
    server = request.getfixturevalue("postgres")
    names = [server.create() for _ in range(2)]
    far = 1 << 40

    async def happens(tx: Tx, subject: int, number: str) -> None:
        await tx.run(
            "INSERT INTO event (kind, actor_id, subject_id, at, tx)"
            f" VALUES ('post', 1, ?, 1, {number})",
            (subject,),
        )

    async def scene() -> None:
        async with opened(server.url(names[0])) as one, opened(server.url(names[1])) as two:
            await migrate(one, now=1)
            for subject in (1, 2):
                await one.write(partial(happens, subject=subject, number=str(far + subject)))
            place = Place(far + 1, 1)
            await one.write(lambda tx: search_index.move(tx, "events", None, place))
            await one.write(lambda tx: search_index.move(tx, "posts", None, Place(7, 8)))
            await one.write(lambda tx: put_setting(tx, PUSH_PLACE, f"{far + 1}.1"))
            await dump(one, tmp_path)
            await load(two, tmp_path, now=2)
            assert set(await compare(one, two)) == {"setting: 1 rows each, not the same"}
            current = "pg_current_xact_id()::text::bigint"
            await two.write(partial(happens, subject=3, number=current))
            for after, subjects in (
                (events.BEGINNING, [1, 2, 3]),
                ((await two.read(search_index.places))["events"], [2, 3]),
                (await two.read(push.place) or events.BEGINNING, [2, 3]),
            ):
                read = await two.read(partial(events.read, after=after, limit=9))
                assert [event.subject_id for event in read] == subjects
            assert (await two.read(search_index.places))["posts"] == Place(7, 8)

    run(scene())
    for name in names:
        server.drop(name)


def test_nothing_is_restored_over_data(database: str, tmp_path: Path) -> None:
    run(_fill(database, 3))
    run(back_up(database, tmp_path / "copy"))
    with pytest.raises(CannotOpen, match=r"is there already|There is data already"):
        run(restore(tmp_path / "copy", database, now=5))
    with pytest.raises(CannotOpen, match="holds a copy already"):
        run(back_up(database, tmp_path / "copy"))
    with pytest.raises(CannotOpen, match="holds no copy"):
        run(restore(tmp_path / "nothing", database, now=5))


def test_a_dump_of_an_older_schema_is_loaded_first_and_migrated_then(tmp_path: Path) -> None:
    steps = tmp_path / "steps"
    steps.mkdir()
    (steps / "0001_a.sql").write_text("CREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY);")
    (tmp_path / "rows").mkdir()

    async def scene() -> list[tuple[object, ...]]:
        async with opened(f"sqlite://{tmp_path / 'old.db'}") as old:
            await migrate(old, now=1, known=Known(steps, 1, 1))
            await old.write(lambda tx: tx.run("INSERT INTO a (id) VALUES (7)"))
            await dump(old, tmp_path / "rows")
        (steps / "0002_b.sql").write_text("ALTER TABLE a ADD COLUMN b INTEGER NOT NULL DEFAULT 3;")
        async with opened(f"sqlite://{tmp_path / 'new.db'}") as new:
            await load(new, tmp_path / "rows", now=2, known=Known(steps, 2, 1))
            return await new.read(lambda tx: tx.rows("SELECT id, b FROM a"))

    assert run(scene()) == [(7, 3)]


def test_a_dump_of_a_newer_schema_is_refused(database: str, tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "migration.ndjson").write_text("{}\n[99]\n")

    async def scene() -> None:
        async with opened(database) as engine:
            await load(engine, tmp_path / "rows", now=1)

    with pytest.raises(CannotOpen, match="schema 99, newer than this fedi knows"):
        run(scene())


def test_a_damaged_database_gives_no_backup(tmp_path: Path, migrated_file: Path) -> None:
    file = tmp_path / "fedi.db"
    data = bytearray(migrated_file.read_bytes())
    data[4096 * 5 : 4096 * 6] = bytes(4096)
    file.write_bytes(data)
    with pytest.raises(CannotOpen, match=r"damaged|malformed"):
        run(back_up(f"sqlite://{file}", tmp_path / "copy"))
    assert not (tmp_path / "copy" / "fedi.db").exists()
