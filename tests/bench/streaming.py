"""One public post to a thousand sockets. Run: … tests.bench streaming

The house is served in this process, so that its CPU can be told from that of the sockets' other
ends, which are in a process of their own. Each socket is another person's.
"""

import asyncio
import multiprocessing
import tempfile
import time
from dataclasses import replace
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import uvloop

from actors.membership import Membership, Role
from actors.people import Person, Token
from fedi.oauth.callers import hash_of
from tests.bench.marks import Row, sized
from tests.fedi.streaming.apps import PATH, Square
from tests.hostile.peer import town

SOCKETS = sized(1_000)
POSTS = 20
AT_ONCE = 50


def _listen(port: int, count: int, told: "Queue[Any]") -> None:
    """The other ends: open so many sockets, hear every post on each, and say when that was."""
    from websockets.asyncio.client import ClientConnection, connect

    async def opened(number: int) -> ClientConnection:
        url = f"ws://127.0.0.1:{port}{PATH}?stream=public&access_token=t{number}"
        return await connect(url, compression=None, ping_interval=None, open_timeout=60)

    async def heard(connection: ClientConnection) -> None:
        for _ in range(POSTS):
            await connection.recv()

    async def main() -> None:
        connections: list[ClientConnection] = []
        for start in range(0, count, AT_ONCE):
            few = range(start, min(start + AT_ONCE, count))
            connections += await asyncio.gather(*map(opened, few))
        told.put("ready")
        await asyncio.gather(*map(heard, connections))
        told.put(time.time())
        for connection in connections:
            connection.transport.abort()

    asyncio.run(main())


async def _people(square: Square) -> None:
    kari, now = await square.person("kari"), round(time.time() * 1000)
    rows: list[Any] = []
    for number in range(SOCKETS):
        name, actor, person = f"p{number}", 10_000 + number, 50_000 + number
        uri = square.here.house.urls.actor(actor)
        rows += [
            replace(kari, id=actor, username=name, uri=uri),
            Person(id=person, username=name, name=name, actor_id=actor),
            Membership(person_id=person, actor_id=actor, role=Role.MANAGER),
            Token(
                id=90_000 + number,
                hash=hash_of(f"t{number}"),
                person_id=person,
                actor_id=actor,
                scopes="read",
                created=now,
                last_used=now,
            ),
        ]
    await square.put(*rows)


async def _came(told: "Queue[Any]") -> Any:
    return await asyncio.to_thread(told.get)


async def main() -> list[Row]:
    """Return how many messages go out a second, posting included, on the loop of a served house."""
    return await asyncio.to_thread(_on_uvloop)


def _on_uvloop() -> list[Row]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measured())


async def _measured() -> list[Row]:
    spawned = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        async with town(Path(name)) as here:
            square, told = Square(here), spawned.Queue()
            await _people(square)
            author = await square.person("kari")
            ends = spawned.Process(target=_listen, args=(here.port, SOCKETS, told))
            ends.start()
            await _came(told)
            await square.settled(SOCKETS)
            cpu, began = time.process_time(), time.time()
            for number in range(POSTS):
                await square.says(author, f"Innlegg {number}: " + "ord " * 80)
            ended = await _came(told)
            cpu = time.process_time() - cpu
            await asyncio.to_thread(ends.join)
    sent = SOCKETS * POSTS
    what = f"messages /s to {SOCKETS} sockets"
    return [Row(what, sent / (ended - began), cpu / sent * 1e6, at_least=20_000)]
