"""Damage is found and named; what a crash leaves behind is not taken for damage (trial 7)."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from fedi.store.damage import damage

FRAME = 24 + 4096


@pytest.fixture
def crashed(tmp_path: Path) -> Path:
    """A database with five transactions in its log, as a crash leaves it."""
    connection = sqlite3.connect(tmp_path / "live.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for n in range(5):
        connection.execute("INSERT INTO t (b) VALUES (?)", (str(n) * 6_000,))
    path = tmp_path / "fedi.db"
    for end in ("", "-wal"):
        shutil.copy(tmp_path / f"live.db{end}", tmp_path / f"fedi.db{end}")
    connection.close()
    return path


def _wal(path: Path) -> Path:
    return path.with_name("fedi.db-wal")


def _flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 4
    path.write_bytes(data)


def test_a_whole_database_and_its_log_are_whole(crashed: Path) -> None:
    assert damage(crashed, thorough=True) == []


@pytest.mark.parametrize("place", [8, 17, 24, 2_000])  # salt, checksum, page
def test_a_flipped_bit_in_an_earlier_transaction_of_the_log_is_damage(
    crashed: Path, place: int
) -> None:
    _flip(_wal(crashed), 32 + FRAME + place)
    assert "write-ahead log: frame 2" in damage(crashed)[0]


def test_a_torn_last_transaction_is_a_crash_and_no_damage(crashed: Path) -> None:
    frames = (_wal(crashed).stat().st_size - 32) // FRAME
    _flip(_wal(crashed), 32 + (frames - 1) * FRAME + 1_000)
    assert damage(crashed) == []


def test_a_log_that_ends_in_the_middle_of_a_frame_is_no_damage(crashed: Path) -> None:
    data = _wal(crashed).read_bytes()
    _wal(crashed).write_bytes(data[: len(data) - FRAME // 2])
    assert damage(crashed) == []


def test_frames_of_an_older_log_after_the_end_are_no_damage(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "live.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
    for n in range(9):
        connection.execute("INSERT INTO t (b) VALUES (?)", (str(n) * 6_000,))
    connection.execute("PRAGMA wal_checkpoint(RESTART)")
    connection.execute("INSERT INTO t (b) VALUES ('new')")
    for end in ("", "-wal"):
        shutil.copy(tmp_path / f"live.db{end}", tmp_path / f"fedi.db{end}")
    connection.close()
    assert damage(tmp_path / "fedi.db") == []


def test_a_broken_page_is_named(tmp_path: Path, migrated_file: Path) -> None:
    data = bytearray(migrated_file.read_bytes())
    data[4096 * 6 : 4096 * 6 + 100] = b"\xff" * 100
    (tmp_path / "fedi.db").write_bytes(data)
    assert any("7" in line for line in damage(tmp_path / "fedi.db"))


def test_looking_stops_in_time_and_finds_nothing_then(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "fedi.db")
    connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
    connection.executemany("INSERT INTO t (b) VALUES (?)", [("x" * 500,)] * 20_000)
    connection.commit()
    connection.close()
    assert damage(tmp_path / "fedi.db", seconds=0.0) == []
