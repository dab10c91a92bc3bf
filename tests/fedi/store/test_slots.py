"""Process slots: no two processes have the same at once, and a dead one's comes free again."""

import asyncio
from functools import partial

import pytest

from actors.errors import Unavailable
from actors.ids import SLOTS
from fedi.store import slots
from fedi.store.engine import Engine
from tests.people import NOW
from tests.running import run


def test_everyone_gets_a_slot_of_their_own_also_at_once(engine: Engine) -> None:
    async def scene() -> list[int]:
        return await asyncio.gather(
            *(engine.write(partial(slots.take, owner=f"{n}-x", now=NOW)) for n in range(SLOTS))
        )

    assert sorted(run(scene())) == list(range(SLOTS))
    with pytest.raises(Unavailable, match="slots are in use"):
        run(engine.write(lambda tx: slots.take(tx, "one-more", NOW)))


def test_a_slot_comes_free_when_it_is_given_back_or_its_lease_runs_out(engine: Engine) -> None:
    first = run(engine.write(lambda tx: slots.take(tx, "a", NOW)))
    run(engine.write(lambda tx: slots.give_back(tx, first, "a")))
    assert run(engine.write(lambda tx: slots.take(tx, "b", NOW))) == first
    later = NOW + slots.LEASE_MS
    assert run(engine.write(lambda tx: slots.take(tx, "c", later))) == first


def test_a_lease_that_was_lost_is_not_renewed(engine: Engine) -> None:
    slot = run(engine.write(lambda tx: slots.take(tx, "a", NOW)))
    assert run(engine.write(lambda tx: slots.renew(tx, slot, "a", NOW + 60_000)))
    held = NOW + 60_000 + slots.LEASE_MS
    assert run(engine.write(lambda tx: slots.take(tx, "b", held - 1))) != slot
    assert run(engine.write(lambda tx: slots.take(tx, "c", held))) == slot
    assert not run(engine.write(lambda tx: slots.renew(tx, slot, "a", held)))
    run(engine.write(lambda tx: slots.give_back(tx, slot, "a")))
    assert run(engine.write(lambda tx: slots.renew(tx, slot, "c", held)))
