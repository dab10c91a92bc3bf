"""The right of this process to make ids: a slot in the database, leased and renewed.

Two processes that held one slot could make the same id (actors/ids.py), so one that has lost its
slot ends at once, before it writes anything more.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from actors.errors import Unavailable
from fedi.store import slots
from fedi.store.engine import Engine

_RENEW_SECONDS: Final = 20
_LOST: Final = 70


@dataclass(frozen=True, slots=True)
class IdSlot:
    """A slot held by this process under the name `owner`; `clock` gives Unix ms."""

    engine: Engine
    clock: Callable[[], int]
    number: int
    owner: str

    async def renew(self) -> None:
        """Prolong the lease, which is also a proof that the database can be written to.

        Unavailable where it can't. Where another process has the slot, this one ends.
        """
        now = self.clock()
        if not await self.engine.write(lambda tx: slots.renew(tx, self.number, self.owner, now)):
            os._exit(_LOST)


@asynccontextmanager
async def held_slot(engine: Engine, clock: Callable[[], int]) -> AsyncIterator[IdSlot]:
    """Lease a slot for the length of a block. Unavailable where none is free."""
    owner = f"{os.getpid()}-{secrets.token_hex(4)}"
    number = await engine.write(lambda tx: slots.take(tx, owner, clock()))
    slot = IdSlot(engine, clock, number, owner)
    renewing = asyncio.create_task(_keep(slot))
    try:
        yield slot
    finally:
        renewing.cancel()
        await engine.write(lambda tx: slots.give_back(tx, number, owner))


async def _keep(slot: IdSlot) -> None:
    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        try:
            await slot.renew()
        except Unavailable:
            continue  # the lease runs for minutes yet
