"""What authors were stopped at before it left the house, as keyed hashes that live for minutes."""

from .engine import Tx


async def note(tx: Tx, digest: bytes, until: int) -> None:
    """Note that an author was told of something, until a moment (ms)."""
    await tx.run(
        "INSERT INTO stopped (digest, until) VALUES (?, ?)"
        " ON CONFLICT (digest) DO UPDATE SET until = excluded.until",
        (digest, until),
    )


async def was_told(tx: Tx, digest: bytes, now: int) -> bool:
    """Return whether the author was told of just this, not long ago."""
    row = await tx.one("SELECT 1 FROM stopped WHERE digest = ? AND until > ?", (digest, now))
    return row is not None


async def forget(tx: Tx, now: int) -> int:
    """Forget what is over; return how many there were."""
    return await tx.run("DELETE FROM stopped WHERE until <= ?", (now,))
