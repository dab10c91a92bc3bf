"""Units that share a commit on PostgreSQL: fewer transactions, and no unit harmed by another."""

import asyncio

import pytest

from fedi.store.batches import judged, unavailable
from fedi.store.engine import Engine, Tx
from tests.running import run

pytestmark = pytest.mark.postgres


@pytest.fixture
def dialect() -> str:
    return "postgres"


async def put(tx: Tx, name: str) -> int:
    """Write a row; return the number of the transaction that it is in."""
    await tx.run("INSERT INTO setting (name, value) VALUES (?, '')", (name,))
    found = await tx.one("SELECT pg_current_xact_id()::text::bigint")
    assert found is not None
    return int(found[0])


async def names(engine: Engine) -> set[str]:
    return {row[0] for row in await engine.read(lambda tx: tx.rows("SELECT name FROM setting"))}


def test_units_that_wait_together_share_transactions(engine: Engine) -> None:
    async def story() -> None:
        units = (engine.write(lambda tx, n=n: put(tx, f"u{n}")) for n in range(200))  # type: ignore[misc]
        transactions = await asyncio.gather(*units)
        assert len(set(transactions)) < 100
        assert len(await names(engine)) == 200

    run(story())


def test_a_unit_alone_is_committed_alone(engine: Engine) -> None:
    async def story() -> None:
        first = await engine.write(lambda tx: put(tx, "a"))
        second = await engine.write(lambda tx: put(tx, "b"))
        assert first != second

    run(story())


def test_a_failing_unit_harms_no_other_and_none_runs_more_than_twice(engine: Engine) -> None:
    runs = [0] * 60

    async def unit(tx: Tx, number: int) -> None:
        runs[number] += 1
        await put(tx, f"u{number}")
        if number == 30:
            raise ZeroDivisionError

    async def story() -> None:
        units = (engine.write(lambda tx, n=n: unit(tx, n)) for n in range(60))  # type: ignore[misc]
        ended = await asyncio.gather(*units, return_exceptions=True)
        assert [n for n, end in enumerate(ended) if end is not None] == [30]
        assert isinstance(ended[30], ZeroDivisionError)
        assert await names(engine) == {f"u{n}" for n in range(60)} - {"u30"}

    run(story())
    assert runs[30] == 1
    assert max(runs) <= 2


def test_a_unit_that_refuses_before_it_writes_costs_nobody_a_second_run(engine: Engine) -> None:
    runs = [0] * 60

    async def unit(tx: Tx, number: int) -> None:
        runs[number] += 1
        if number == 30:
            await tx.rows("SELECT name FROM setting")
            raise ZeroDivisionError
        await put(tx, f"u{number}")

    async def story() -> None:
        units = (engine.write(lambda tx, n=n: unit(tx, n)) for n in range(60))  # type: ignore[misc]
        await asyncio.gather(*units, return_exceptions=True)
        assert len(await names(engine)) == 59

    run(story())
    assert runs == [1] * 60


def test_what_follows_a_commit_follows_it_once_and_only_then(engine: Engine) -> None:
    told: list[str] = []

    async def unit(tx: Tx, name: str, *, fails: bool = False) -> None:
        await put(tx, name)
        tx.after_commit.append(lambda: told.append(name))
        if fails:
            raise ZeroDivisionError

    async def story() -> None:
        ended = await asyncio.gather(
            engine.write(lambda tx: unit(tx, "a")),
            engine.write(lambda tx: unit(tx, "b", fails=True)),
            engine.write(lambda tx: unit(tx, "c")),
            return_exceptions=True,
        )
        assert isinstance(ended[1], ZeroDivisionError)

    run(story())
    assert sorted(told) == ["a", "c"]


def test_what_is_the_databases_fault_says_when_to_come_back() -> None:
    for error in (ConnectionResetError(), TimeoutError()):
        problem = judged(error)
        assert type(problem) is type(unavailable(error))
    own = ZeroDivisionError()
    assert judged(own) is own
