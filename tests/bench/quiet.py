"""A quiet post's way: from the first byte of its POST to the reader's home, one at a time; and
new followers from other servers per second. Run: python -m tests.bench quiet
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from actors.signatures import cavage
from fedi.app import opened_house
from fedi.organisation import find_actor
from tests.bench import inbox as load
from tests.bench.marks import Row, sized

POSTS = sized(60)
FOLLOWS = sized(400)


async def _quiet(ready: load.Ready) -> list[float]:
    times = []
    async with opened_house(ready.config) as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", load.PORT)
        for number in range(POSTS):
            raw = load.request(number, "quiet", ready.key)
            uri = f"{load.REMOTE}/notes/quiet-{number}"
            started = time.perf_counter()
            writer.write(raw)
            await reader.readuntil(b"\r\n\r\n")
            while True:
                found = await house.engine.glance(
                    lambda tx, uri=uri: tx.one(
                        "SELECT 1 FROM home h JOIN post p ON p.id = h.post_id WHERE p.uri = ?",
                        (uri,),
                    )
                )
                if found is not None:
                    break
                await asyncio.sleep(0.0005)
            times.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(0.05)
        writer.close()
    return sorted(times)


def _follow(number: int, target: str, key: object) -> bytes:
    actor = f"{load.REMOTE}/users/{number % load.ACTORS}"
    body = (
        '{"@context":"https://www.w3.org/ns/activitystreams",'
        f'"id":"{actor}#follows/{number}","type":"Follow","actor":"{actor}","object":"{target}"}}'
    ).encode()
    headers = cavage.sign(
        "POST", f"http://127.0.0.1:{load.PORT}/inbox", date_ms=time.time_ns() // 1_000_000,
        body=body, key_id=f"{actor}#main-key", private_key=key,  # type: ignore[arg-type]
    )  # fmt: skip
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = f"POST /inbox HTTP/1.1\r\n{lines}Content-Type: application/activity+json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _followers(ready: load.Ready) -> float:
    async with opened_house(ready.config) as house:
        targets = [(await find_actor(house.performer, f"leser{n}")).uri for n in (0, 1)]
        requests = [_follow(n, targets[n // load.ACTORS], ready.key) for n in range(FOLLOWS)]
        started = time.perf_counter()
        await load.flood(requests)
        while True:
            row = await house.engine.read(
                lambda tx: tx.one(
                    "SELECT count(*) FROM relation r JOIN actor a ON a.id = r.source_id"
                    " WHERE a.local = 0 AND r.state = 'accepted'"
                )
            )
            if row is not None and row[0] >= FOLLOWS:
                return FOLLOWS / (time.perf_counter() - started)
            await asyncio.sleep(0.01)


async def main() -> list[Row]:
    """Return how soon a quiet post is seen, and how many new followers a second are taken."""
    with tempfile.TemporaryDirectory() as name:
        ready = await load.prepare(Path(name))
        with load.served(ready) as pid:
            await asyncio.sleep(2)
            times = await _quiet(ready)
            before = load.cpu(pid)
            rate = await _followers(ready)
            micros = (load.cpu(pid) - before) / FOLLOWS * 1e6
    p50, p95 = statistics.median(times), times[int(len(times) * 0.95)]
    return [
        Row("one quiet post visible, p50 ms", p50, at_most=20),
        Row("one quiet post visible, p95 ms", p95),
        Row("new remote followers /s", rate, micros, at_least=200),
    ]
