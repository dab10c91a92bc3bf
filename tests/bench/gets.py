"""Actor documents and WebFinger answers per second, one web process. Run: … tests.bench gets

wrk makes the load where it is installed (Debian's package); otherwise a loop of our own, which
costs as much CPU as the server and so halves the rate: the CPU figure is the one to compare.
"""

import asyncio
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from actors.people import ActorKind
from fedi.app import opened_house
from fedi.organisation import NewActor, add_actor
from tests.bench import inbox as load
from tests.bench.marks import Row, smoke

SECONDS = 1 if smoke() else 4
LOAD_BY = "" if shutil.which("wrk") else "no wrk: the load took half of it"


async def _own_loop(path: str) -> float:
    raw = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{load.PORT}\r\n"
        "Accept: application/activity+json\r\n\r\n"
    ).encode()
    until, count = time.perf_counter() + SECONDS, 0

    async def one() -> None:
        nonlocal count
        reader, writer = await asyncio.open_connection("127.0.0.1", load.PORT)
        while time.perf_counter() < until:
            writer.write(raw)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            at = head.lower().index(b"content-length:") + 15
            await reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
            count += 1
        writer.close()

    await asyncio.gather(*(one() for _ in range(64)))
    return count / SECONDS


async def _rate(path: str) -> float:
    wrk = shutil.which("wrk")
    if wrk is None:
        return await _own_loop(path)
    url = f"http://127.0.0.1:{load.PORT}{path}"
    command = [wrk, "-t1", "-c64", f"-d{SECONDS}s", "-H", "Accept: application/activity+json", url]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, check=True
    )
    assert "Non-2xx" not in done.stdout, done.stdout
    line = next(line for line in done.stdout.splitlines() if "Requests/sec" in line)
    return float(line.split()[1])


async def main() -> list[Row]:
    """Return the rates of both, with one process that answers."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        ready = await load.prepare(Path(name))
        async with opened_house(ready.config) as house:
            new = NewActor(kind=ActorKind.ORGANIZATION, username="ikt_teamet", name="IKT-teamet")
            department = await add_actor(house.performer, new)
        webfinger = f"/.well-known/webfinger?resource=acct:ikt_teamet@127.0.0.1:{load.PORT}"
        with load.served(ready) as pid:
            await asyncio.sleep(1)
            for what, path in (
                ("actor GET /s", f"/actors/{department.id}"),
                ("WebFinger GET /s", webfinger),
            ):
                before = load.cpu(pid)
                rate = await _rate(path)
                micros = (load.cpu(pid) - before) / (rate * SECONDS) * 1e6
                rows.append(Row(what, rate, micros, at_least=15_000, note=LOAD_BY))
    return rows
