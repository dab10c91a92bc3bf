"""Follows the event table and pushes: what to tell is written down first, then sent, in the jobs
role. Two of these, on two machines, do each message once between them.

A service that answers with any 4xx but 408 and 429 knows the app no more, and its subscription
goes; everything else is tried again with growing pauses, for a day. A crash between sending and
writing it down sends once more, under the same notification's id (and RFC 8030 Topic).
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from actors.errors import FetchError, FetchRefused
from actors.ports import Clock, Random
from actors.urls import Urls
from fedi.bus import Bus
from fedi.net.client import parse_retry_after
from fedi.net.failures import Reason, reason_of
from fedi.net.guard import canonical_url
from fedi.net.sender import Request, Response, Sender
from fedi.push.encryption import Receiver, new_key, older, standard
from fedi.push.keys import Keys
from fedi.push.notice import notice
from fedi.push.subscriptions import Subscriptions
from fedi.store import events, push
from fedi.store.engine import Engine
from fedi.store.push import Due, Waiting

AT_ONCE: Final = 32
DEADLINE_SECONDS: Final = 10.0
TTL_SECONDS: Final = 172_800
"""How long a service may hold a push for a phone that is off (Mastodon's two days)."""
LEASE_MS: Final = 60_000
FIRST_PAUSE_MS: Final = 15_000
LONGEST_PAUSE_MS: Final = 3_600_000
GIVEN_UP_MS: Final = 7 * 24 * 3_600_000
"""A subscription that nothing has reached for so long goes."""
_LOOK_SECONDS: Final = 1.0
_SWEEP_SECONDS: Final = 60.0
_NOTED_EVERY_MS: Final = 60_000
_STOP_SECONDS: Final = 5.0
_ANSWER_BYTES: Final = 1_024
_KNOWN_STILL: Final = frozenset({408, 429})
_NEVER: Final = frozenset({Reason.URL, Reason.SCHEME, Reason.PORT, Reason.ADDRESS})
_logger = logging.getLogger("fedi.push")


class Pusher:
    """One process's part of pushing. `sender` is its own, and closed by whoever made it."""

    def __init__(
        self,
        *,
        engine: Engine,
        bus: Bus,
        clock: Clock,
        random: Random,
        urls: Urls,
        sender: Sender,
        subscriptions: Subscriptions,
    ) -> None:
        self._engine = engine
        self._bus = bus
        self._clock = clock
        self._random = random
        self._urls = urls
        self._sender = sender
        self._subscriptions = subscriptions
        self._seen: events.Place | None = None
        self._noted = 0
        self._running: set[asyncio.Task[None]] = set()
        self._some = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; what is under way then has a moment to end."""
        await self._subscriptions.keys()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._each(stop, "event", _LOOK_SECONDS, self.collect))
            group.create_task(self._each(stop, "push", _LOOK_SECONDS, self.send_some))
            group.create_task(self._each(stop, "tokens", _SWEEP_SECONDS, self.sweep))
        if self._running:
            await asyncio.wait(self._running, timeout=_STOP_SECONDS)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _each(
        self, stop: asyncio.Event, topic: str, seconds: float, work: Callable[[], Awaitable[bool]]
    ) -> None:
        """Do a piece of work again and again: at once while there is more, else when woken."""
        with self._bus.listen(topic) as listener:
            while not stop.is_set():
                try:
                    more = await work()
                except Exception:
                    _logger.exception("push: %s failed and is tried again", work.__name__)
                    more = False
                if not more:
                    waits = [
                        asyncio.ensure_future(listener.wait(seconds)),
                        asyncio.ensure_future(stop.wait()),
                    ]
                    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                    for wait in waits:
                        wait.cancel()

    # -- from events to messages

    async def collect(self) -> bool:
        """Write down what the next events give to tell; True while more of them follow.

        Most events concern no app, so it is looked first, and how far we looked is kept in memory
        and written now and then: looking at an event again finds nothing new.
        """
        if self._seen is None:
            self._seen = await self._engine.read(push.place)
            if self._seen is None:
                await self._engine.write(lambda tx: push.collect(tx, self._clock.now()))
                self._seen = await self._engine.read(push.place) or events.BEGINNING
        seen = self._seen
        found = await self._engine.read(lambda tx: push.news(tx, seen))
        now = self._clock.now()
        if found.place != seen and (found.concern or now - self._noted > _NOTED_EVERY_MS):
            while await self._engine.write(lambda tx: push.collect(tx, now)):
                continue
            self._noted = now
            self._bus.wake("push")
        self._seen = found.place
        return found.more

    # -- from messages to phones

    async def send_some(self) -> bool:
        """Begin to send what is due, as far as there are hands; True while more may be."""
        free = AT_ONCE - len(self._running)
        if free <= 0:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            return True
        now = self._clock.now()
        if not await self._engine.read(lambda tx: push.is_due(tx, now)):
            return False
        taken = await self._engine.write(lambda tx: push.lease(tx, now, now + LEASE_MS, free))
        ready = await self._engine.read(lambda tx: push.hydrate(tx, taken, now))
        keys = await self._subscriptions.keys()
        for one in taken:
            due = ready.get((one.subscription_id, one.notification_id))
            task = asyncio.create_task(self._one(one, due, keys))
            self._running.add(task)
            task.add_done_callback(self._ended)
        return len(taken) == free

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._running:
            await asyncio.wait(self._running)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _logger.error("a push failed and is tried again", exc_info=task.exception())

    async def _one(self, one: Waiting, due: Due | None, keys: Keys) -> None:
        if due is None:
            await self._engine.write(lambda tx: push.done(tx, one, reached=False))
            return
        try:
            answer = await self._sender.send(self._request(due, keys))
        except FetchError as problem:
            if isinstance(problem, FetchRefused) and reason_of(problem) in _NEVER:
                await self._drop(due, problem.detail)
            else:
                await self._again(one, due, problem.detail)
            return
        await self._answered(one, due, answer)

    def _request(self, due: Due, keys: Keys) -> Request:
        subscription, now = due.subscription, self._clock.now()
        bearer = keys.opened(subscription.bearer, subscription.token_id)
        encrypt = standard if subscription.standard else older
        sealed = encrypt(
            notice(due, bearer, self._urls),
            Receiver(subscription.p256dh, subscription.auth),
            secrets.token_bytes(16),
            new_key(),
        )
        target = canonical_url(subscription.endpoint)
        headers = [
            ("Content-Type", "application/octet-stream"),
            ("TTL", str(TTL_SECONDS)),
            ("Urgency", "normal"),
            ("Topic", f"{due.notification.id:x}"),
            *keys.vapid.headers(
                sealed,
                f"{target.scheme}://{target.authority}",
                now,
                standard=subscription.standard,
            ),
        ]
        return Request(
            "POST",
            subscription.endpoint,
            headers,
            sealed.body,
            DEADLINE_SECONDS,
            max_body=_ANSWER_BYTES,
            cut=True,
        )

    async def _answered(self, one: Waiting, due: Due, answer: Response) -> None:
        if 200 <= answer.status < 300:
            await self._engine.write(lambda tx: push.done(tx, one, reached=True))
        elif 400 <= answer.status < 500 and answer.status not in _KNOWN_STILL:
            await self._drop(due, f"answered {answer.status}")
        else:
            wait = parse_retry_after(answer.header("retry-after"), self._clock.now())
            await self._again(one, due, f"answered {answer.status}", wait)

    async def _drop(self, due: Due, why: str) -> None:
        _logger.info("push to %s is over: %s", _host(due), why)
        await self._engine.write(lambda tx: push.drop(tx, due.subscription.id))

    async def _again(self, one: Waiting, due: Due, why: str, wait: float | None = None) -> None:
        """Try again later: after what the service asked for, else after a growing pause."""
        now = self._clock.now()
        pause = min(FIRST_PAUSE_MS * 4 ** min(one.tries, 8), LONGEST_PAUSE_MS)
        spread = round(pause * (0.75 + self._random.fraction() / 2))
        if wait is not None:
            spread = max(spread, min(round(wait * 1000), LONGEST_PAUSE_MS))
        _logger.info("push to %s later: %s", _host(due), why)
        failing = await self._engine.write(lambda tx: push.again(tx, one, now + spread, now))
        if now - failing > GIVEN_UP_MS:
            await self._drop(due, "nothing has reached it for a week")

    # -- what ends

    async def sweep(self) -> bool:
        """Drop the subscriptions of tokens that were revoked or whose role has ended."""
        now = self._clock.now()
        if await self._engine.read(lambda tx: push.unheld(tx, now)):
            await self._engine.write(lambda tx: push.drop_unheld(tx, now))
        return False


def _host(due: Due) -> str:
    return urlsplit(due.subscription.endpoint).hostname or ""
