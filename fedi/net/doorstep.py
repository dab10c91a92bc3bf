"""uvicorn's HTTP protocol, held to bounds that it lacks: how large a request's head is, how slow
head and body come, and how long an answer may wait to be taken.

Without them one line of headers takes any amount of memory, and a byte now and then holds a
connection for ever (security.md trials 21 and 31). How large a body may be, whoever reads it says.
fedi/roles.py opens the web role with it.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

SOCKET: Final = "unix"
"""Who calls at a socket in the file system: a reverse proxy, which tells whom it calls for."""
MAX_HEAD: Final = 32_768
"""Bytes of request line and headers together."""
HEAD_SECONDS: Final = 15.0
"""From a connection's first moment, or a request's first byte, until its head is whole."""
BODY_SECONDS: Final = 30.0
BODY_RATE: Final = 1_000
"""Seconds in which a body may come, and bytes of it that give a second more: whoever sends slower
is let go, however large the body is to be."""
TAKING_SECONDS: Final = 60.0
"""For the other side to take some of an answer that it has asked for."""

_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class _HeadTooLarge(Exception):
    """Ends the parsing of a request whose head is over the limit."""


class Doorstep(HttpToolsProtocol):
    """One connection; closed where a head is too large, or it or a body does not come in time."""

    _late: asyncio.TimerHandle | None = None
    _untaken: asyncio.TimerHandle | None = None
    _slow: asyncio.TimerHandle | None = None
    _in_head = False
    _in_body = False
    _pending = 0
    _came = 0
    _since = 0.0
    _too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client is None:
            self.client = (SOCKET, 0)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        self._whole()
        self._taken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._taken()
        self._untaken = self.loop.call_later(TAKING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._taken()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_body and self._slow is None:
            self._since = self.loop.time()
            self._slow = self.loop.call_later(BODY_SECONDS, self._look_at_body)
        if not self._in_head or self.transport.is_closing():
            return
        self._pending += len(data)
        if self._pending > MAX_HEAD:
            self._refuse()
        elif self._late is None:
            self._wait()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._pending = True, 0

    def on_headers_complete(self) -> None:
        self._in_head, self._in_body, self._came = False, True, 0
        self._arrived()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > MAX_HEAD:
            self._too_large = True
            raise _HeadTooLarge
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._came += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._whole()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        if self._too_large:
            self._refuse()
        elif not self.transport.is_closing():
            super().send_400_response(msg)

    def _refuse(self) -> None:
        self.transport.write(_TOO_LARGE)
        self.transport.close()

    def _wait(self) -> None:
        self._late = self.loop.call_later(HEAD_SECONDS, self._close)

    def _close(self) -> None:
        self._late = None
        if not self.transport.is_closing():
            self.transport.close()

    def _look_at_body(self) -> None:
        """Close where a body comes too slowly, for as long as it is this side that waits for it."""
        self._slow = None
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        now = self.loop.time()
        if self.flow.read_paused:
            self._since = now
        left = self._since + BODY_SECONDS + self._came / BODY_RATE - now
        if left > 0:
            self._slow = self.loop.call_later(left, self._look_at_body)
        else:
            self.transport.close()

    def _whole(self) -> None:
        self._in_body = False
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None

    def _arrived(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _taken(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None
