"""A timed engine does what the engine under it does, and tells how long each unit took."""

import pytest

from fedi.store.engine import Engine, Tx
from fedi.store.timed import TimedEngine
from tests.running import run


async def one(tx: Tx) -> int:
    row = await tx.one("SELECT 1")
    assert row is not None
    return int(row[0])


def test_units_are_timed_and_reads_are_not(engine: Engine) -> None:
    seen: list[float] = []
    timed = TimedEngine(engine, seen.append)
    assert (run(timed.read(one)), run(timed.glance(one))) == (1, 1)
    assert seen == []
    assert run(timed.write(one)) == 1
    assert len(seen) == 1
    assert seen[0] > 0
    assert (timed.dialect, timed.backlog) == (engine.dialect, 0)


def test_a_unit_that_fails_is_timed_too(engine: Engine) -> None:
    async def fails(tx: Tx) -> None:
        raise ValueError("no")

    seen: list[float] = []
    with pytest.raises(ValueError, match="no"):
        run(TimedEngine(engine, seen.append).write(fails))
    assert len(seen) == 1
