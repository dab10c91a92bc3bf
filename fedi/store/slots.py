"""Process slots: which process makes which ids. One slot is one process's for as long as its
lease runs, so that two processes never make the same id (actors/ids.py)."""

from typing import Final

from actors.errors import Unavailable
from actors.ids import SLOTS

from .engine import Tx

LEASE_MS: Final = 120_000


async def take(tx: Tx, owner: str, now: int) -> int:
    """Lease a free slot for `owner` and return it; Unavailable when none is free."""
    for slot in range(SLOTS):
        changed = await tx.run(
            "INSERT INTO slot (slot, owner, until) VALUES (?, ?, ?) ON CONFLICT (slot)"
            " DO UPDATE SET owner = excluded.owner, until = excluded.until WHERE slot.until <= ?",
            (slot, owner, now + LEASE_MS, now),
        )
        if changed:
            return slot
    raise Unavailable(f"All {SLOTS} process slots are in use; stop a process first.")


async def renew(tx: Tx, slot: int, owner: str, now: int) -> bool:
    """Prolong a lease; False if another process has it now, and no id may be made any more."""
    changed = await tx.run(
        "UPDATE slot SET until = ? WHERE slot = ? AND owner = ?", (now + LEASE_MS, slot, owner)
    )
    return changed > 0


async def give_back(tx: Tx, slot: int, owner: str) -> None:
    """End a lease at a clean stop."""
    await tx.run("UPDATE slot SET until = 0 WHERE slot = ? AND owner = ?", (slot, owner))
