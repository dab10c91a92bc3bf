"""The WebSocket at /api/v1/streaming: any number of streams on one connection.

`{"type": "subscribe", "stream": "user"}`, with `tag` or `list` where one is needed, and the same to
unsubscribe; a stream may also be named in the address. What is sent begins with what comes;
`last_event_id` in the address or a message asks for what was missed, and adds `id` to messages.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Any, Final

import msgspec

from actors.errors import FediError, Invalid, TooMany
from fedi.mastodon.asking import reply_to
from fedi.net.answer import Receive, Scope, Send
from fedi.oauth.callers import Callers
from fedi.streaming.entering import Entry, entry, query_of
from fedi.streaming.hub import Hub
from fedi.streaming.listener import LEFT, Listener
from fedi.streaming.streams import Wanted, wanted

LONGEST: Final = 4_096
"""Characters of a message that an app may send."""
MOST_MESSAGES: Final = 60
"""Messages of one app in PER_SECONDS; more wait their turn, and the app with them."""
PER_SECONDS: Final = 10.0
_CLOSE_SECONDS: Final = 1.0
_logger = logging.getLogger("fedi.streaming")


class Sockets:
    """The ASGI handler of WebSockets."""

    def __init__(self, hub: Hub, callers: Callers) -> None:
        self._hub = hub
        self._callers = callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        protocols = scope.get("subprotocols") or []
        try:
            came = await entry(scope, self._callers, protocols)
            if came.wanted is not None:
                await self._hub.check(came.caller, came.wanted.stream)
            listener = came.listener()
            await self._hub.join(listener)
        except FediError as problem:
            await _refuse(send, problem)
            return
        try:
            # A browser closes the connection unless the subprotocol that it offered comes back.
            accept = {"type": "websocket.accept", "subprotocol": next(iter(protocols), None)}
            await send(accept)
            await _Connection(self._hub, listener, scope, send).run(came, receive)
        finally:
            self._hub.leave(listener)


class _Connection:
    """One socket that was let in."""

    def __init__(self, hub: Hub, listener: Listener, scope: Scope, send: Send) -> None:
        self._hub = hub
        self._listener = listener
        self._send = send
        self._with_ids = "last_event_id" in query_of(scope)

    async def run(self, came: Entry, receive: Receive) -> None:
        """Hear and say until one side has enough, whatever the other has still to take."""
        listener = self._listener
        tasks = [
            asyncio.create_task(self._read(came, receive)),
            asyncio.create_task(self._write()),
        ]
        for task in tasks:
            task.add_done_callback(lambda _: listener.end(LEFT))
        try:
            await listener.over.wait()
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for problem in ended:
            if isinstance(problem, Exception) and not isinstance(problem, OSError):
                _logger.warning("a socket ended early", exc_info=problem)
        if listener.ended != LEFT:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self._send({"type": "websocket.close", "code": listener.ended})

    async def _write(self) -> None:
        listener, loop = self._listener, asyncio.get_running_loop()
        while listener.ended is None:
            taken = await listener.next(None)
            for message, label in taken:
                listener.sending = loop.time()  # the hub looks how long ago that was
                await self._send(message.socket(label, with_id=self._with_ids))
            listener.sending = None

    async def _read(self, came: Entry, receive: Receive) -> None:
        loop = asyncio.get_running_loop()
        if came.wanted is not None:
            await self._hub.subscribe(self._listener, came.wanted, came.last)
        began, count = loop.time(), 0
        while True:
            message = await receive()
            if message["type"] != "websocket.receive":
                return
            count += 1
            if count > MOST_MESSAGES:
                await asyncio.sleep(max(0.0, began + PER_SECONDS - loop.time()))
                began, count = loop.time(), 1
            answer = await self._heard(message.get("text") or "")
            if answer is not None:
                await self._send({"type": "websocket.send", "text": answer})

    async def _heard(self, text: str) -> str | None:
        """Do what an app says; the error to answer, if it can't be done."""
        try:
            asked = _asked(text)
            if asked is None:
                return None
            subscribes, stream, last = asked
            if subscribes:
                await self._hub.check(self._listener.caller, stream.stream)
                self._with_ids = self._with_ids or last is not None
                await self._hub.subscribe(self._listener, stream, last or "")
            else:
                self._hub.unsubscribe(self._listener, stream.stream)
        except FediError as problem:
            status = reply_to(problem).status
            return msgspec.json.encode({"error": problem.sentence, "status": status}).decode()
        return None


def _asked(text: str) -> tuple[bool, Wanted, str | None] | None:
    """Return whether a message subscribes, to what, and since when; None for one that asks for
    nothing we know."""
    if len(text) > LONGEST:
        raise Invalid("This message is too long")
    try:
        said: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise Invalid("This message is not JSON") from None
    if not isinstance(said, dict) or said.get("type") not in ("subscribe", "unsubscribe"):
        return None
    last = said.get("last_event_id")
    stream = wanted(_text(said, "stream"), tag=_text(said, "tag"), list=_text(said, "list"))
    return said["type"] == "subscribe", stream, None if last is None else str(last)


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return str(value) if isinstance(value, str | int) else ""


async def _refuse(send: Send, problem: FediError) -> None:
    """Answer the request to open a socket as one that was never going to be (HTTP)."""
    reply = reply_to(problem)
    headers = [*reply.headers, (b"content-type", b"application/json; charset=utf-8")]
    if isinstance(problem, TooMany):
        headers.append((b"cache-control", b"no-store"))
    start = {"type": "websocket.http.response.start", "status": reply.status, "headers": headers}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": reply.body})
