"""The supervisor's first look at the database (security.md trial 7)."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from fedi.store.engine import CannotOpen
from fedi.store.start import prepare
from tests.running import run


def test_a_new_database_is_made_and_a_second_start_changes_nothing(empty_database: str) -> None:
    assert run(prepare(empty_database, now=1))[0] == "house"
    assert run(prepare(empty_database, now=2)) == ()


def test_a_broken_page_stops_the_start_and_is_named(tmp_path: Path, migrated_file: Path) -> None:
    data = bytearray(migrated_file.read_bytes())
    data[4096 * 6 : 4096 * 6 + 100] = b"\xff" * 100
    (tmp_path / "fedi.db").write_bytes(data)
    with pytest.raises(CannotOpen, match=r"is damaged \(.*7.*`fedi restore`"):
        run(prepare(f"sqlite://{tmp_path / 'fedi.db'}", now=1))


def test_a_damaged_log_stops_the_start_and_is_left_as_it_is(tmp_path: Path) -> None:
    live, file = tmp_path / "live.db", tmp_path / "fedi.db"
    run(prepare(f"sqlite://{live}", now=1))
    with closing(sqlite3.connect(live, isolation_level=None)) as connection:
        for n in range(4):
            connection.execute("INSERT INTO setting VALUES (?, ?)", (str(n), "x" * 6_000))
        for end in ("", "-wal"):
            shutil.copy(f"{live}{end}", f"{file}{end}")
    wal = tmp_path / "fedi.db-wal"
    data = bytearray(wal.read_bytes())
    data[3_000] ^= 1
    wal.write_bytes(data)
    with pytest.raises(CannotOpen, match="write-ahead log: frame 1"):
        run(prepare(f"sqlite://{file}", now=1))
    assert wal.read_bytes() == bytes(data)
