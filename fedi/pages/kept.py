"""Pages kept for a second: however many read one page at once, it is made once a second.

All pages are for everyone, so what one reader got another may have. Nothing is older than that
second, so nothing has to be thrown away when something changes.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from actors.ports import Clock
from outbox.answers import Answer, unless_known

PAGES_MAX: Final = 64

Key = tuple[str, ...]


class Kept:
    """The last pages made, for `ms` milliseconds each; 0 keeps nothing."""

    def __init__(self, clock: Clock, ms: int) -> None:
        self._clock = clock
        self._ms = ms
        self._pages: OrderedDict[Key, tuple[int, Answer]] = OrderedDict()

    async def page(
        self, key: Key, if_none_match: str, make: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """Return the page of this key, made now unless one is kept; 304 if the asker holds it."""
        now = self._clock.now()
        known = self._pages.get(key)
        if known is None or not 0 <= now - known[0] < self._ms:
            answer = await make()
            if self._ms and answer.status == 200:
                self._keep(key, now, answer)
        else:
            answer = known[1]
        return unless_known(answer, if_none_match)

    def _keep(self, key: Key, now: int, answer: Answer) -> None:
        self._pages[key] = (now, answer)
        self._pages.move_to_end(key)
        if len(self._pages) > PAGES_MAX:
            self._pages.popitem(last=False)
