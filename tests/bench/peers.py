"""Other servers for the benchmark, in a process of their own: quick, slow, over TLS, and silent.

They tell when each request was whole (time.monotonic, the same clock in every process), so that
a delivery's time is taken where it arrives. Next: tests/bench/deliveries.py.
"""

import asyncio
import multiprocessing
import resource
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import cast

import trustme
import uvloop

ANSWER = (
    b"HTTP/1.1 202 Accepted\r\nServer: peer\r\nDate: Sun, 06 Nov 2026 08:49:37 GMT\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 0\r\nVary: Accept\r\n\r\n"
)
LAST = ANSWER.replace(b"Content-Length", b"Connection: close\r\nContent-Length")
KINDS = ("quick", "slow", "tls", "silent")
SLOW_SECONDS = 0.3


class Inbox(asyncio.Protocol):
    """Answers each request: at once, after a delay, by closing the connection, or never."""

    def __init__(self, kind: str, arrived: list[float]) -> None:
        self._kind = kind
        self._arrived = arrived
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
            self._arrived.append(time.monotonic())
            if self._kind == "slow":
                asyncio.get_running_loop().call_later(SLOW_SECONDS, self._answer)
            elif self._kind != "silent":
                self._answer()

    def _answer(self) -> None:
        last = self._kind == "tls"
        self._transport.write(LAST if last else ANSWER)
        if last:
            self._transport.close()


@dataclass(frozen=True)
class Peers:
    """Where they listen, by kind, and what they say of what has reached them."""

    ports: dict[str, int]
    ca_file: Path
    pipe: "Pipe"

    def arrived(self, kind: str) -> list[float]:
        """When each request to peers of this kind was whole, since it was last asked."""
        self.pipe.send(kind)
        return cast(list[float], self.pipe.recv())


def more_files() -> None:
    """Let this process and its children hold as many sockets as the system allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _serve(pipe: "Pipe", certificate: str) -> None:
    arrived: dict[str, list[float]] = {kind: [] for kind in KINDS}

    def asked() -> None:
        kind = pipe.recv()
        pipe.send(arrived[kind])
        arrived[kind].clear()

    async def run() -> None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        loop, ports, servers = asyncio.get_running_loop(), {}, []
        for kind in KINDS:
            server = await loop.create_server(
                lambda kind=kind: Inbox(kind, arrived[kind]),
                "127.0.0.1",
                0,
                ssl=tls if kind == "tls" else None,
                backlog=4_096,
            )
            servers.append(server)
            ports[kind] = server.sockets[0].getsockname()[1]
        pipe.send(ports)
        loop.add_reader(pipe.fileno(), asked)
        await asyncio.gather(*(server.serve_forever() for server in servers))

    more_files()
    uvloop.run(run())


@contextmanager
def peers(folder: Path) -> Iterator[Peers]:
    """Start them; their names end in .lab.test, their authority is in `folder`."""
    authority = trustme.CA()
    ca, certificate = folder / "ca.pem", folder / "peer.pem"
    authority.cert_pem.write_to_path(ca)
    authority.issue_cert("*.lab.test").private_key_and_cert_chain_pem.write_to_path(certificate)
    spawn = multiprocessing.get_context("spawn")
    mine, theirs = multiprocessing.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, str(certificate)), daemon=True)
    process.start()
    try:
        yield Peers(mine.recv(), ca, mine)
    finally:
        process.terminate()
        process.join()
