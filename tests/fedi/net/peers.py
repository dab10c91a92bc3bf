"""Other servers for these tests: real sockets on loopback that answer as the test tells them."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import pytest
import uvloop

from actors.errors import FetchError
from fedi.net.failures import Reason, reason_of
from fedi.net.guard import Rules
from fedi.net.sender import Request, Sender

Run = Callable[[Awaitable[Any]], Any]
PATIENT = 60.0  # s; what a busy machine needs


def run_on(loop: str) -> Run:
    """Give an asyncio.run for the plain loop or for uvloop."""

    def run(main: Any) -> Any:
        factory = uvloop.new_event_loop if loop == "uvloop" else None
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(main)

    return run


@dataclass
class Asked:
    """A request as it reached the peer."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]


class Talk:
    """One connection at the peer's end."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: "Peer"
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._peer = peer

    async def request(self) -> Asked | None:
        """Read a request; None when the other side has closed."""
        try:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        first, *lines = head[:-4].split("\r\n")
        method, target, _ = first.split(" ")
        headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
        asked = Asked(method, target, headers, b"")
        length = asked.all("content-length")
        if length:
            asked.body = await self._reader.readexactly(int(length[0]))
        self._peer.requests.append(asked)
        return asked

    async def say(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def half_close(self) -> None:
        self._writer.write_eof()

    def reset(self) -> None:
        """Break the connection so that the other end sees a reset."""
        handle = self._writer.get_extra_info("socket")
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def closed(self) -> None:
        """Wait until the other side has closed."""
        with contextlib.suppress(ConnectionError):
            while await self._reader.read(65536):
                pass


Handler = Callable[[Talk], Awaitable[None]]


class Peer:
    """A server on loopback with a port of its own unless told; counts what reaches it."""

    def __init__(
        self,
        handler: Handler,
        tls: ssl.SSLContext | None = None,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._handler = handler
        self._where = (address, port)
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections = 0
        self.requests: list[Asked] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._accept, *self._where, ssl=self._tls, backlog=1024
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def open(self) -> int:
        """How many connections the peer's side still holds."""
        return len(self._tasks)

    @property
    def rules(self) -> Rules:
        """Lab rules by which every name in this list is this peer."""
        names = ["a.test", "b.test", "c.test"]
        return Rules(lab=True, hosts=dict.fromkeys(names, f"127.0.0.1:{self.port}"))

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._handler(Talk(reader, writer, self))
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()


def answering(answer: Callable[[Asked], bytes]) -> Handler:
    """Make a keep-alive server of a function from request to the answer's bytes."""

    async def handler(talk: Talk) -> None:
        while (asked := await talk.request()) is not None:
            await talk.say(answer(asked))

    return handler


def always(answer: bytes) -> Handler:
    return answering(lambda _: answer)


def ok(
    body: bytes = b"{}",
    content_type: str = "application/activity+json",
    *extra: str,
    status: int = 200,
) -> bytes:
    """Write a plain answer."""
    lines = [f"HTTP/1.1 {status} Words", f"Content-Length: {len(body)}", *extra]
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def redirect(location: str, status: int = 302) -> bytes:
    return ok(b"", "", f"Location: {location}", status=status)


HELLO = ok(b"hello", "text/plain")


@contextlib.asynccontextmanager
async def sending(rules: Rules, **options: Any) -> AsyncIterator[Sender]:
    sender = Sender(rules, **options)
    try:
        yield sender
    finally:
        await sender.close()


def get(url: str = "http://a.test/", **options: Any) -> Request:
    return Request("GET", url, **{"deadline": PATIENT, **options})


def post(url: str = "http://a.test/inbox", body: bytes = b"{}", **options: Any) -> Request:
    return Request("POST", url, [], body, **{"deadline": PATIENT, **options})


async def reason(sent: Awaitable[object]) -> Reason | None:
    with pytest.raises(FetchError) as caught:
        await sent
    return reason_of(caught.value)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENT):
        while not true():  # noqa: ASYNC110 - there is nobody who could set an event
            await asyncio.sleep(0.005)
