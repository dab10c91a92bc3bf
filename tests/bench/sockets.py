"""Fan-out to many WebSockets: one writes, all who follow hear it at home. For client.py."""

import asyncio
import os
import time
from base64 import b64encode

from tests.bench.inbox import PORT, cpu
from tests.bench.load import asking, loaded
from tests.bench.stored import Stored


class _Socket(asyncio.Protocol):
    """Counts the frames that come, and looks at nothing in them."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._data = b""
        self._open = False
        self.heard = 0
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        key = b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /api/v1/streaming?stream=user HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\n"
            f"Authorization: Bearer {self._token}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._data += data
        if not self._open:
            if b"\r\n\r\n" not in self._data:
                return
            head, self._data = self._data.split(b"\r\n\r\n", 1)
            if not head.startswith(b"HTTP/1.1 101"):
                self.ready.set_exception(ConnectionError(head[:200].decode("latin-1")))
                return
            self._open = True
            self.ready.set_result(None)
        while len(self._data) >= 2:
            size, start = self._data[1], 2
            if size == 126:
                size, start = int.from_bytes(self._data[2:4]), 4
            elif size == 127:
                size, start = int.from_bytes(self._data[2:10]), 10
            if len(self._data) < start + size:
                return
            self.heard += (self._data[0] & 0x0F) == 1
            self._data = self._data[start + size :]


async def fan_out(pid: int, known: Stored, sockets: int, posts: int) -> tuple[float, float]:
    """Return events a second from the first post's request to the last event, and the CPU of one
    (µs), posting included."""
    loop = asyncio.get_running_loop()
    opened: list[tuple[asyncio.Transport, _Socket]] = []
    for number in range(sockets):
        token = known.hearers[number % len(known.hearers)]
        made = await loop.create_connection(lambda t=token: _Socket(t), "127.0.0.1", PORT)  # type: ignore[misc]
        await made[1].ready
        opened.append(made)
    await asyncio.sleep(1)
    form = {"visibility": "public", "status": "Vannet er tilbake i hele sentrum. " * 6}
    requests = [
        asking("/api/v1/statuses", known.writers[0], {**form, "status": f"{form['status']}{n}"})
        for n in range(posts)
    ]
    before, started, wanted = cpu(pid), time.perf_counter(), posts * sockets
    found = await loaded(iter(requests), clients=4)
    assert set(found.statuses) == {200}, found.statuses
    until = time.perf_counter() + 60
    while sum(one.heard for _, one in opened) < wanted and time.perf_counter() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    seconds, heard = time.perf_counter() - started, sum(one.heard for _, one in opened)
    assert heard >= wanted, f"{heard} of {wanted} events were heard"
    micros = (cpu(pid) - before) / wanted * 1e6
    for transport, _ in opened:
        transport.close()
    return wanted / seconds, micros
