"""Our HTTP/1.1 engine: every request that leaves this server goes through Sender.send.

Guard (guard.py, names.py), then a turn (so many at once, so many per host), then a kept or new
connection (pool.py, connection.py), then one exchange (wire.py), all under one total deadline.
Redirects are not followed here. Delivery calls it directly; everything else through client.py.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from actors.errors import FetchError, FetchTimeout
from fedi.net.connection import Connection, dial, tls_context
from fedi.net.failures import Reason, broken, reason_of, refused
from fedi.net.guard import Rules, Target, canonical_url, check_target
from fedi.net.names import Names, Resolver, SystemResolver
from fedi.net.pool import Line, Pool
from fedi.net.wire import AnswerReader

USER_AGENT = "fedi"
_ANSWER_TO_POST = 65_536
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_SET_HERE = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "keep-alive"}
    | {"te", "trailer", "upgrade", "expect", "proxy-connection"}
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `deadline` is seconds for everything, waiting for a turn included.

    `max_body` is bytes after decompression. `cut` is for whoever wants only the status, such as
    delivery: the first `max_body` bytes are kept and the rest is left unread.
    """

    method: str
    url: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    deadline: float = 10.0
    max_body: int = 1_000_000
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, whatever its status; header names in lower case, `url` in canonical form."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    url: str
    elapsed_ms: int

    def header(self, name: str) -> str | None:
        """Give the first header of that (lower-case) name."""
        return next((value for key, value in self.headers if key == name), None)


class _Progress:
    """How far a request has come, for the words of its timeout."""

    __slots__ = ("reason",)

    def __init__(self) -> None:
        self.reason = Reason.BUSY


class Sender:
    """Sends requests under our rules and limits; one for each process and kind of work."""

    def __init__(
        self,
        rules: Rules,
        *,
        resolver: Resolver | None = None,
        per_host: int = 2,
        in_flight: int = 256,
        max_open: int = 512,
        idle_seconds: float = 20.0,
        user_agent: str = USER_AGENT,
    ) -> None:
        self._rules = rules
        self._names = Names(rules, resolver or SystemResolver())
        self._pool = Pool(per_host=per_host, max_open=max_open, idle_seconds=idle_seconds)
        self._turn = asyncio.Semaphore(in_flight)
        self._user_agent = user_agent
        self._closed = False

    @property
    def rules(self) -> Rules:
        """The rules every request is held to."""
        return self._rules

    @property
    def user_agent(self) -> str:
        """What we call ourselves where a request names nothing else."""
        return self._user_agent

    @property
    def open_connections(self) -> int:
        """How many connections are open now, idle ones included."""
        return self._pool.open

    @property
    def known_peers(self) -> int:
        """How many peers have a request or a connection now."""
        return self._pool.peers

    async def send(self, request: Request) -> Response:
        """Send a request and give the answer, of any status; FetchRefused or FetchTimeout if none.

        A kept connection that turns out closed before a byte of the answer came is replaced once,
        so the other side may see a request twice only if it dropped the first unanswered.
        """
        target = canonical_url(request.url)
        check_target(target, self._rules)
        data = _written(request, target, self._user_agent)
        loop = asyncio.get_running_loop()
        started = loop.time()
        progress = _Progress()
        try:
            async with asyncio.timeout(request.deadline):
                reader = await self._in_turn(target, request, data, progress)
        except TimeoutError:
            detail = f"{target.authority}: {request.deadline:g} s in all"
            raise broken(progress.reason, detail) from None
        elapsed = round((loop.time() - started) * 1000)
        return Response(reader.status, reader.headers, reader.body, target.url, elapsed)

    async def post(
        self, url: str, headers: list[tuple[str, str]], body: bytes, deadline: float
    ) -> tuple[int, list[tuple[str, str]]]:
        """Deliver bytes to an inbox and give status and headers: the port delivery asks for.

        `deadline` is in seconds. What the inbox says besides is read so far as it is short.
        """
        answer = await self.send(
            Request("POST", url, headers, body, deadline, max_body=_ANSWER_TO_POST, cut=True)
        )
        return answer.status, answer.headers

    async def check(self, url: str, *, deadline: float = 3.0) -> None:
        """Raise FetchRefused for a URL that `send` would refuse, what its name resolves to
        included. A name without an answer within `deadline` seconds passes: it is asked again
        when something is sent."""
        target = canonical_url(url)
        check_target(target, self._rules)
        with suppress(FetchTimeout, TimeoutError):
            async with asyncio.timeout(deadline):
                await self._names.endpoints(target)

    async def close(self) -> None:
        """End every connection; requests under way fail."""
        self._closed = True
        await self._names.close()
        await self._pool.close()

    async def _in_turn(
        self, target: Target, request: Request, data: bytes, progress: _Progress
    ) -> AnswerReader:
        if self._closed:
            raise broken(Reason.CLOSED)
        line = self._pool.enter(target.peer)
        try:
            # The host's turn first: waiting for a slow host must not use up everybody's turns.
            async with line.turn, self._turn:
                return await self._exchange(line, target, request, data, progress)
        finally:
            self._pool.leave(line)

    async def _exchange(
        self, line: Line, target: Target, request: Request, data: bytes, progress: _Progress
    ) -> AnswerReader:
        new_reader = partial(AnswerReader, request.method, request.max_body, cut=request.cut)
        kept = self._pool.take(line)
        if kept is not None:
            progress.reason = Reason.SLOW
            reader = new_reader()
            try:
                await kept.exchange(data, reader)
            except FetchError as error:
                if reader.started or reason_of(error) is not Reason.RESET:
                    raise
            else:
                self._pool.give_back(line, kept)
                return reader
        progress.reason = Reason.CONNECT
        connection = await self._dialled(target)
        progress.reason = Reason.SLOW
        reader = new_reader()
        await connection.exchange(data, reader)
        self._pool.give_back(line, connection)
        return reader

    async def _dialled(self, target: Target) -> Connection:
        endpoints = await self._names.endpoints(target)
        context = tls_context(self._rules.ca_file) if target.scheme == "https" else None
        connection = None
        self._pool.begin_dial()
        try:
            connection = await dial(target, endpoints, context, self._pool.lost)
        finally:
            self._pool.end_dial(connection)
        if self._closed:
            connection.abort()
            raise broken(Reason.CLOSED)
        return connection


def _written(request: Request, target: Target, user_agent: str) -> bytes:
    """Write the request's bytes; FetchRefused for a method or header that would not stay one."""
    if request.method not in _METHODS:
        raise refused(Reason.PROTOCOL, "method")
    lines = [
        f"{request.method} {target.path_query} HTTP/1.1",
        f"Host: {target.authority}",
        "Accept-Encoding: gzip",
    ]
    named = False
    for name, value in request.headers:
        lower = name.lower()
        if lower in _SET_HERE:
            if lower == "host" and value != target.authority:
                raise refused(Reason.PROTOCOL, "Host differs from the URL")
            continue
        named = named or lower == "user-agent"
        lines.append(f"{name}: {value}")
    if not named:
        lines.append(f"User-Agent: {user_agent}")
    if request.body or request.method not in ("GET", "HEAD", "DELETE"):
        lines.append(f"Content-Length: {len(request.body)}")
    head = "\r\n".join(lines)
    breaks = len(lines) - 1
    if head.count("\n") != breaks or head.count("\r") != breaks or "\0" in head:
        raise refused(Reason.PROTOCOL, "line break in a header")
    if not head.isascii():
        raise refused(Reason.PROTOCOL, "header outside ASCII")
    return b"".join((head.encode("ascii"), b"\r\n\r\n", request.body))
