"""What was acknowledged is there after kill -9 and after the power went (trials 1 and 4)."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from fedi.store.damage import damage
from tests.lacking import lacking

SEEDS = 200
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The disk that loses power, compiled."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        lacking("a C compiler: the power loss of trial 4 is not simulated here")
    library = tmp_path_factory.mktemp("disk") / "power_loss.so"
    source = Path(__file__).with_name("power_loss.c")
    options = ["-shared", "-fPIC", "-O1", "-Wall", "-Werror"]
    subprocess.run(
        [compiler, *options, str(source), "-o", str(library), "-ldl", "-lpthread"], check=True
    )
    return library


def _start(file: Path, first: int, *more: str, **environment: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fedi.store.flood", f"sqlite://{file}", str(first), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
        cwd=ROOT,
    )


def _acknowledged(output: bytes) -> set[int]:
    whole_lines = output[: output.rfind(b"\n") + 1]
    return {int(line) for line in whole_lines.split() if line.isdigit()}


def _stored(file: Path) -> set[int]:
    """Return what is there, after the checks that a start makes."""
    if not file.exists():
        return set()
    assert damage(file, thorough=True) == []
    with closing(sqlite3.connect(file)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'poll'").fetchall():
            return set()
        settings = {int(row[0]) for row in connection.execute("SELECT name FROM setting")}
        polls = {row[0] for row in connection.execute("SELECT post_id FROM poll")}
    assert settings == polls  # a unit is there whole or not at all
    return polls


@pytest.mark.whole
def test_kill_9_in_a_flood_of_two_processes_loses_nothing_acknowledged(tmp_path: Path) -> None:
    acknowledged: set[int] = set()
    for turn in range(2):
        flood = [_start(tmp_path / "fedi.db", (turn * 2 + n) * 1_000_000 + 1) for n in range(2)]
        for process in flood:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
        time.sleep(0.05 + turn * 0.11)
        for process in flood:
            process.kill()
        acknowledged |= set().union(*(_acknowledged(p.communicate()[0]) for p in flood))
        assert acknowledged <= _stored(tmp_path / "fedi.db")
    assert acknowledged


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_kill_9_at_a_hundred_points_loses_nothing_acknowledged(tmp_path: Path) -> None:
    acknowledged: set[int] = set()
    for turn in range(100):
        process = _start(tmp_path / "fedi.db", turn * 1_000_000 + 1)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(turn * 0.0017)
        process.kill()
        acknowledged |= _acknowledged(process.communicate()[0])
        if turn % 10 == 9:
            assert acknowledged <= _stored(tmp_path / "fedi.db")
    assert len(acknowledged) > 1_000


def _lose_power(disk: Path, file: Path, seed: int, *more: str) -> set[int]:
    """Run a flood until the power goes; return what it had acknowledged."""
    file.parent.mkdir()
    process = _start(
        file,
        1,
        *more,
        LD_PRELOAD=str(disk),
        POWER_FOLDER=str(file.parent),
        POWER_SEED=str(seed + 1),
        POWER_AT=str(1 + seed * 7_919 % 6_000),
    )
    output, _ = process.communicate(timeout=60)
    assert process.returncode == -9
    return _acknowledged(output)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_power_loss_at_any_point_loses_nothing_acknowledged(disk: Path, tmp_path: Path) -> None:
    total = 0
    for seed in range(SEEDS):
        file = tmp_path / f"{seed}" / "fedi.db"
        acknowledged = _lose_power(disk, file, seed)
        missing = acknowledged - _stored(file)
        assert not missing, f"seed {seed}: {len(missing)} of {len(acknowledged)} are gone"
        total += len(acknowledged)
        shutil.rmtree(file.parent)
    assert total > SEEDS * 10


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_simulated_disk_does_lose_what_was_never_synced(disk: Path, tmp_path: Path) -> None:
    for seed in range(50, 90):
        file = tmp_path / f"{seed}" / "fedi.db"
        acknowledged = _lose_power(disk, file, seed, "OFF")
        try:
            if acknowledged - _stored(file):
                return
        except (AssertionError, sqlite3.DatabaseError):
            return
    raise AssertionError("unsynced writes survived 40 power losses: the trial proves nothing")
