"""PostgreSQL's own promises: deadlocks are run again, locks hold across a read, it may be away."""

import asyncio
from functools import partial

import pytest

from actors.errors import Unavailable
from fedi.store.engine import CannotOpen, Engine, Tx, open_engine
from fedi.store.postgres import TRIES
from tests.running import run

pytestmark = pytest.mark.postgres


@pytest.fixture
def dialect() -> str:
    return "postgres"


async def _put(tx: Tx, name: str, value: str) -> None:
    await tx.run(
        "INSERT INTO setting (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def test_a_deadlock_is_run_again_and_both_units_end_well(engine: Engine) -> None:
    runs = 0

    async def scene() -> list[tuple[str, str]]:
        met = asyncio.Barrier(2)

        async def crossing(tx: Tx, first: str, second: str) -> None:
            nonlocal runs
            runs += 1
            await _put(tx, first, first + second)
            if runs <= 2:
                await met.wait()
            await _put(tx, second, first + second)

        await engine.write(lambda tx: _put(tx, "a", ""))
        await engine.write(lambda tx: _put(tx, "b", ""))
        await asyncio.gather(
            engine.write(lambda tx: crossing(tx, "a", "b")),
            engine.write(lambda tx: crossing(tx, "b", "a")),
        )
        return await engine.read(lambda tx: tx.rows("SELECT name, value FROM setting"))

    values = dict(run(scene()))
    # Whoever gave way may meet the other a second time, before that one has what it waited for.
    assert runs >= 3
    assert values["a"] == values["b"]


def test_a_unit_that_never_gets_through_is_given_up(engine: Engine) -> None:
    runs = 0

    async def hopeless(tx: Tx) -> None:
        nonlocal runs
        runs += 1
        await tx.run("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$")

    with pytest.raises(Unavailable) as refused:
        run(engine.write(hopeless))
    assert runs == TRIES
    assert refused.value.retry_after == 2


def test_after_a_lock_one_reads_what_the_holder_before_wrote(engine: Engine) -> None:
    async def scene() -> list[str]:
        entered, seen = asyncio.Event(), []

        async def holder(tx: Tx) -> None:
            await tx.lock("pair:1:2", "pair:0:9")
            entered.set()
            await asyncio.sleep(0.02)
            await _put(tx, "a", "from the holder")

        async def waiter(tx: Tx) -> None:
            await entered.wait()
            await tx.lock("pair:0:9")
            row = await tx.one("SELECT value FROM setting WHERE name = 'a'")
            seen.append(row[0] if row else "nothing")

        await asyncio.gather(engine.write(holder), engine.write(waiter))
        return seen

    assert run(scene()) == ["from the holder"]


def test_locks_named_in_any_order_do_not_deadlock(engine: Engine) -> None:
    runs = 0

    async def unit(tx: Tx, keys: tuple[str, ...]) -> None:
        nonlocal runs
        runs += 1
        await tx.lock(*keys)
        await tx.one("SELECT 1")

    async def scene() -> None:
        orders = [("a", "b", "c"), ("c", "a", "b"), ("b", "c", "a")] * 10
        await asyncio.gather(*(engine.write(partial(unit, keys=order)) for order in orders))

    run(scene())
    assert runs == 30


def test_a_read_is_one_snapshot_to_its_end(engine: Engine) -> None:
    async def scene() -> list[object]:
        async def query(tx: Tx) -> list[object]:
            before = await tx.rows("SELECT name FROM setting")
            await engine.write(lambda other: _put(other, "a", "b"))
            return [before, await tx.rows("SELECT name FROM setting")]

        return await engine.read(query)

    assert run(scene()) == [[], []]


def test_rows_are_in_the_order_of_their_bytes_as_on_sqlite(engine: Engine) -> None:
    async def unit(tx: Tx) -> list[str]:
        for name in ("b", "å", "B", "a-b", "ab", "ø"):
            await _put(tx, name, "")
        return [row[0] for row in await tx.rows("SELECT name FROM setting ORDER BY name")]

    assert run(engine.write(unit)) == ["B", "a-b", "ab", "b", "å", "ø"]


def test_a_connection_the_server_drops_is_a_refusal_and_the_next_unit_goes_through(
    engine: Engine,
) -> None:
    async def dropped(tx: Tx) -> None:
        await tx.rows("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Unavailable):
        run(engine.write(dropped))
    run(engine.write(lambda tx: _put(tx, "a", "b")))
    assert run(engine.read(lambda tx: tx.rows("SELECT name FROM setting"))) == [("a",)]


def test_a_value_the_column_does_not_take_is_a_mistake_and_no_refusal(engine: Engine) -> None:
    async def unit(tx: Tx) -> int:
        return await tx.run("INSERT INTO setting (name, value) VALUES ('a', ?)", (2**70,))

    with pytest.raises(Exception, match="invalid input") as error:
        run(engine.write(unit))
    assert not isinstance(error.value, Unavailable)


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(CannotOpen, match="PostgreSQL does not let us in"):
        run(open_engine("postgresql://nobody@127.0.0.1:1/none"))
