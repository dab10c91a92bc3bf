"""Fetching held within bounds: so many at once, so many a host, and no failure asked for twice.

What strangers send can make us fetch, so what it can make us do is capped here, and everything
remembered about it has an end in time and number (security.md S13, S14). client.py is the user.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from actors.errors import FetchAnswered, FetchError, FetchRefused, FetchTimeout
from fedi.net.failures import Reason, broken, reason_of

KEPT_MS = 60_000
MAX_KEPT = 8192

_OUR_OWN = {Reason.BUSY, Reason.CLOSED, Reason.OWN}
_PASSING_ANSWERS = {400, 401, 403, 406}
"""Another signature or form may change these, so the next attempt must go out."""


class Bulkhead:
    """Turns for fetches: `in_flight` in all, `per_host` for each host first asked."""

    def __init__(self, in_flight: int, per_host: int) -> None:
        self._per_host = per_host
        self._all = asyncio.Semaphore(in_flight)
        self._hosts: dict[str, tuple[asyncio.Semaphore, list[None]]] = {}

    @asynccontextmanager
    async def turn(self, host: str, deadline: float) -> AsyncIterator[float]:
        """Wait for a turn and give the seconds left of `deadline`; FetchTimeout (busy) if none."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + deadline
        turn, users = self._hosts.setdefault(host, (asyncio.Semaphore(self._per_host), []))
        users.append(None)
        try:
            await _acquire(turn, deadline)
            try:
                await _acquire(self._all, ends - loop.time())
                try:
                    yield ends - loop.time()
                finally:
                    self._all.release()
            finally:
                turn.release()
        finally:
            users.pop()
            if not users:
                del self._hosts[host]


async def _acquire(turn: asyncio.Semaphore, seconds: float) -> None:
    try:
        async with asyncio.timeout(max(seconds, 0)):
            await turn.acquire()
    except TimeoutError:
        raise broken(Reason.BUSY, "no turn in time") from None


class Failures:
    """Fetches that failed, kept for a minute (or as long as the other side asked, up to that)."""

    def __init__(self, *, kept_ms: int = KEPT_MS, most: int = MAX_KEPT) -> None:
        self._kept_ms = kept_ms
        self._most = most
        self._kept: OrderedDict[str, tuple[int, FetchError]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def check(self, key: str, now: int) -> None:
        """Raise the failure remembered for this fetch, if it is still fresh (`now`: Unix ms)."""
        kept = self._kept.get(key)
        if kept is None:
            return
        if not 0 < kept[0] - now <= self._kept_ms:
            del self._kept[key]
            return
        raise _again(kept[1])

    def note(self, key: str, error: FetchError, now: int) -> None:
        """Remember a failure that asking again at once would not change."""
        passing = isinstance(error, FetchAnswered) and error.answered in _PASSING_ANSWERS
        if passing or reason_of(error) in _OUR_OWN:
            return
        kept_ms = self._kept_ms
        if isinstance(error, FetchAnswered) and error.retry_after is not None:
            kept_ms = min(kept_ms, round(error.retry_after * 1000))
        self._kept[key] = (now + kept_ms, _again(error))
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


def _again(error: FetchError) -> FetchError:
    """Copy an error without the frames that its traceback would keep alive."""
    if isinstance(error, FetchAnswered):
        return FetchAnswered(
            error.sentence,
            answered=error.answered,
            retry_after=error.retry_after,
            detail=error.detail,
        )
    kind = FetchRefused if isinstance(error, FetchRefused) else FetchTimeout
    return kind(error.sentence, detail=error.detail)
