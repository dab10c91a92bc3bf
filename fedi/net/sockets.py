"""uvicorn's WebSocket protocol, that does not wait for ever for a side that takes nothing.

Loaded with the library behind it when the first socket is opened: fedi/roles.py names `made` to
uvicorn, with how long a message may be and how often it asks whether the other side is there.
"""

import asyncio
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from fedi.net.doorstep import SOCKET, TAKING_SECONDS


class Socket(WebSocketsSansIOProtocol):
    """One WebSocket."""

    _untaken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self.client is None:
            self.client = (SOCKET, 0)

    def connection_lost(self, exc: Exception | None) -> None:
        self._taken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._taken()
        self._untaken = self.loop.call_later(TAKING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._taken()
        super().resume_writing()

    async def send(self, message: Any) -> None:
        """Send as the ASGI server does; a `frame` (see frames.py) in a message of text goes out as
        it is, which saves making it anew for each of many who are sent the same."""
        frame = message.get("frame")
        if frame is None or self.close_sent or not self.handshake_complete or self.conn.extensions:
            await super().send(message)
            if message["type"] == "websocket.http.response.body":
                # All is said; else the ASGI server logs every refusal as a fault of ours.
                self.handshake_complete = self.close_sent
            return
        if not self.writable.is_set():
            await self.writable.wait()
        if self.disconnected or self.transport.is_closing():
            raise ClientDisconnected
        self.transport.write(frame)

    def _taken(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None


def made(**given: Any) -> Socket:
    """Make the protocol of one connection, with what uvicorn gives it."""
    return Socket(**given)
