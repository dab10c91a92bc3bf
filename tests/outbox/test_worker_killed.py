"""kill -9 while a post goes out to 500 inboxes (security.md trial 2): none is left out."""

import asyncio
import sys
from pathlib import Path

import pytest

from fedi.store.engine import Engine
from tests.outbox.mortal import HOSTS
from tests.outbox.post_office import Got, Inboxes, Office, remote_actor
from tests.running import run

ROOT = Path(__file__).resolve().parent.parent.parent
INBOXES = 500
KILLED_AFTER = (0, 1, 40, 120, 121, 300, 450)
"""How many requests the peers have had when the worker is killed, time after time."""


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_worker_killed_again_and_again_leaves_no_inbox_out(engine: Engine, database: str) -> None:
    async def slowly(_: Got) -> str:
        await asyncio.sleep(0.01)
        return "202 Accepted"

    async def scene() -> None:
        office = await Office(engine).open()
        followers = [remote_actor(10 + n, HOSTS[n % len(HOSTS)]) for n in range(INBOXES)]
        await office.followed_by(*followers)
        async with Inboxes(slowly) as peer:
            uri = await office.send()
            for requests in KILLED_AFTER:
                await until_killed(database, peer, requests)
            await until_done(office, database, peer)
            assert {got.inbox for got in peer.got} == {actor.inbox for actor in followers}
            assert set(peer.ids) == {uri}
            told = await office.ask("SELECT total, delivered, failed FROM activity")
            assert told == [(INBOXES, INBOXES, 0)]
            # What was under way when it was killed comes twice, with the same id; no more.
            again = sum(times - 1 for times in peer.times().values())
            assert again <= len(KILLED_AFTER) * 256

    run(scene())


async def started(database: str, peer: Inboxes) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.outbox.mortal", database, str(peer.port), cwd=ROOT
    )


async def until_killed(database: str, peer: Inboxes, requests: int) -> None:
    process = await started(database, peer)
    while len(peer.got) < requests and process.returncode is None:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    if requests == 0:
        await asyncio.sleep(0.4)  # in the middle of its start or of the fan-out
    process.kill()
    await process.wait()


async def until_done(office: Office, database: str, peer: Inboxes) -> None:
    process = await started(database, peer)
    async with asyncio.timeout(120):
        waits = "SELECT 1 FROM fanout UNION ALL SELECT 1 FROM delivery LIMIT 1"
        while await office.ask(waits):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    process.terminate()
    await process.wait()
