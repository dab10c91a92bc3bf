"""How many more tries somebody has: buckets that fill again as time goes by, kept for all."""

from collections.abc import Sequence
from dataclasses import dataclass

from inbox.policies import rate
from inbox.policies.rate import Bucket

from .engine import Tx


@dataclass(frozen=True, slots=True)
class Bounds:
    """So many tries at once, and one more each `every_ms`."""

    burst: int
    every_ms: int

    @property
    def whole_after(self) -> int:
        """Return the ms after which an empty bucket is full again."""
        return self.burst * self.every_ms


async def take(tx: Tx, wanted: Sequence[tuple[str, Bounds]], now: int) -> int:
    """Take one try from every bucket, or from none; return the ms to wait, 0 if there were."""
    await tx.lock(*(f"throttle {subject}" for subject, _ in wanted))
    taken: list[tuple[str, Bucket]] = []
    waits: list[int] = []
    for subject, bounds in wanted:
        row = await tx.one("SELECT tokens, at FROM throttle WHERE subject = ?", (subject,))
        held = Bucket(float(row[0]), int(row[1])) if row is not None else None
        bucket, wait = rate.take(held, now, burst=bounds.burst, per_second=1000 / bounds.every_ms)
        taken.append((subject, bucket))
        waits.append(wait)
    if any(waits):
        return max(waits)
    await tx.many(
        "INSERT INTO throttle (subject, tokens, at) VALUES (?, ?, ?)"
        " ON CONFLICT (subject) DO UPDATE SET tokens = excluded.tokens, at = excluded.at",
        [(subject, bucket.tokens, bucket.at) for subject, bucket in taken],
    )
    return 0


async def give_back(tx: Tx, wanted: Sequence[tuple[str, Bounds]]) -> None:
    """Give one try back to every bucket: it was the right one."""
    await tx.many(
        "UPDATE throttle SET tokens = tokens + 1 WHERE subject = ? AND tokens + 1 <= ?",
        [(subject, float(bounds.burst)) for subject, bounds in wanted],
    )


async def forget(tx: Tx, before: int, most: int) -> int:
    """Delete buckets that nobody took from since `before` (ms), `most` at once."""
    return await tx.run(
        "DELETE FROM throttle WHERE subject IN"
        " (SELECT subject FROM throttle WHERE at < ? ORDER BY at LIMIT ?)",
        (before, most),
    )
