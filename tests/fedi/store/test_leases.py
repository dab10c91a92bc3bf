"""At the start of the one supervisor every lease is a dead process's, and is given back."""

import os

import pytest

from fedi.store import arrivals, chores, slots
from fedi.store.arrivals import Arrival
from fedi.store.engine import Engine
from fedi.store.leases import give_back_all
from tests.people import NOW
from tests.running import run

DEAD, ALIVE = "999999999-abcd", f"{os.getpid()}-abcd"


def test_what_a_dead_house_had_in_hand_is_there_at_once(engine: Engine) -> None:
    async def story() -> None:
        one = Arrival(id=1, activity_uri="a", inbox_owner=0, signer="s", body=b"{}", received=NOW)
        await engine.write(lambda tx: arrivals.save(tx, one))
        await engine.write(lambda tx: chores.want(tx, "https://a.test/1", "parent", 1, NOW))
        later = NOW + 60_000
        await engine.write(lambda tx: arrivals.lease(tx, now=NOW, until=later, limit=9))
        await engine.write(lambda tx: chores.lease_wanted(tx, now=NOW, until=later, limit=9))
        assert not await engine.write(
            lambda tx: arrivals.lease(tx, now=NOW + 1, until=later, limit=9)
        )
        assert await engine.write(give_back_all) == 2
        again = await engine.write(lambda tx: arrivals.lease(tx, now=NOW, until=later, limit=9))
        assert [arrival.id for arrival in again] == [1]
        wanted = await engine.write(
            lambda tx: chores.lease_wanted(tx, now=NOW, until=later, limit=9)
        )
        assert [want.uri for want in wanted] == ["https://a.test/1"]

    run(story())


@pytest.mark.parametrize(
    ("owner", "kept"), [(DEAD, False), (ALIVE, True)], ids=["a dead one", "a living one"]
)
def test_the_slot_of_a_command_that_still_runs_is_left_to_it(
    engine: Engine, owner: str, kept: bool
) -> None:
    async def story() -> None:
        slot = (await engine.write(lambda tx: slots.take(tx, owner, NOW))).slot
        await engine.write(give_back_all)
        found = await engine.read(
            lambda tx: tx.one("SELECT until FROM slot WHERE slot = ?", (slot,))
        )
        assert found is not None
        assert (found[0] > 0) is kept

    run(story())
