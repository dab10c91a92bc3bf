"""Who listens, and the one tail of the event table that they all hear.

Woken by the bus and looking twice a second, for where a supervisor of its own streams nothing may
wake it; so often, and when tokens are revoked, it also asks which tokens still hold, in one
statement. With nobody listening nothing is read. One hub for a process, on that process's loop.
"""

import asyncio
import logging
from collections import Counter
from contextlib import suppress
from typing import Final

from actors.errors import Forbidden, Invalid, TooMany
from actors.ports import Clock, Random
from fedi.bus import Bus
from fedi.oauth.callers import TOKENS, Caller
from fedi.store import events, lists, streaming
from fedi.store.engine import Engine, Tx
from fedi.store.events import Event, Place
from fedi.store.settings import STREAM_EPOCH, setting
from fedi.streaming.audience import Audience, Heard, Sending
from fedi.streaming.board import Board
from fedi.streaming.listener import GOING_AWAY, MOST_STREAMS, REVOKED, TOO_SLOW, Hearing, Listener
from fedi.streaming.message import Message, id_of, place_of
from fedi.streaming.streams import USER, Stream, Wanted, check
from fedi.streaming.telling import Telling

MOST_PER_TOKEN: Final = 20
MOST_PER_ADDRESS: Final = 2_000
"""Many, for a whole town hall may call from one address."""
MOST: Final = 10_000
SEND_SECONDS: Final = 30.0
"""For the other side to take what is sent."""
CLOSING_SECONDS: Final = 2.0
"""Over so long a time connections are closed at a stop, so that not all come back at once."""
REPLAYED_EVENTS: Final = 2_000
REPLAYED_MESSAGES: Final = 400
"""Whoever has missed more hears what comes from now on, and catches up by other ways."""
_LOOK_SECONDS: Final = 0.5
_AT_ONCE: Final = 200
_logger = logging.getLogger("fedi.streaming")


class Hub:
    """All listeners of one process."""

    def __init__(self, engine: Engine, bus: Bus, clock: Clock, random: Random) -> None:
        self._engine = engine
        self._bus = bus
        self._clock = clock
        self._random = random
        self._telling: Telling | None = None
        self._listeners: set[Listener] = set()
        self._streams: dict[Stream, dict[Listener, None]] = {}
        self._tokens: Counter[int] = Counter()
        self._addresses: Counter[str] = Counter()
        self._taken: Place | None = None
        self._beginning = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False
        self._board = Board()
        self._left = asyncio.Event()

    def open(self, telling: Telling) -> None:
        """Say how events become messages, before anybody joins."""
        self._telling = telling

    @property
    def listeners(self) -> int:
        """How many connections there are."""
        return len(self._listeners)

    @property
    def streams(self) -> dict[Stream, int]:
        """How many hear each stream."""
        return {stream: len(hearing) for stream, hearing in self._streams.items()}

    def heard(self) -> Counter[str]:
        """Return how many hear each kind of stream; all lists are one kind, and all hashtags."""
        found = Counter[str]()
        for stream, hearing in self._streams.items():
            found[stream.name] += len(hearing)
        return found

    # -- coming and going

    async def join(self, listener: Listener) -> None:
        """Let somebody listen. TooMany beyond what a token, an address or the process may hold."""
        if self._closing or len(self._listeners) >= MOST:
            raise TooMany("Too many connections; try again soon.", retry_after=5)
        token = listener.caller.token_id
        if self._tokens[token] >= MOST_PER_TOKEN:
            raise TooMany("This app has too many connections open.", retry_after=30)
        if self._addresses[listener.address] >= MOST_PER_ADDRESS:
            raise TooMany("Too many connections from your address.", retry_after=30)
        self._listeners.add(listener)
        self._tokens[token] += 1
        self._addresses[listener.address] += 1
        try:
            await self._begin()
        except BaseException:
            self.leave(listener)
            raise

    def leave(self, listener: Listener) -> None:
        """Forget somebody who has gone."""
        if listener not in self._listeners:
            return
        self._listeners.discard(listener)
        self._left.set()
        for stream in list(listener.streams):
            self.unsubscribe(listener, stream)
        token, address = listener.caller.token_id, listener.address
        self._tokens[token] -= 1
        self._addresses[address] -= 1
        if not self._tokens[token]:
            del self._tokens[token]
        if not self._addresses[address]:
            del self._addresses[address]

    async def check(self, caller: Caller, stream: Stream) -> None:
        """Raise Forbidden or Invalid where a caller may not hear a stream."""
        check(caller, stream)
        if stream.name == "list" and not await self._owns(caller, int(stream.key)):
            raise Forbidden("Not authorized to stream this list")

    async def _owns(self, caller: Caller, list_id: int) -> bool:
        me = caller.actor.id if caller.actor is not None else 0
        return await self._engine.glance(lambda tx: lists.one(tx, me, list_id)) is not None

    async def subscribe(self, listener: Listener, wanted: Wanted, last: str = "") -> None:
        """Let a listener hear a stream from now on; or from the event with the id `last` on, if it
        isn't too long ago and of this house's table. Invalid for too many streams."""
        if wanted.stream in listener.streams:
            return
        if len(listener.streams) >= MOST_STREAMS:
            raise Invalid("Too many streams on one connection")
        if last and self._telling is not None:
            after = place_of(self._telling.epoch, last)
            if after is not None:
                await self._replay(listener, wanted, after)
        if wanted.stream == USER and listener.actor_id is not None:
            me = listener.actor_id
            await self._engine.read(lambda tx: self._board.begin(tx, me))
        if listener in self._listeners:
            listener.streams[wanted.stream] = Hearing(wanted.label, self._taken or events.BEGINNING)
            self._streams.setdefault(wanted.stream, {})[listener] = None

    def unsubscribe(self, listener: Listener, stream: Stream) -> None:
        """Let a listener hear a stream no more."""
        listener.streams.pop(stream, None)
        hearing = self._streams.get(stream)
        if hearing is not None:
            hearing.pop(listener, None)
            if not hearing:
                del self._streams[stream]

    def hearing(self, stream: Stream, event: Event) -> list[Listener]:
        """Return who hears a stream and has not heard of this event (audience.Audience)."""
        return [
            one for one in self._streams.get(stream, ()) if one.streams[stream].after < event.place
        ]

    def lists(self, event: Event) -> list[Heard]:
        """Return who hears any list and has not heard of this event."""
        streams = [stream for stream in self._streams if stream.name == "list"]
        return [(one, stream) for stream in streams for one in self.hearing(stream, event)]

    async def close(self) -> None:
        """Let everybody go, each at a moment of its own, and stop."""
        self._closing = True
        loop = asyncio.get_running_loop()
        for one in self._listeners:
            loop.call_later(self._random.fraction() * CLOSING_SECONDS, one.end, GOING_AWAY)
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * CLOSING_SECONDS):
                while self._listeners:
                    self._left.clear()
                    await self._left.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    # -- the tail

    async def _begin(self) -> None:
        async with self._beginning:
            if self._taken is None:
                if self._telling is not None:
                    self._telling.epoch = await self._engine.read(_epoch)
                self._taken = await self._engine.read(events.newest)
            if not self._tasks:
                self._tasks = [
                    asyncio.create_task(self._follow()),
                    asyncio.create_task(self._watch()),
                ]

    async def _follow(self) -> None:
        with self._bus.listen("event") as woken:
            while True:
                await woken.wait(_LOOK_SECONDS)
                async with self._beginning:
                    if not self._listeners:
                        self._taken = None  # who comes next begins with what is new then
                        continue
                try:
                    while await self._tell_some():
                        continue
                except Exception:
                    _logger.exception("the event table could not be followed; tried again")

    async def _tell_some(self) -> bool:
        after = self._taken
        if after is None:
            return False
        found = await self._engine.read(lambda tx: events.read(tx, after, _AT_ONCE))
        if found:
            # From here on, who subscribes hears what follows these, or asks for them by itself.
            self._taken = found[-1].place
        for event in found:
            for one in await self._messages(event, self):
                one.listener.offer(one.message, one.label)
        return len(found) == _AT_ONCE

    async def _messages(self, event: Event, audience: Audience) -> list[Sending]:
        if self._telling is None:
            return []
        try:
            return await self._telling.messages(event, audience)
        except Exception:
            _logger.exception("an event of kind %s could not be told", event.kind)
            return []

    async def _replay(self, listener: Listener, wanted: Wanted, after: Place) -> None:
        """Offer what a listener has missed of a stream, up to what everybody has been told."""
        alone, sent, seen = _Alone(listener, wanted.stream), 0, 0
        listener.streams[wanted.stream] = Hearing(wanted.label, after)
        missed: list[Sending] = []
        try:
            while self._taken is not None and after < self._taken:
                place = after
                found = await self._engine.read(lambda tx, p=place: events.read(tx, p, _AT_ONCE))  # type: ignore[misc]
                found = [one for one in found if one.place <= (self._taken or one.place)]
                seen += len(found)
                if not found or seen > REPLAYED_EVENTS:
                    break
                for event in found:
                    missed += await self._messages(event, alone)
                after = found[-1].place
                sent = len(missed)
                if sent > REPLAYED_MESSAGES:
                    break
        finally:
            listener.streams.pop(wanted.stream, None)
        if seen <= REPLAYED_EVENTS and sent <= REPLAYED_MESSAGES:
            for one in missed:
                listener.offer(one.message, wanted.label)

    # -- who may still listen

    async def _watch(self) -> None:
        with self._bus.listen(TOKENS) as woken:
            while True:
                await woken.wait(_LOOK_SECONDS)
                try:
                    await self.let_go()
                    self.drop_stuck()
                    await self.look()
                except Exception:
                    _logger.exception("tokens and filters could not be looked at; tried again")

    async def let_go(self) -> None:
        """End the listeners whose token holds no more."""
        tokens, now = list(self._tokens), self._clock.now()
        if not tokens:
            return
        held = await self._engine.read(lambda tx: streaming.held(tx, tokens, now))
        gone = set(tokens) - held
        for one in list(self._listeners) if gone else ():
            if one.caller.token_id in gone:
                one.end(REVOKED)

    def drop_stuck(self) -> None:
        """End the listeners that take nothing of what is sent to them."""
        since = asyncio.get_running_loop().time() - SEND_SECONDS
        for one in list(self._listeners):
            if one.sending is not None and one.sending <= since:
                one.end(TOO_SLOW)

    async def look(self) -> None:
        """Tell of filters and announcements that have changed since the last look."""
        actors = {one.actor_id for one in self._listeners if one.actor_id is not None}
        if not actors:
            self._board.forget()
            return
        now = self._clock.now()
        news = await self._engine.read(lambda tx: self._board.look(tx, actors, now))
        id = id_of(self._telling.epoch if self._telling else "", self._taken or events.BEGINNING)
        everybody = [Message(name, payload, id) for name, payload in news.announced]
        changed = Message("filters_changed", None, id)
        for one in list(self._streams.get(USER, ())):
            label = one.streams[USER].label
            for message in everybody:
                one.offer(message, label)
            if one.actor_id in news.filters:
                one.offer(changed, label)


async def _epoch(tx: Tx) -> str:
    return await setting(tx, STREAM_EPOCH)


class _Alone:
    """An audience of one, for one stream."""

    def __init__(self, listener: Listener, stream: Stream) -> None:
        self._listener = listener
        self._stream = stream

    def hearing(self, stream: Stream, event: Event) -> list[Listener]:
        return [self._listener] if stream == self._stream else []

    def lists(self, event: Event) -> list[Heard]:
        return [(self._listener, self._stream)] if self._stream.name == "list" else []
