"""The right of this process to make ids: a slot in the database, leased and renewed.

Two processes that held one slot could make the same id (actors/ids.py), so one that has lost its
slot ends at once, before it writes anything more; and no id goes beyond what the database has of
the slot, so that the next holder begins above, wherever the clock stands then.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from actors.errors import Unavailable
from actors.ids import Ids
from fedi.store import slots
from fedi.store.engine import Engine

_RENEW_SECONDS: Final = 20
_LOST: Final = 70
_SPARE_MS: Final = 10_000
"""What the sequence may borrow beyond the time that ids may have (2,048 ids each ms)."""


@dataclass(frozen=True, slots=True)
class IdSlot:
    """A slot held by this process under the name `owner`, and the ids made there; `clock` gives
    Unix ms."""

    engine: Engine
    clock: Callable[[], int]
    number: int
    owner: str
    ids: Ids

    async def renew(self) -> None:
        """Prolong the lease, which is also a proof that the database can be written to.

        Unavailable where it can't. Where another process has the slot, this one ends.
        """
        now, reached = self.clock(), self.ids.reached
        # Already now, for what is written may be less than what was: the clock has gone back.
        ahead = max(now, reached) + slots.LEASE_MS - _SPARE_MS
        self.ids.until = min(self.ids.until, ahead)
        until = await self.engine.write(
            lambda tx: slots.renew(tx, self.number, self.owner, now, reached)
        )
        if until is None:
            os._exit(_LOST)
        self.ids.until = until - _SPARE_MS


@asynccontextmanager
async def held_slot(engine: Engine, clock: Callable[[], int]) -> AsyncIterator[IdSlot]:
    """Lease a slot for the length of a block. Unavailable where none is free."""
    owner = f"{os.getpid()}-{secrets.token_hex(4)}"
    lease = await engine.write(lambda tx: slots.take(tx, owner, clock()))
    ids = Ids(lease.slot, after=lease.after, until=lease.until - _SPARE_MS)
    slot = IdSlot(engine, clock, lease.slot, owner, ids)
    renewing = asyncio.create_task(_keep(slot))
    try:
        yield slot
    finally:
        renewing.cancel()
        await engine.write(lambda tx: slots.give_back(tx, lease.slot, owner, ids.reached))


async def _keep(slot: IdSlot) -> None:
    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        try:
            await slot.renew()
        except Unavailable:
            continue  # the lease runs for minutes yet
