"""Process slots: which process makes which ids. One slot is one process's for as long as its
lease runs, so that two processes never make the same id (actors/ids.py).

`reached` outlives the lease: up to that millisecond ids of the slot may have been made. Whoever has
it next begins above, for the clock may have gone back meanwhile.
"""

from typing import Final, NamedTuple

from actors.errors import Unavailable
from actors.ids import SLOTS

from .engine import Tx

LEASE_MS: Final = 120_000


class Lease(NamedTuple):
    """A slot held; `after` and `until` (ms) are the bounds of its ids."""

    slot: int
    after: int
    until: int


async def take(tx: Tx, owner: str, now: int) -> Lease:
    """Lease a free slot for `owner`; Unavailable when none is free.

    One whose ids have not reached `now` (ms) is taken first: its new ids are of their time.
    """
    known = {row[0]: row[1:] for row in await tx.rows("SELECT slot, until, reached FROM slot")}
    slots = [(slot, *known.get(slot, (0, 0))) for slot in range(SLOTS)]
    for slot, free, after in sorted(slots, key=lambda one: (one[2] > now, one[0])):
        until = max(after, now) + LEASE_MS
        if free <= now and await tx.run(
            "INSERT INTO slot (slot, owner, until, reached) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (slot) DO UPDATE SET owner = excluded.owner, until = excluded.until,"
            " reached = excluded.reached WHERE slot.until = ? AND slot.reached = ?",
            (slot, owner, now + LEASE_MS, until, free, after),
        ):
            return Lease(slot, after, until)
    raise Unavailable(f"All {SLOTS} process slots are in use; stop a process first.")


async def renew(tx: Tx, slot: int, owner: str, now: int, reached: int) -> int | None:
    """Prolong a lease whose ids have reached a millisecond, and return until which they may go on.

    None if another process has it now, and no id may be made any more.
    """
    until = max(reached, now) + LEASE_MS
    changed = await tx.run(
        "UPDATE slot SET until = ?, reached = ? WHERE slot = ? AND owner = ?",
        (now + LEASE_MS, until, slot, owner),
    )
    return until if changed else None


async def give_back(tx: Tx, slot: int, owner: str, reached: int) -> None:
    """End a lease at a clean stop, with the millisecond that its ids have reached."""
    await tx.run(
        "UPDATE slot SET until = 0, reached = ? WHERE slot = ? AND owner = ?",
        (reached, slot, owner),
    )
