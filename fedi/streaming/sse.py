"""Server-sent events: GET /api/v1/streaming/<stream>, as Mastodon has it, with `id:` besides.

First a smile, then events, and `:thump` every 15 seconds, so that nobody between takes the silence
for the end. A browser that comes back tells the last id it has in Last-Event-ID.
"""

import asyncio
from contextlib import suppress
from typing import Final

from actors.errors import FediError, Invalid
from fedi.mastodon.asking import CORS, reply_to, send_reply
from fedi.net.answer import Header, Receive, Scope, Send, respond
from fedi.net.dispatch import RawHandler
from fedi.oauth.callers import Callers
from fedi.streaming.entering import Entry, entry
from fedi.streaming.hub import Hub
from fedi.streaming.listener import LEFT, Listener

THUMP_SECONDS: Final = 15.0
_CLOSE_SECONDS: Final = 1.0
_HEADERS: Final[tuple[Header, ...]] = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    *CORS,
)
_JSON: Final = (b"content-type", b"application/json; charset=utf-8")
_TEXT: Final = b"text/plain; charset=utf-8"


APART: Final[Header] = (b"fedi-streaming", b"apart")
"""Told where processes of their own answer, so that `fedi doctor` sees where a proxy leads."""


def health(*more: Header) -> RawHandler:
    """Return the handler of GET /api/v1/streaming/health; `more` headers go along."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, 200, _TEXT, b"OK", more)

    return handle


class EventSource:
    """The ASGI handler of every stream over HTTP."""

    def __init__(self, hub: Hub, callers: Callers, *, thump_seconds: float = THUMP_SECONDS) -> None:
        self._hub = hub
        self._callers = callers
        self._thump_seconds = thump_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            came = await entry(scope, self._callers)
            if came.wanted is None:
                raise Invalid("Unknown stream type")
            await self._hub.check(came.caller, came.wanted.stream)
            listener = came.listener()
            await self._hub.join(listener)
        except FediError as problem:
            await send_reply(scope, send, reply_to(problem), [_JSON, *CORS])
            return
        try:
            await self._stream(came, listener, receive, send)
        finally:
            self._hub.leave(listener)

    async def _stream(self, came: Entry, listener: Listener, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
        await _say(send, b":)\n")
        if came.wanted is not None:
            await self._hub.subscribe(listener, came.wanted, came.last)
        tasks = [
            asyncio.create_task(_gone(receive)),
            asyncio.create_task(self._write(listener, send)),
        ]
        for task in tasks:
            task.add_done_callback(lambda _: listener.end(LEFT))
        try:
            await listener.over.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if listener.ended != LEFT:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await _say(send, b"", more=False)

    async def _write(self, listener: Listener, send: Send) -> None:
        loop = asyncio.get_running_loop()
        while listener.ended is None:
            taken = await listener.next(self._thump_seconds)
            said = b"".join(message.sse() for message, _ in taken)
            listener.sending = loop.time()  # the hub looks how long ago that was
            await _say(send, said or b":thump\n")
            listener.sending = None


async def _say(send: Send, data: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": more})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
