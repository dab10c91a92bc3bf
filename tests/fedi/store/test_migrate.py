"""Migrations: neutral SQL on both engines, checked, in order, and safe to stop anywhere."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from fedi.store.engine import CannotOpen, Engine, opened
from fedi.store.migrate import (
    COMPAT,
    VERSION,
    Known,
    check,
    for_postgres,
    migrate,
    migrations,
    neutral_only,
    statements,
)
from fedi.store.schema import schema_of
from tests.running import run

FIRST = """
-- Words; with a semicolon, and 'quotes'.
CREATE TABLE word (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  text TEXT NOT NULL DEFAULT 'a; b',
  weight REAL,
  data BLOB
);
CREATE INDEX word_by_text ON word (text) WHERE text <> ';';
CREATE TABLE pair (one INTEGER NOT NULL, two TEXT NOT NULL, PRIMARY KEY (one, two)) WITHOUT ROWID;
"""
SECOND = "ALTER TABLE word ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_words.sql").write_text(FIRST)
    return folder


def _migrate(url: str, known: Known) -> tuple[str, ...]:
    async def scene() -> tuple[str, ...]:
        async with opened(url) as engine:
            return await migrate(engine, now=1, known=known)

    return run(scene())


def _check(url: str, known: Known) -> None:
    async def scene() -> None:
        async with opened(url) as engine:
            await check(engine, known=known)

    run(scene())


def _ask(url: str, sql: str) -> list[tuple[object, ...]]:
    async def scene() -> list[tuple[object, ...]]:
        async with opened(url) as engine:
            return await engine.write(lambda tx: tx.rows(sql))

    return run(scene())


def test_steps_are_applied_once_and_in_order(empty_database: str, folder: Path) -> None:
    assert _migrate(empty_database, Known(folder, 1, 1)) == ("words",)
    (folder / "0002_seen.sql").write_text(SECOND)
    assert _migrate(empty_database, Known(folder, 2, 1)) == ("seen",)
    assert _migrate(empty_database, Known(folder, 2, 1)) == ()
    rows = _ask(empty_database, "INSERT INTO word (weight) VALUES (1.5) RETURNING id, text, seen")
    assert rows == [(1, "a; b", 0)]


def test_a_step_for_one_engine_runs_after_the_neutral_one(
    empty_database: str, folder: Path, dialect: str
) -> None:
    (folder / "0001_words.sqlite.sql").write_text("INSERT INTO pair VALUES (1, 'sqlite');")
    (folder / "0001_words.postgres.sql").write_text("INSERT INTO pair VALUES (1, 'postgres');")
    _migrate(empty_database, Known(folder, 1, 1))
    assert _ask(empty_database, "SELECT two FROM pair") == [(dialect,)]


def test_an_applied_step_that_has_changed_is_refused(empty_database: str, folder: Path) -> None:
    _migrate(empty_database, Known(folder, 1, 1))
    (folder / "0001_words.sql").write_text(FIRST + "\nCREATE TABLE more (id INTEGER);")
    for attempt in (_migrate, _check):
        with pytest.raises(CannotOpen, match=r"0001 \(words\) has changed since it was applied"):
            attempt(empty_database, Known(folder, 1, 1))


def test_newer_data_is_refused_only_when_it_says_so(empty_database: str, folder: Path) -> None:
    (folder / "0002_seen.sql").write_text(SECOND)
    _migrate(empty_database, Known(folder, 2, 1))
    (folder / "0002_seen.sql").unlink()
    _check(empty_database, Known(folder, 1, 1))
    assert _migrate(empty_database, Known(folder, 1, 1)) == ()

    (folder / "0002_seen.sql").write_text(SECOND)
    _migrate(empty_database, Known(folder, 2, 2))
    (folder / "0002_seen.sql").unlink()
    for attempt in (_migrate, _check):
        with pytest.raises(CannotOpen, match=r"newer fedi \(schema 2 at least; this one knows 1\)"):
            attempt(empty_database, Known(folder, 1, 1))


def test_data_that_waits_for_a_step_is_not_served(empty_database: str, folder: Path) -> None:
    _migrate(empty_database, Known(folder, 1, 1))
    (folder / "0002_seen.sql").write_text(SECOND)
    with pytest.raises(CannotOpen, match="0002 has not been applied"):
        _check(empty_database, Known(folder, 2, 1))


def test_a_step_that_fails_half_way_leaves_nothing_and_runs_again(
    empty_database: str, folder: Path
) -> None:
    broken = folder / "0002_broken.sql"
    broken.write_text("CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1);")
    with pytest.raises(Exception, match="nowhere"):
        _migrate(empty_database, Known(folder, 2, 1))
    assert _ask(empty_database, "SELECT number FROM migration") == [(1,)]
    broken.write_text("CREATE TABLE half (id INTEGER NOT NULL PRIMARY KEY);")
    assert _migrate(empty_database, Known(folder, 2, 1)) == ("broken",)


def test_two_that_migrate_at_once_apply_each_step_once(empty_database: str, folder: Path) -> None:
    (folder / "0002_seen.sql").write_text(SECOND)

    async def scene() -> list[str]:
        async with opened(empty_database) as one, opened(empty_database) as two:
            done = await asyncio.gather(
                *(migrate(engine, now=1, known=Known(folder, 2, 1)) for engine in (one, two))
            )
        return sorted(name for names in done for name in names)

    assert run(scene()) == ["seen", "words"]


_STOPPED = """
import asyncio, os, sys
from pathlib import Path
from fedi.store import sqlite
from fedi.store.engine import opened
from fedi.store.migrate import Known, migrate
left = int(sys.argv[3])
plain = sqlite.SqliteTx.run
async def counted(self, sql, params=()):
    global left
    if left == 0:
        os.kill(os.getpid(), 9)
    left -= 1
    return await plain(self, sql, params)
sqlite.SqliteTx.run = counted
async def main():
    async with opened("sqlite://" + sys.argv[1]) as engine:
        await migrate(engine, now=1, known=Known(Path(sys.argv[2]), 2, 1))
asyncio.run(main())
"""


@pytest.mark.whole
def test_a_crash_at_every_statement_of_a_migration_is_made_good_by_the_next_start(
    tmp_path: Path, folder: Path
) -> None:
    """security.md trial 13."""
    (folder / "0002_seen.sql").write_text(SECOND + "INSERT INTO word (text) VALUES ('one');")
    for left in range(20):
        file = tmp_path / f"{left}.db"
        command = [sys.executable, "-c", _STOPPED, str(file), str(folder), str(left)]
        finished = subprocess.run(command, check=False).returncode == 0
        _migrate(f"sqlite://{file}", Known(folder, 2, 1))
        assert _ask(f"sqlite://{file}", "SELECT text, seen FROM word") == [("one", 0)]
        if finished:
            return
    raise AssertionError("the migration never came to its end")


def test_the_house_has_the_same_tables_on_both_engines(engine: Engine, tmp_path: Path) -> None:
    async def fresh() -> str:
        async with opened(f"sqlite://{tmp_path / 'other.db'}") as other:
            await migrate(other, now=1)
            return await schema_of(other)

    shape = run(schema_of(engine))
    assert shape == run(fresh())
    assert "table migration" in shape


def test_the_version_is_the_number_of_the_last_step() -> None:
    assert migrations("sqlite")[-1].number == VERSION
    assert migrations("postgres")[-1].number == VERSION
    assert 1 <= COMPAT <= VERSION


def test_gaps_twins_and_strays_are_refused(folder: Path) -> None:
    stray = folder / "notes.sql"
    stray.touch()
    with pytest.raises(ValueError, match="not named"):
        migrations("sqlite", folder)
    stray.rename(folder / "0001_other.sql")
    with pytest.raises(ValueError, match="two migrations are numbered 0001"):
        migrations("sqlite", folder)
    (folder / "0001_other.sql").rename(folder / "0003_other.sql")
    with pytest.raises(ValueError, match="numbered 1 to 2"):
        migrations("sqlite", folder)


def test_what_one_engine_alone_enforces_is_refused_in_neutral_sql() -> None:
    for sql in ("a INTEGER REFERENCES b (c)", "a TEXT COLLATE NOCASE", "a BIGINT"):
        with pytest.raises(ValueError, match="not neutral"):
            neutral_only(f"CREATE TABLE t ({sql})")
    assert neutral_only("SELECT 'references' -- BIGINT")


def test_statements_end_where_sql_ends_them() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN INSERT INTO b VALUES (';'); SELECT 1; END"
    assert list(statements(f"SELECT ';' /* ; */; -- ;\n;{trigger};SELECT $x$;$x$")) == [
        "SELECT ';'",
        trigger,
        "SELECT $x$;$x$",
    ]


def test_types_are_turned_over_and_quoted_words_left_alone() -> None:
    sql = "CREATE TABLE \"BLOB\" (a INTEGER DEFAULT 1, b TEXT DEFAULT 'TEXT', c BLOB) WITHOUT ROWID"
    assert for_postgres(sql) == (
        'CREATE TABLE "BLOB" (a BIGINT DEFAULT 1, b TEXT COLLATE "C" DEFAULT \'TEXT\', c BYTEA)'
    )
    assert for_postgres("SELECT CAST(a AS TEXT)") == "SELECT CAST(a AS TEXT)"


def test_the_library_is_new_enough_for_what_the_statements_use() -> None:
    assert sqlite3.sqlite_version_info >= (3, 40, 1)
