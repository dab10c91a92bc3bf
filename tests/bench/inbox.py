"""The inbox under load: accepted and processed per second, refusals, and a quiet post's way.

A server of its own (three processes, SQLite with FULL sync) on loopback; signed Create{Note}
from many remote actors whose followers live here. CPU is that of the server's processes, without
the database's where that is a server. Run: python -m tests.bench inbox [--postgres]
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from actors.people import Actor, ActorKind, Key, KeyKind, Profile
from actors.relationships import Relation, RelationKind
from actors.signatures import cavage, keys
from fedi.app import opened_house
from fedi.config import Config, parse
from fedi.organisation import add_person, found
from fedi.store.home import Readers
from fedi.store.profiles import save_profile
from fedi.store.rows import RELATION
from tests.bench.databases import chosen
from tests.bench.marks import Row, sized

PORT = int(os.environ.get("BENCH_PORT", "20801"))
ACTORS = 200
FOLLOWERS = 10
REMOTE = "https://load.example"


@dataclass
class Ready:
    config: Config
    folder: Path
    key: object


async def prepare(folder: Path, database: str = "") -> Ready:
    """Found a house with some people who follow many remote actors."""
    config = parse(
        {
            "server": {"origin": f"http://127.0.0.1:{PORT}", "data_dir": str(folder),
                       "listen": f"127.0.0.1:{PORT}"},
            "organisation": {"name": "Benk"},
            "federation": {
                "rate_per_host": 10_000,
                "rate_per_address": 1_000_000,  # all the servers are at one address here
                "failures_per_address": 1_000_000,
            },
            "database": {"url": database},
            "lab": {"enabled": True},
        }
    )  # fmt: skip
    private = keys.generate_rsa()
    async with opened_house(config, founding=True) as house:
        await found(house.performer, "Benk")
        people = [
            await add_person(house.performer, f"leser{n}", f"Leser {n}") for n in range(FOLLOWERS)
        ]
        for _, local in people:  # who reads: their home timelines are kept
            await Readers(house.engine).ready(local.id, house.clock.now())
        for number in range(ACTORS):
            actor = await house.engine.write(
                lambda tx, n=number: save_profile(house.performer.open(tx), profile(n, private))
            )
            rows = [
                Relation(kind=RelationKind.FOLLOW, source_id=local.id, target_id=actor.id)
                for _, local in people
            ]
            await house.engine.write(
                lambda tx, r=rows: tx.many(RELATION.insert, [RELATION.encode(row) for row in r])
            )
    return Ready(config, folder, private)


def profile(number: int, private: object) -> Profile:
    uri = f"{REMOTE}/users/{number}"
    return Profile(
        actor=Actor(
            id=0, kind=ActorKind.PERSON, uri=uri, username=f"user{number}", domain="load.example",
            host="load.example", inbox=f"{uri}/inbox", followers=f"{uri}/followers",
        ),
        keys=(Key(uri=f"{uri}#main-key", actor_id=0, kind=KeyKind.RSA,
                  public=keys.public_pem(private)),),  # type: ignore[arg-type]
    )  # fmt: skip


def note(number: int, run: str) -> tuple[str, bytes]:
    actor = f"{REMOTE}/users/{number % ACTORS}"
    uri = f"{REMOTE}/notes/{run}-{number}"
    at = datetime.fromtimestamp(1_795_000_000 + number * 0.037, UTC)
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = (
        f'{{"@context":"https://www.w3.org/ns/activitystreams","id":"{uri}/create",'
        f'"type":"Create","actor":"{actor}","published":"{moment}",'
        '"to":["https://www.w3.org/ns/activitystreams#Public"],'
        f'"cc":["{actor}/followers"],"object":{{"id":"{uri}","type":"Note",'
        f'"attributedTo":"{actor}","content":"<p>Innlegg nummer {number} om drift og '
        'vann i kommunen, med <a href=\\"https://load.example/x\\">lenke</a></p>",'
        f'"published":"{moment}",'
        '"to":["https://www.w3.org/ns/activitystreams#Public"],'
        f'"cc":["{actor}/followers"],"tag":[]}}}}'
    )
    return actor, body.encode()


def request(number: int, run: str, private: object, *, broken: bool = False) -> bytes:
    actor, body = note(number, run)
    url = f"http://127.0.0.1:{PORT}/inbox"
    headers = cavage.sign(
        "POST", url, date_ms=time.time_ns() // 1_000_000, body=body, key_id=f"{actor}#main-key",
        private_key=private,  # type: ignore[arg-type]
    )  # fmt: skip
    if broken:
        headers = [(n, v.replace('signature="', 'signature="AAAA')) for n, v in headers]
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = (
        f"POST /inbox HTTP/1.1\r\n{lines}Content-Type: application/activity+json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def flood(requests: list[bytes], connections: int = 64) -> tuple[float, dict[int, int]]:
    """Send all over keep-alive connections; return (seconds, answers by status)."""
    statuses: dict[int, int] = {}
    waiting = iter(requests)

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        for raw in waiting:
            writer.write(raw)
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(head[9:12])
            statuses[status] = statuses.get(status, 0) + 1
            length = 0
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line[15:])
            if length:
                await reader.readexactly(length)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return time.perf_counter() - started, statuses


SERVE = (
    "import sys; from pathlib import Path; from fedi.config import load; "
    "from fedi.supervisor import serve; import os; "
    "sys.exit(serve(load(Path(sys.argv[1]), {}), processes=int(sys.argv[2])))"
)


def write_config_file(ready: Ready) -> Path:
    """Write the config of the prepared house for a process of its own."""
    path = ready.folder / "config.toml"
    path.write_text(
        f'[server]\norigin = "http://127.0.0.1:{PORT}"\nlisten = "127.0.0.1:{PORT}"\n'
        f'data_dir = "{ready.folder}"\n[organisation]\nname = "Benk"\n'
        f'[database]\nurl = "{ready.config.database.url}"\n'
        "[federation]\nrate_per_host = 10000\nrate_per_address = 1000000\n"
        "failures_per_address = 1000000\n[lab]\nenabled = true\n"
        '[log]\nlevel = "warning"\n'
    )
    return path


@contextmanager
def served(ready: Ready, processes: int = 3) -> Iterator[int]:
    """Run the server as its users do, as processes of its own; give the supervisor's pid."""
    path = write_config_file(ready)
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(path), str(processes)], stderr=subprocess.DEVNULL
    )
    try:
        wait_for_port()
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def wait_for_port() -> None:
    import socket

    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", PORT)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("the server does not listen")


def family(pid: int) -> list[int]:
    found = [pid]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(stat[1]) == pid:
                found.append(int(entry.name))
    return found


def cpu(pid: int) -> float:
    """CPU seconds of a process and its children, user and system."""
    total = 0
    for one in family(pid):
        stat = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(stat[11]) + int(stat[12])
    return total / os.sysconf("SC_CLK_TCK")


def pss(pid: int) -> float:
    """Proportional memory of a process group in MiB."""
    total = 0
    for one in family(pid):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


async def count(config: Config, sql: str) -> int:
    async with opened_house(config) as house:
        row = await house.engine.read(lambda tx: tx.one(sql))
        return int(row[0]) if row else 0


async def main() -> list[Row]:
    """Return start, memory, what is accepted, processed and refused."""
    rows, total, broken = [], sized(8_000), sized(3_000)
    with tempfile.TemporaryDirectory() as name, chosen() as database:
        ready = await prepare(Path(name), database)
        started = time.perf_counter()
        with served(ready, 4 if database else 3) as pid:
            start = time.perf_counter() - started
            await asyncio.sleep(2)
            rows.append(Row("cold start, seconds", start, at_most=1.0))
            rows.append(Row("idle memory (PSS), MiB", pss(pid), at_most=90))
            warm = [request(n, "warm", ready.key) for n in range(400)]
            await flood(warm)
            requests = [request(n, "load", ready.key) for n in range(total)]
            before = cpu(pid)
            seconds, statuses = await flood(requests)
            micros = (cpu(pid) - before) / total * 1e6
            rows.append(
                Row("accepted /s", total / seconds, micros, at_least=2_000, note=f"{statuses}")
            )
            at_end = await count(ready.config, "SELECT count(*) FROM post")
            waited = time.perf_counter()
            while (  # noqa: ASYNC110 - another process does the work
                await count(ready.config, "SELECT count(*) FROM arrival")
            ) > 0:
                await asyncio.sleep(0.2)
            whole = seconds + time.perf_counter() - waited
            stored = await count(ready.config, "SELECT count(*) FROM post")
            micros = (cpu(pid) - before) / total * 1e6
            during = max(0, at_end - 400) / seconds
            rows += [
                Row("processed meanwhile /s", during, at_least=800),
                Row("accepted and processed, all of it /s", total / whole, micros),
                Row("lost of what was accepted", total + 400 - stored, at_most=0),
            ]
            bad = [request(n, "bad", ready.key, broken=True) for n in range(broken)]
            before = cpu(pid)
            seconds, statuses = await flood(bad)
            micros, rate = (cpu(pid) - before) / broken * 1e6, broken / seconds
            rows += [
                Row(
                    "broken signature refused /s", rate, micros, at_least=2_000, note=f"{statuses}"
                ),
                Row("memory after load (PSS), MiB", pss(pid)),
            ]
    return rows
