"""How fast posts leave: fan-out, signing, sending, recording, in one process, on loopback.

Run: python -m tests.bench.deliveries [--only NAME] [--plain-loop] [--profile]. The peers are in a
process of their own. Each line is one post of a department to followers with inboxes of their
own, from the activity row to the last 202 recorded: rates here are to be read as ratios.
"""

import argparse
import asyncio
import cProfile
import multiprocessing
import pstats
import resource
import ssl
import sys
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import cast

import trustme
import uvloop

from fedi.bus import LocalBus
from fedi.mailroom import HouseMailroom
from fedi.net.guard import Rules
from fedi.net.sender import Sender
from fedi.signing import SigningThreads
from fedi.store.engine import Engine, opened
from fedi.store.migrate import migrate
from outbox.worker import Worker
from tests.outbox.post_office import NOW, URLS, Chance, Office, remote_actor

ANSWER = (
    b"HTTP/1.1 202 Accepted\r\nServer: peer\r\nDate: Sun, 06 Nov 2026 08:49:37 GMT\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 0\r\nVary: Accept\r\n\r\n"
)
LAST = ANSWER.replace(b"Content-Length", b"Connection: close\r\nContent-Length")


@dataclass(frozen=True)
class Case:
    """One line of the table; `floor` is seconds that it must stay under, None for a rate."""

    name: str
    inboxes: int
    hosts: int
    delay: float = 0.0
    tls: bool = False
    floor: float | None = None


CASES = (
    Case("own inboxes on 200 hosts", 1_000, 200, floor=0.8),
    Case("own inboxes on 200 hosts, 0.3 s to answer", 1_000, 200, delay=0.3, floor=3.0),
    Case("own inboxes on 200 hosts, new TLS each", 1_000, 200, tls=True, floor=2.0),
    Case("own inboxes on 2,000 hosts", 10_000, 2_000),
    Case("to 1 host", 2_000, 1),
    Case("to 20 hosts", 2_000, 20),
    Case("to 200 hosts", 4_000, 200),
)


class Inbox(asyncio.Protocol):
    """Answers each request, after a delay, or by closing the connection."""

    def __init__(self, delay: float, last: bool) -> None:
        self._delay = delay
        self._last = last
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end].lower()
            at = head.index(b"content-length: ") + 16
            length = int(head[at:].partition(b"\r\n")[0])
            if len(self._buffer) < end + 4 + length:
                return
            self._buffer = self._buffer[end + 4 + length :]
            if self._delay:
                asyncio.get_running_loop().call_later(self._delay, self._answer)
            else:
                self._answer()

    def _answer(self) -> None:
        self._transport.write(LAST if self._last else ANSWER)
        if self._last:
            self._transport.close()


def serve(pipe: "Pipe", certificate: str) -> None:
    """Listen on three ports: at once, with a delay, and with TLS and one request a connection."""

    async def run() -> None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        loop, ports, servers = asyncio.get_running_loop(), [], []
        for delay, context in ((0.0, None), (0.3, None), (0.0, tls)):
            server = await loop.create_server(
                lambda delay=delay, context=context: Inbox(delay, context is not None),
                "127.0.0.1",
                0,
                ssl=context,
                backlog=4_096,
            )
            servers.append(server)
            ports.append(server.sockets[0].getsockname()[1])
        pipe.send(ports)
        await asyncio.gather(*(server.serve_forever() for server in servers))

    _more_files()
    uvloop.run(run())


class Now:
    def now(self) -> int:
        return time.time_ns() // 1_000_000


async def measure(case: Case, engine: Engine, ports: list[int], ca: str) -> str:
    """Run one case on a fresh database and return its line."""
    port = ports[2 if case.tls else 1 if case.delay else 0]
    names = [f"h{n:04}.lab.test" for n in range(case.hosts)]
    hosts = dict.fromkeys(names, f"127.0.0.1:{port}")
    office = await Office(engine, clock=Now(), hosts=hosts).open()  # type: ignore[arg-type]
    scheme = "https" if case.tls else "http"
    await office.followed_by(
        *(remote_actor(10 + n, names[n % case.hosts], scheme=scheme) for n in range(case.inboxes))
    )
    threads, bus = SigningThreads(2), LocalBus()
    rules = Rules(lab=True, hosts=hosts, ca_file=ca)
    sender = Sender(rules, per_host=2, in_flight=1_500, max_open=1_500)
    mailroom = HouseMailroom(
        engine=engine, sender=sender, threads=threads, bus=bus, urls=URLS, clock=office.clock,
        random=Chance(), worker="bench",
    )  # fmt: skip
    worker = Worker(mailroom)
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.05)
    await office.send(note=NOTE)
    wall, used = time.perf_counter(), time.process_time()
    bus.wake("outbox")
    expanded = None
    while True:
        await asyncio.sleep(0.01)
        ((total, delivered),) = await engine.glance(
            lambda tx: tx.rows("SELECT total, delivered FROM activity")
        )
        if expanded is None and total == case.inboxes:
            expanded = time.perf_counter() - wall
        if delivered == case.inboxes:
            break
    wall, used = time.perf_counter() - wall, time.process_time() - used
    worker.stop()
    await running
    await sender.close()
    threads.close()
    bus.close()
    floor = "" if case.floor is None else f"{'ok' if wall <= case.floor else 'SLOW'} {case.floor}"
    return (
        f"{case.name:44} {case.inboxes:6} {wall:7.2f} s {case.inboxes / wall:7.0f}/s"
        f" {used / case.inboxes * 1e6:6.0f} µs CPU  queued in {expanded or 0:5.2f} s"
        f"  peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:4} MiB  {floor}"
    )


NOTE = "<p>" + "Bystyret møtes torsdag klokken ti. " * 60 + "</p>"


async def run(case: Case, ports: list[int], ca: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with opened(f"sqlite://{folder}/fedi.db") as engine:
            await migrate(engine, now=NOW)
            print(await measure(case, engine, ports, ca), flush=True)


def _more_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _one(case: Case, ports: list[int], ca: str, plain: bool, profile: bool) -> None:
    """Measure a case in a process of its own, so that its memory is its own too."""
    _more_files()
    sys.setswitchinterval(0.0005)
    profiler = cProfile.Profile()
    if profile:
        profiler.enable()
    asyncio.run(run(case, ports, ca)) if plain else uvloop.run(run(case, ports, ca))
    if profile:
        profiler.disable()
        pstats.Stats(profiler).sort_stats("tottime").print_stats(45)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--only", default="")
    options.add_argument("--plain-loop", action="store_true")
    options.add_argument("--profile", action="store_true")
    chosen = options.parse_args()
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        authority = trustme.CA()
        ca, certificate = Path(folder, "ca.pem"), Path(folder, "peer.pem")
        authority.cert_pem.write_to_path(ca)
        authority.issue_cert("*.lab.test").private_key_and_cert_chain_pem.write_to_path(certificate)
        mine, theirs = multiprocessing.Pipe()
        peer = spawn.Process(target=serve, args=(theirs, str(certificate)), daemon=True)
        peer.start()
        ports = mine.recv()
        for case in CASES:
            if chosen.only in case.name:
                arguments = (case, ports, str(ca), chosen.plain_loop, chosen.profile)
                process = spawn.Process(target=_one, args=arguments)
                process.start()
                process.join()
        peer.terminate()


if __name__ == "__main__":
    main()
