"""How often one caller may ask: a window of five minutes, told in the X-RateLimit headers.

Counted per process and per actor (or address, for whoever has no token). It may be lost, so it is
kept in memory; a house on many processes allows each of them its share. Off in lab mode.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from actors.errors import TooMany
from fedi.net.answer import Header, Scope
from fedi.oauth.callers import Caller

WINDOW_MS: Final = 300_000
_REMEMBERED: Final = 20_000


class Rates:
    """Counts requests. `limit` per window for an actor, `anonymous` for an address; 0 is off."""

    def __init__(self, now: Callable[[], int], *, limit: int, anonymous: int) -> None:
        self._now = now
        self._limit = limit
        self._anonymous = anonymous
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def count(self, scope: Scope, caller: Caller | None, method: str) -> list[Header]:
        """Count one request and return the headers that tell; TooMany beyond the limit."""
        limit = self._limit if caller is not None else self._anonymous
        if not limit:
            return []
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
        if count > limit:
            raise TooMany("Too many requests", retry_after=max(1, (resets - now) // 1000))
        moment = datetime.fromtimestamp(resets / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return [
            (b"x-ratelimit-limit", b"%d" % limit),
            (b"x-ratelimit-remaining", b"%d" % (limit - count)),
            (b"x-ratelimit-reset", moment.encode()),
        ]


def _key(scope: Scope, caller: Caller | None) -> str:
    if caller is not None:
        return f"t{caller.token_id}"
    client = scope.get("client")
    return f"a{client[0]}" if client else "a"
