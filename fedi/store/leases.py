"""What a dead house left leased: given back at once where only one supervisor can be.

On SQLite the supervisor holds the folder's lock, so at its start every lease is a dead
process's. On PostgreSQL other machines may be at work, and leases run out by themselves.
"""

from pathlib import Path
from typing import Final

from .engine import Tx

_TABLES: Final = ("arrival", "wanted", "spread", "fanout", "host")


async def give_back_all(tx: Tx) -> int:
    """End every lease; return how many there were."""
    given = 0
    for table in _TABLES:
        given += await tx.run(f"UPDATE {table} SET lease_until = 0 WHERE lease_until > 0")
    for slot, owner in await tx.rows("SELECT slot, owner FROM slot WHERE until > 0"):
        if not _lives(str(owner)):
            await tx.run("UPDATE slot SET until = 0 WHERE slot = ? AND owner = ?", (slot, owner))
    return given


def _lives(owner: str) -> bool:
    """Return whether the process of a slot still runs: a command may be at work beside us."""
    pid = owner.partition("-")[0]
    return pid.isdigit() and Path(f"/proc/{pid}").exists()
