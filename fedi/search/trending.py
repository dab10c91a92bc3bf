"""Counts what is talked about, every ten minutes: hashtags, posts and links of the last days.

Modest on purpose: so many accounts had to do with it today, so many in three days, and what is
older counts for less. No reader's behaviour is looked at.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from actors import ids
from fedi.store import trends
from fedi.store.engine import Engine, Tx
from fedi.store.trends import Counted, Kind, Trend

DAY: Final = 86_400_000
Count = Callable[..., Awaitable[list[Counted]]]
SPAN: Final = 3 * DAY
HALF_LIFE: Final = DAY // 2
"""After this long a like counts for half."""

_COUNTED: Final[tuple[tuple[Kind, Count], ...]] = (("tag", trends.tags), ("link", trends.links))


class Trends:
    """The work of one process; two do no harm."""

    def __init__(self, engine: Engine, clock: Callable[[], int]) -> None:
        self._engine = engine
        self._clock = clock

    async def count(self) -> int:
        """Count everything anew."""
        now = self._clock()
        recent, before = ids.at(now - DAY), ids.at(now - SPAN)
        for kind, counted in _COUNTED:
            today = await self._engine.read(partial(counted, since=recent))
            all_days = await self._engine.read(partial(counted, since=before))
            await self._keep(kind, _together(today, all_days))
        posts = await self._engine.read(lambda tx: trends.posts(tx, before))
        await self._keep("post", [_aged(one, now) for one in posts])
        return 0

    async def _keep(self, kind: Kind, found: Sequence[Trend]) -> None:
        async def unit(tx: Tx) -> None:
            await trends.replace(tx, kind, found)

        await self._engine.write(unit)


def _together(today: Sequence[Counted], all_days: Sequence[Counted]) -> list[Trend]:
    """Return scores in which today counts three times."""
    fresh = {one.subject: one for one in today}
    made = []
    for one in all_days:
        new = fresh.get(one.subject, Counted(one.subject, 0, 0))
        openly = 2 * new.openly + one.openly if one.openly >= trends.LEAST else 0
        made.append(Trend(one.subject, 2 * new.accounts + one.accounts, openly))
    return made


def _aged(one: Counted, now: int) -> Trend:
    age = max(now - ids.moment(int(one.subject)), 0)
    weight = float(0.5 ** (age / HALF_LIFE))
    return Trend(one.subject, one.accounts * weight, one.openly * weight)
