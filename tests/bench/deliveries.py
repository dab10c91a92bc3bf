"""How fast posts leave a served house: `fedi serve` with its processes, and peers on loopback.

A department's post goes in by the client API with a bearer token; the time is from its answer
to the last follower's 202, noted by the house. CPU and memory are those of the whole family.
Run: python -m tests.bench deliveries [--only WORDS] [--smoke]. The peers: tests/bench/peers.py.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from actors.membership import Role
from actors.people import Actor, ActorKind
from actors.relationships import Relation, RelationKind
from fedi.app import House, opened_house
from fedi.config import load
from fedi.oauth.tokens import new_token
from fedi.organisation import NewActor, add_actor, add_person, found, let_speak
from fedi.store.rows import TABLES
from tests.bench.inbox import PORT, cpu, pss, wait_for_port
from tests.bench.marks import Row, sized
from tests.bench.peers import Peers, more_files, peers

TEXT = "Bystyret møtes torsdag klokken ti. " * 14
GOOD, SILENT, QUIET_POSTS = 10, 1_000, 20


@dataclass(frozen=True)
class Case:
    """One post to `inboxes` followers on `hosts` hosts; marks in seconds and in MiB."""

    name: str
    inboxes: int
    hosts: int
    kind: str = "quick"
    seconds: float | None = None
    mebibytes: float | None = None


CASES = (
    Case("1,000 own inboxes on 200 hosts", 1_000, 200, seconds=0.8),
    Case("the same, 0.3 s to answer", 1_000, 200, "slow", seconds=3.0),
    Case("the same, new TLS each", 1_000, 200, "tls", seconds=2.0),
    Case("10,000 own inboxes on 2,000 hosts", 10_000, 2_000, mebibytes=150),
    Case("2,000 to 1 host", 2_000, 1),
    Case("2,000 to 20 hosts", 2_000, 20),
    Case("4,000 to 200 hosts", 4_000, 200),
)


def follower(id: int, host: str, kind: str) -> Actor:
    """Somebody on a peer, with an inbox of their own."""
    uri = f"{'https' if kind == 'tls' else 'http'}://{host}/users/{id}"
    return Actor(
        id=id, kind=ActorKind.PERSON, uri=uri, username=f"user{id}", domain=host, host=host,
        inbox=f"{uri}/inbox", followers=f"{uri}/followers",
    )  # fmt: skip


async def _followed(house: House, department: Actor, followers: Sequence[Actor]) -> None:
    for at in range(0, len(followers), 500):
        some = followers[at : at + 500]
        follows = [
            Relation(kind=RelationKind.FOLLOW, source_id=one.id, target_id=department.id)
            for one in some
        ]
        for rows in (some, follows):
            table = TABLES[type(rows[0])]
            encoded = [table.encode(row) for row in rows]
            await house.engine.write(
                lambda tx, t=table, e=encoded: tx.many(t.insert, e)  # type: ignore[misc]
            )


def _configure(folder: Path, hosts: dict[str, str], ca: Path) -> Path:
    (folder / "data").mkdir(mode=0o700)
    path = folder / "config.toml"
    named = "".join(f'"{name}" = "{address}"\n' for name, address in hosts.items())
    path.write_text(
        f'[server]\norigin = "http://127.0.0.1:{PORT}"\nlisten = "127.0.0.1:{PORT}"\n'
        f'data_dir = "{folder / "data"}"\n[organisation]\nname = "Benk"\n'
        f'[log]\nlevel = "warning"\n[lab]\nenabled = true\nca_file = "{ca}"\n'
        f"[lab.hosts]\n{named}"
    )
    return path


@dataclass(frozen=True)
class Served:
    """A house that runs: its configuration, its first process, and a token of its department."""

    path: Path
    pid: int
    token: str

    def post(self, text: str) -> float:
        """Post as an app does; the moment of the answer (time.monotonic)."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{PORT}/api/v1/statuses",
            data=urlencode({"status": text, "visibility": "public"}).encode(),
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 200
            return time.monotonic()


@contextmanager
def served(folder: Path, their: Peers, followers: Sequence[tuple[str, str]]) -> Iterator[Served]:
    """A house with a department that (host, kind of peer) follow, run by `fedi serve`."""
    hosts = {host: f"127.0.0.1:{their.ports[kind]}" for host, kind in followers}
    path = _configure(folder, hosts, their.ca_file)
    token = asyncio.run(_prepare(path, followers))
    environment = {**os.environ, "FEDI_CONFIG": str(path)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "fedi", "serve"], env=environment, stdout=log, stderr=log
        )
    try:
        wait_for_port()
        time.sleep(2)  # until every process is up and quiet
        yield Served(path, process.pid, token)
    except BaseException:
        print((folder / "log").read_text(errors="replace")[-3_000:], file=sys.stderr)
        raise
    finally:
        process.terminate()
        process.wait(30)


async def _prepare(path: Path, followers: Sequence[tuple[str, str]]) -> str:
    """Found the house and give it its followers; a token of somebody who may speak."""
    async with opened_house(load(path, {}), founding=True) as house:
        await found(house.performer, "Benk")
        new = NewActor(kind=ActorKind.ORGANIZATION, username="ikt", name="IKT-teamet")
        department = await add_actor(house.performer, new)
        anne, _ = await add_person(house.performer, "anne", "Anne Berg")
        await let_speak(house.performer, anne, department, Role.AUTHOR)
        made = [follower(house.performer.new_id(), host, kind) for host, kind in followers]
        await _followed(house, department, made)
        return await new_token(house.performer, anne, department, "read write")


class Memory:
    """The most that a family of processes held (PSS, MiB), looked at four times a second."""

    def __init__(self, pid: int) -> None:
        self.most = pss(pid)
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._over.wait(0.25):
            self.most = max(self.most, pss(self._pid))

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


async def _delivered(path: Path, wanted: int, moment: Callable[[], float]) -> float:
    """Wait until so many are noted as delivered; seconds that `moment` had counted then."""
    async with opened_house(load(path, {})) as house:
        while True:
            found = await house.engine.glance(
                lambda tx: tx.one("SELECT coalesce(sum(delivered), 0) FROM activity")
            )
            if found is not None and found[0] >= wanted:
                return moment()
            await asyncio.sleep(0.01)


def measure(case: Case, their: Peers) -> list[Row]:
    """Post once to everybody and wait for the last."""
    hosts = [f"h{n:04}.lab.test" for n in range(sized(case.hosts) if case.hosts > 1 else 1)]
    count = sized(case.inboxes)
    followers = [(hosts[n % len(hosts)], case.kind) for n in range(count)]
    with tempfile.TemporaryDirectory() as name, served(Path(name), their, followers) as house:
        before = cpu(house.pid)
        with Memory(house.pid) as memory:
            answered = house.post(TEXT)
            seconds = asyncio.run(
                _delivered(house.path, count, lambda: time.monotonic() - answered)
            )
        micros = (cpu(house.pid) - before) / count * 1e6
        assert len(their.arrived(case.kind)) == count
    return [
        Row(f"{case.name}, seconds", seconds, micros, at_most=case.seconds,
            note=f"{count / seconds:.0f}/s"),
        Row(f"{case.name}, most memory (PSS), MiB", memory.most, at_most=case.mebibytes),
    ]  # fmt: skip


def black_holes(their: Peers) -> list[Row]:
    """Posts to servers that never answer and ten that do: how long the ten wait."""
    silent = [(f"s{n:04}.lab.test", "silent") for n in range(sized(SILENT))]
    good = [(f"g{n:02}.lab.test", "quick") for n in range(GOOD)]
    waits: list[float] = []
    with tempfile.TemporaryDirectory() as name, served(Path(name), their, silent + good) as house:
        before = cpu(house.pid)
        with Memory(house.pid) as memory:
            for number in range(QUIET_POSTS):
                answered = house.post(f"Nummer {number}")
                arrived: list[float] = []
                while len(arrived) < GOOD and time.monotonic() < answered + 60:
                    time.sleep(0.02)
                    arrived += their.arrived("quick")
                waits += [max(0.0, moment - answered) for moment in arrived]
                waits += [60.0] * (GOOD - len(arrived))
        micros = (cpu(house.pid) - before) / QUIET_POSTS * 1e6
        their.arrived("silent")
    p99 = sorted(waits)[int(len(waits) * 0.99)]
    words = f"{len(silent):,} black holes beside {GOOD} good hosts"
    return [
        Row(f"{words}: the good, p99 s", p99, micros, at_most=2.0, note="CPU of a post"),
        Row(f"{words}: memory, MiB", memory.most),
    ]


def only() -> str:
    """The words of --only: cases whose names hold them."""
    return sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""


async def main() -> list[Row]:
    """Every case in turn, each with a house of its own."""
    more_files()
    return await asyncio.to_thread(_all)


def _all() -> list[Row]:
    rows: list[Row] = []
    folder = Path(tempfile.mkdtemp(prefix="fedi-bench-"))
    try:
        with peers(folder) as their:
            for case in CASES:
                if only() in case.name:
                    rows += measure(case, their)
            if only() in "black holes":
                rows += black_holes(their)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return rows
