"""How often one caller may ask: a window of five minutes, told in the X-RateLimit headers.

Counted per process and per token (or address, for whoever has none that holds). It may be lost, so
it is kept in memory; a house on many processes allows each of them its share. Off in lab mode. One
count for all that apps ask, whichever part of the house answers.
"""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from actors.errors import FediError, TooMany
from fedi.net.answer import Header, Scope
from fedi.oauth.callers import Caller, Callers, bearer_of
from fedi.oauth.throttling import address_of

WINDOW_MS: Final = 300_000
_REMEMBERED: Final = 20_000


class OverLimit(TooMany):
    """Too many requests in one window; `headers` tell it, as those of every answer do."""

    def __init__(self, retry_after: int, headers: tuple[Header, ...]) -> None:
        super().__init__("Too many requests", retry_after=retry_after)
        self.headers = headers


class Rates:
    """Counts requests. `limit` per window for a token, `anonymous` for an address; 0 is off."""

    def __init__(self, now: Callable[[], int], *, limit: int, anonymous: int) -> None:
        self._now = now
        self._limit = limit
        self._anonymous = anonymous
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def count(self, scope: Scope, caller: Caller | None) -> tuple[Header, ...]:
        """Count one request and return the headers that tell; OverLimit beyond the limit."""
        limit = self._limit if caller is not None else self._anonymous
        if not limit:
            return ()
        now = self._now()
        key = _key(scope, caller)
        since, count = self._counts.get(key, (now, 0))
        if now - since >= WINDOW_MS:
            since, count = now, 0
        count += 1
        self._counts[key] = (since, count)
        self._counts.move_to_end(key)
        if len(self._counts) > _REMEMBERED:
            self._counts.popitem(last=False)
        resets = since + WINDOW_MS
        moment = datetime.fromtimestamp(resets / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        headers = (
            (b"x-ratelimit-limit", b"%d" % limit),
            (b"x-ratelimit-remaining", b"%d" % max(0, limit - count)),
            (b"x-ratelimit-reset", moment.encode()),
        )
        if count > limit:
            raise OverLimit(max(1, (resets - now) // 1000), headers)
        return headers


async def counted(rates: Rates, callers: Callers, scope: Scope) -> tuple[Header, ...]:
    """Count a request by its token, or its address where it has none that holds; the headers that
    tell it. OverLimit as `Rates.count` raises it."""
    caller = None
    with suppress(FediError):
        caller = await callers.find(bearer_of(scope) or "")
    return rates.count(scope, caller)


def _key(scope: Scope, caller: Caller | None) -> str:
    if caller is not None:
        return f"t{caller.token_id}"
    return f"a{address_of(scope)}"
