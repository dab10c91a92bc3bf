"""Whatever was answered 202 is there after kill -9, once (security.md trial 1)."""

import asyncio
import os
import random as dice  # noqa: TID251 - a test may throw dice; the seed is printed
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fedi.app import opened_house
from fedi.store.leases import give_back_all
from tests.bench import inbox as load
from tests.running import run

ROUNDS = 6
NOTES = 1_500


async def _flood_until_it_dies(requests: list[bytes], acknowledged: set[int]) -> None:
    waiting = iter(range(len(requests)))

    async def one() -> None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", load.PORT)
        except OSError:
            return
        try:
            for number in waiting:
                writer.write(requests[number])
                head = await reader.readuntil(b"\r\n\r\n")
                if head[9:12] == b"202":
                    acknowledged.add(number)
                for line in head.lower().split(b"\r\n"):
                    if line.startswith(b"content-length:") and int(line[15:]):
                        await reader.readexactly(int(line[15:]))
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    await asyncio.gather(*(one() for _ in range(32)))


def _start(path: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-c", load.SERVE, str(path), "3"],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    load.wait_for_port()
    return process


async def _round(ready: load.Ready, path: Path, number: int, chance: dice.Random) -> set[str]:
    """Flood a server, kill all its processes at a random moment; return what it promised."""
    process = _start(path)
    run_name = f"kill{number}"
    requests = [load.request(n, run_name, ready.key) for n in range(NOTES)]
    acknowledged: set[int] = set()
    flood = asyncio.create_task(_flood_until_it_dies(requests, acknowledged))
    await asyncio.sleep(0.1 + chance.random() * 0.9)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    await flood
    return {f"{load.REMOTE}/notes/{run_name}-{n}" for n in acknowledged}


async def _settled(ready: load.Ready, path: Path) -> list[str]:
    """Start once more, let everything be processed, and return every post's uri."""
    async with opened_house(ready.config) as house:
        if house.engine.dialect == "postgres":  # where leases run out by themselves, in 2 minutes
            await house.engine.write(give_back_all)
    process = _start(path)
    try:
        async with opened_house(ready.config) as house:
            async with asyncio.timeout(60):
                while True:
                    left = await house.engine.read(
                        lambda tx: tx.one("SELECT count(*) FROM arrival")
                    )
                    if left is not None and left[0] == 0:
                        break
                    await asyncio.sleep(0.1)
            found = await house.engine.read(lambda tx: tx.rows("SELECT uri FROM post"))
            if house.engine.dialect == "sqlite":
                whole = await house.engine.read(lambda tx: tx.one("PRAGMA integrity_check"))
                assert whole == ("ok",)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    return [row[0] for row in found]


@pytest.mark.slow
def test_trial_1_nothing_acknowledged_is_lost_to_kill_9_and_nothing_is_there_twice(
    empty_database: str, tmp_path: Path
) -> None:
    seed = int(os.environ.get("FEDI_SEED", dice.randrange(1 << 32)))
    print(f"FEDI_SEED={seed}")
    chance = dice.Random(seed)

    async def trial() -> tuple[set[str], list[str]]:
        ready = await load.prepare(tmp_path, empty_database)
        path = load.write_config_file(ready)
        promised: set[str] = set()
        for number in range(ROUNDS):
            promised |= await _round(ready, path, number, chance)
        return promised, await _settled(ready, path)

    promised, kept = run(trial())
    assert len(promised) > ROUNDS * 10, "the flood hardly began: the trial shows nothing"
    assert promised - set(kept) == set(), f"lost after 202 (FEDI_SEED={seed})"
    assert len(kept) == len(set(kept))
