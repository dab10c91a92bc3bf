"""uvicorn's HTTP protocol, held to bounds that it lacks: how large a request's head is, how slow,
and how long an answer may wait to be taken.

Without them one line of headers takes any amount of memory, and a byte now and then holds a
connection for ever (security.md trials 21 and 31). Bodies are bounded by whoever reads them.
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
TAKING_SECONDS: Final = 60.0
"""For the other side to take some of an answer that it has asked for."""

_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class _HeadTooLarge(Exception):
    """Ends the parsing of a request whose head is over the limit."""


class Doorstep(HttpToolsProtocol):
    """One connection; closed where a head is too large or does not come to its end in time."""

    _late: asyncio.TimerHandle | None = None
    _untaken: asyncio.TimerHandle | None = None
    _in_head = False
    _pending = 0
    _too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client is None:
            self.client = (SOCKET, 0)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
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
        self._in_head = False
        self._arrived()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > MAX_HEAD:
            self._too_large = True
            raise _HeadTooLarge
        super().on_headers_complete()

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

    def _arrived(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _taken(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None
