"""A token bucket for each sending host: bursts are fine, a flood is told to come back later.

The endpoint asks before it accepts anything and answers 429 with the wait; `Buckets` keeps those
of one kind, within bounds. `check` is for arrivals that reach the pipeline by another way.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from inbox.parse import Arrived
from inbox.verdicts import PASS, Drop, Facts, Verdict

BURST_SECONDS: Final = 20
"""A full bucket holds what its rate gives in so many seconds."""
_BUCKETS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """What a host has left: `tokens` as counted at `at` (Unix ms)."""

    tokens: float
    at: int


def take(
    bucket: Bucket | None, now: int, *, per_second: float, burst: float, cost: float = 1.0
) -> tuple[Bucket, int]:
    """Take `cost` tokens. Returns the bucket to keep and the ms to wait: 0 if they were there.

    None is a full bucket. A refused request costs nothing, and a clock that steps back refills
    nothing.
    """
    if bucket is None:
        bucket = Bucket(burst, now)
    elapsed = max(0, now - bucket.at)
    tokens = min(burst, bucket.tokens + elapsed * per_second / 1000)
    if tokens >= cost:
        return Bucket(tokens - cost, max(now, bucket.at)), 0
    wait = (cost - tokens) * 1000 / per_second if per_second > 0 else 60_000.0
    return Bucket(tokens, max(now, bucket.at)), max(1, round(wait))


class Buckets:
    """The buckets of one rate (tokens a second), by name; `clock` gives Unix ms.

    Of more than some thousands the one that was longest unused is forgotten: it is about full.
    """

    def __init__(self, clock: Callable[[], int], per_second: float) -> None:
        self._clock = clock
        self._rate = per_second
        self._kept: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, name: str, cost: float = 1.0) -> int:
        """Take `cost` tokens and return 0, or take none and return the ms to wait for them."""
        bucket, wait = self._taken(name, cost)
        self._keep(name, bucket)
        return wait

    def wait(self, name: str) -> int:
        """Return the ms until there is a token; none is taken."""
        return self._taken(name, 1.0)[1] if name in self._kept else 0

    def give(self, name: str, tokens: float) -> None:
        """Give back what was taken, for it was rightly used."""
        bucket, _ = self._taken(name, 0.0)
        full = self._rate * BURST_SECONDS
        self._keep(name, Bucket(min(full, bucket.tokens + tokens), bucket.at))

    def _taken(self, name: str, cost: float) -> tuple[Bucket, int]:
        burst = self._rate * BURST_SECONDS
        bucket = self._kept.get(name)
        return take(bucket, self._clock(), per_second=self._rate, burst=burst, cost=cost)

    def _keep(self, name: str, bucket: Bucket) -> None:
        self._kept[name] = bucket
        self._kept.move_to_end(name)
        while len(self._kept) > _BUCKETS:
            self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


def check(arrived: Arrived, facts: Facts) -> Verdict:
    """Drop what comes from a host that sends faster than it may."""
    if facts.wait > 0:
        return Drop("too_many", "The sending server sends faster than it may.")
    return PASS
