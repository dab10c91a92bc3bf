"""A token bucket for each sending host: bursts are fine, a flood is told to come back later.

The endpoint asks `take` before it accepts anything and answers 429 with the wait; the house
keeps the buckets. `check` is for arrivals that reach the pipeline by another way.
"""

from dataclasses import dataclass

from inbox.parse import Arrived
from inbox.verdicts import PASS, Drop, Facts, Verdict


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


def check(arrived: Arrived, facts: Facts) -> Verdict:
    """Drop what comes from a host that sends faster than it may."""
    if facts.wait > 0:
        return Drop("too_many", "The sending server sends faster than it may.")
    return PASS
