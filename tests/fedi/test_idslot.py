"""A process holds one slot, others another, and a slot given back is free."""

import subprocess
import sys

from fedi.idslot import held_slot
from fedi.store.engine import Engine
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
