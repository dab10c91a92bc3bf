"""A light load of HTTP/1.1 requests over connections that are kept: rates and how long each took.

Nothing is parsed but the status and the length of an answer, so that the load costs little beside
the server it shares the machine with. For tests/bench/client.py.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.bench.inbox import PORT

CLIENTS = 16


@dataclass
class Loaded:
    """What came of a load. `took` in seconds, one for each answer; `bytes` is of the last one."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    bytes: int = 0

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds

    def within(self, share: float) -> float:
        """Return the milliseconds that a share of the answers stayed within."""
        return sorted(self.took)[min(len(self.took) - 1, int(len(self.took) * share))] * 1e3


def asking(path: str, token: str, form: dict[str, str] | None = None) -> bytes:
    """Return a request as an app sends it: a GET, or a POST where there is a form."""
    body = b"" if form is None else urlencode(form).encode()
    kind = "" if form is None else (
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    )  # fmt: skip
    head = (
        f"{'GET' if form is None else 'POST'} {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\n"
        f"Authorization: Bearer {token}\r\nAccept: application/json\r\n{kind}\r\n"
    )
    return head.encode() + body


class _Client(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last is whole."""

    def __init__(self, requests: Iterator[bytes], loaded: Loaded) -> None:
        self._requests = requests
        self._loaded = loaded
        self._transport: asyncio.Transport
        self._missing = 0
        self._head = b""
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def _next(self) -> None:
        raw = next(self._requests, None)
        if raw is None:
            self._transport.close()
            self.over.set_result(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(raw)

    def data_received(self, data: bytes) -> None:
        if self._missing:
            self._missing -= len(data)
        else:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            at = self._head.lower().index(b"content-length:") + 15
            length = int(self._head[at : self._head.index(b"\r\n", at)])
            status = int(self._head[9:12])
            self._loaded.statuses[status] = self._loaded.statuses.get(status, 0) + 1
            self._loaded.bytes = length
            self._missing, self._head = length - (len(self._head) - end - 4), b""
        if self._missing <= 0:
            self._loaded.took.append(time.perf_counter() - self._sent)
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(exc or ConnectionError("the server closed the connection"))


async def loaded(requests: Iterator[bytes], clients: int = CLIENTS) -> Loaded:
    """Send all requests, one after the other on each of the connections."""
    loop, found = asyncio.get_running_loop(), Loaded()
    started = time.perf_counter()
    made = [
        await loop.create_connection(lambda: _Client(requests, found), "127.0.0.1", PORT)
        for _ in range(clients)
    ]
    await asyncio.gather(*(client.over for _, client in made))
    found.seconds = time.perf_counter() - started
    return found


def for_seconds(seconds: float, make: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield requests, made from their number, until a time is over."""
    until, number = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        yield make(number)
        number += 1
