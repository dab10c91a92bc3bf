"""Process slots: no two processes have the same at once, and a dead one's comes free again."""

import asyncio
from functools import partial

import pytest

from actors.errors import Unavailable
from actors.ids import SLOTS
from fedi.store import slots
from fedi.store.engine import Engine
from fedi.store.slots import Lease
from tests.people import NOW
from tests.running import run


def take(engine: Engine, owner: str, now: int = NOW) -> Lease:
    return run(engine.write(lambda tx: slots.take(tx, owner, now)))


def renew(engine: Engine, slot: int, owner: str, now: int, reached: int = 0) -> int | None:
    return run(engine.write(lambda tx: slots.renew(tx, slot, owner, now, reached)))


def give_back(engine: Engine, slot: int, owner: str, reached: int = NOW) -> None:
    run(engine.write(lambda tx: slots.give_back(tx, slot, owner, reached)))


def test_everyone_gets_a_slot_of_their_own_also_at_once(engine: Engine) -> None:
    async def scene() -> list[Lease]:
        return await asyncio.gather(
            *(engine.write(partial(slots.take, owner=f"{n}-x", now=NOW)) for n in range(SLOTS))
        )

    assert sorted(lease.slot for lease in run(scene())) == list(range(SLOTS))
    with pytest.raises(Unavailable, match="slots are in use"):
        take(engine, "one-more")


def test_a_slot_comes_free_when_it_is_given_back_or_its_lease_runs_out(engine: Engine) -> None:
    first = take(engine, "a").slot
    give_back(engine, first, "a")
    assert take(engine, "b").slot == first
    assert take(engine, "c", NOW + slots.LEASE_MS).slot == first


def test_a_lease_that_was_lost_is_not_renewed(engine: Engine) -> None:
    slot = take(engine, "a").slot
    assert renew(engine, slot, "a", NOW + 60_000)
    held = NOW + 60_000 + slots.LEASE_MS
    assert take(engine, "b", held - 1).slot != slot
    assert take(engine, "c", held).slot == slot
    assert renew(engine, slot, "a", held) is None
    give_back(engine, slot, "a")
    assert renew(engine, slot, "c", held)


def test_whoever_has_a_slot_next_begins_above_what_its_ids_reached(engine: Engine) -> None:
    lease = take(engine, "a")
    assert (lease.after, lease.until) == (0, NOW + slots.LEASE_MS)
    give_back(engine, lease.slot, "a", NOW + 5_000)
    assert take(engine, "b", NOW + 6_000) == (lease.slot, NOW + 5_000, NOW + 126_000)
    # That one is killed: what it may have made is known all the same.
    assert renew(engine, lease.slot, "b", NOW + 20_000, NOW + 19_000) == NOW + 140_000
    assert take(engine, "c", NOW + 140_000) == (lease.slot, NOW + 140_000, NOW + 260_000)


def test_a_clock_that_went_back_prefers_a_slot_that_was_not_so_far(engine: Engine) -> None:
    lease = take(engine, "a")
    give_back(engine, lease.slot, "a", NOW)
    back = NOW - 3_600_000
    assert take(engine, "b", back).slot != lease.slot
    for number in range(SLOTS - 2):
        take(engine, f"{number}-x", back)
    assert take(engine, "c", back) == (lease.slot, NOW, NOW + slots.LEASE_MS)
