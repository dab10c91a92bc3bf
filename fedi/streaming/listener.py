"""One open connection: what it hears, and what waits to be sent to it, within bounds.

Whoever is too slow to take what is sent is let go: it comes back and catches up by other ways,
and nobody else waits for it. A listener's end is a code that both ways in know how to say.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Final, NamedTuple

from fedi.oauth.callers import Caller
from fedi.store.events import Place
from fedi.streaming.message import Message
from fedi.streaming.streams import Stream

Label = tuple[str, ...]
"""How messages name a stream: user, or hashtag and the tag as the app wrote it."""

MOST_WAITING: Final = 500
"""Messages that may wait for one connection."""
MOST_STREAMS: Final = 64
"""Streams that one connection may hear."""

LEFT: Final = 0
"""Its side has closed, and nothing is to be said."""
GOING_AWAY: Final = 1012
"""The server restarts (RFC 6455 registry): come back."""
REVOKED: Final = 1008
TOO_SLOW: Final = 1013


class Hearing(NamedTuple):
    """How a listener hears a stream: the label of its messages, and from where in the event table
    on, since what came up to there was sent already or is not asked for."""

    label: Label
    after: Place


class Listener:
    """Somebody who listens. `sending` is since when something is on its way to them (loop time)."""

    def __init__(self, caller: Caller, address: str) -> None:
        self.caller = caller
        self.address = address
        self.actor_id = caller.actor.id if caller.actor is not None else None
        self.notifications = caller.may("read:notifications")
        self.streams: dict[Stream, Hearing] = {}
        self.ended: int | None = None
        self.over = asyncio.Event()
        self.sending: float | None = None
        self._waiting: deque[tuple[Message, Label]] = deque()
        self._some = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many messages wait."""
        return len(self._waiting)

    def offer(self, message: Message, label: Label) -> None:
        """Have a message sent soon; ends a listener that has too many waiting."""
        if self.ended is not None:
            return
        if len(self._waiting) >= MOST_WAITING:
            self.end(TOO_SLOW)
            return
        self._waiting.append((message, label))
        self._some.set()

    def end(self, code: int) -> None:
        """Let go of it; what waits is not sent any more."""
        if self.ended is None:
            self.ended = code
            self._waiting.clear()
            self._some.set()
            self.over.set()

    async def next(self, timeout: float | None) -> list[tuple[Message, Label]]:
        """Return what waits, as soon as there is some; nothing after `timeout` seconds (None: no
        end), or once it is over."""
        if not self._waiting and self.ended is None:
            if timeout is None:
                await self._some.wait()
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(timeout):
                        await self._some.wait()
        self._some.clear()
        taken = list(self._waiting)
        self._waiting.clear()
        return taken
