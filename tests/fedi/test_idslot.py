"""A process holds one slot, others another, and a slot given back is free."""

import subprocess
import sys
from contextlib import AsyncExitStack

from actors.ids import SLOTS, moment
from fedi.idslot import held_slot
from fedi.store.engine import Engine
from fedi.store.slots import LEASE_MS
from tests.running import run

NOW = 1_775_000_000_000


def test_two_houses_never_hold_the_same_slot(engine: Engine) -> None:
    async def scene() -> None:
        async with held_slot(engine, lambda: NOW) as one:
            async with held_slot(engine, lambda: NOW) as other:
                assert one.number != other.number
            async with held_slot(engine, lambda: NOW) as again:
                assert again.number == other.number, "what was given back is taken again"

    run(scene())


def test_a_slot_that_is_renewed_stays_held(engine: Engine) -> None:
    async def scene() -> None:
        now = [NOW]
        async with held_slot(engine, lambda: now[0]) as one:
            now[0] += 100_000
            await one.renew()
            now[0] += 100_000
            async with held_slot(engine, lambda: now[0]) as other:
                assert other.number != one.number

    run(scene())


def test_a_slot_that_starts_again_with_the_clock_gone_back_makes_no_id_twice(
    engine: Engine,
) -> None:
    """The whole clock of a machine goes back an hour between two runs, and in one of them."""

    async def run_once(clock: list[int], made: list[int]) -> None:
        async with AsyncExitStack() as all_slots:
            held = [
                await all_slots.enter_async_context(held_slot(engine, lambda: clock[0]))
                for _ in range(SLOTS)
            ]
            for step in (0, 1, 3_600_000, -7_200_000):
                clock[0] += step
                made += [slot.ids.make(clock[0]) for slot in held for _ in range(100)]
                await held[0].renew()

    async def scene() -> None:
        made: list[int] = []
        for begin in (NOW, NOW - 3_600_000, NOW - 7_200_000):
            await run_once([begin], made)
        assert len(made) == len(set(made))

    run(scene())


def test_a_clock_that_leaps_ahead_is_followed_once_that_is_written_down(engine: Engine) -> None:
    async def scene() -> None:
        now = [NOW]
        async with held_slot(engine, lambda: now[0]) as slot:
            now[0] += 86_400_000
            first = slot.ids.make(now[0])
            assert NOW < moment(first) < NOW + LEASE_MS
            await slot.renew()
            assert moment(slot.ids.make(now[0])) == now[0]

    run(scene())


LOSES_IT = """
import asyncio, sys
from fedi.idslot import held_slot
from fedi.store.engine import opened

async def main():
    async with opened(sys.argv[1]) as engine:
        async with held_slot(engine, lambda: 1_775_000_000_000) as slot:
            await engine.write(lambda tx: tx.run("UPDATE slot SET owner = 'another'"))
            await slot.renew()
            print("still here")

asyncio.run(main())
"""


def test_a_process_that_lost_its_slot_ends_before_it_writes(database: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOSES_IT, database], capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 70
    assert "still here" not in ended.stdout
