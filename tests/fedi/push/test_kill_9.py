"""What is to be told is told after kill -9, at least once, and again only what was in hand."""

import asyncio
import os
import random as dice  # noqa: TID251 - a test may throw dice; the seed is printed
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from actors.effects import Notify
from actors.relationships import NotificationKind
from fedi.push.pusher import AT_ONCE, LEASE_MS
from tests.fedi.push.phones import Phone, Station, station
from tests.people import OLA, PERSON_OLA, Nordvik, theirs
from tests.running import run

MANY = 60
KILLS = 4


@pytest.mark.slow
def test_kill_9_while_pushing_loses_nothing_and_repeats_only_what_was_in_hand(
    nordvik: Nordvik, database: str, tmp_path: Path
) -> None:
    seed = int(os.environ.get("FEDI_SEED", dice.randrange(1 << 32)))
    print(f"FEDI_SEED={seed}")
    chance = dice.Random(seed)
    nordvik.put(*(theirs(1000 + n, f"gjest{n}", "mastodon.test") for n in range(MANY)))

    async def trial() -> Counter[str]:
        async with station(nordvik, tmp_path) as here:
            phone = Phone()
            pusher = here.pusher()
            await pusher.collect()
            await here.subscribed(await here.signed_in(PERSON_OLA, OLA), phone)
            told = [Notify(OLA.id, NotificationKind.FOLLOW, 1000 + n) for n in range(MANY)]
            await nordvik.engine.write(lambda tx: nordvik.performer.apply(tx, told))
            await pusher.collect()
            for _ in range(KILLS):
                until = len(here.came) + chance.randrange(1, 12)
                await _pushes(here, database, tmp_path, until=until)
                nordvik.clock.time += LEASE_MS
            await _pushes(here, database, tmp_path)
            return Counter(str(phone.opens(one)["notification_id"]) for one in here.came)

    came = run(trial())
    assert len(came) == MANY, f"lost (FEDI_SEED={seed})"
    assert max(came.values()) <= KILLS + 1
    assert came.total() <= MANY + KILLS * AT_ONCE


def _start(here: Station, database: str, folder: Path) -> subprocess.Popen[bytes]:
    now, port = str(here.nordvik.clock.time), str(here.service.port)
    command = [sys.executable, "-m", "tests.fedi.push.pushing", database, str(folder), port, now]
    return subprocess.Popen(command)


async def _pushes(
    here: Station, database: str, folder: Path, *, until: int = MANY * (KILLS + 2)
) -> None:
    """Let a process push until nothing waits or so many in all have come; then kill it."""
    process = _start(here, database, folder)
    try:
        async with asyncio.timeout(120):
            while len(here.came) < until and await here.sql("SELECT 1 FROM push_message LIMIT 1"):
                assert process.poll() is None, "the process ended by itself"
                await asyncio.sleep(0.002)
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)
