"""One unit's transaction on PostgreSQL: what statements give, what is noted of them, and locks."""

import pytest

from fedi.store.engine import Engine, Tx
from fedi.store.pgtx import PostgresTx
from tests.running import run

pytestmark = pytest.mark.postgres


@pytest.fixture
def dialect() -> str:
    return "postgres"


async def opened(tx: Tx) -> PostgresTx:
    assert isinstance(tx, PostgresTx)
    return tx


def test_statements_give_rows_one_row_or_how_many_changed(engine: Engine) -> None:
    async def unit(tx: Tx) -> None:
        insert = "INSERT INTO setting (name, value) VALUES (?, ?)"
        await tx.many(insert, [("a", "1"), ("b", "2"), ("c", "2")])
        await tx.many(insert, [])
        assert await tx.run("UPDATE setting SET value = ? WHERE value = ?", ("3", "2")) == 2
        assert await tx.run("UPDATE setting SET value = ? WHERE value = ?", ("3", "2")) == 0
        assert await tx.rows("SELECT name, value FROM setting ORDER BY name") == [
            ("a", "1"), ("b", "3"), ("c", "3"),
        ]  # fmt: skip
        assert await tx.one("SELECT value FROM setting WHERE name = ?", ("a",)) == ("1",)
        assert await tx.one("SELECT value FROM setting WHERE name = ?", ("z",)) is None

    run(engine.write(unit))


@pytest.mark.parametrize(
    ("sql", "wrote"),
    [
        ("SELECT name FROM setting", False),
        ("INSERT INTO setting (name, value) VALUES ('x', '') RETURNING name", True),
        ("WITH gone AS (DELETE FROM setting RETURNING name) SELECT name FROM gone", True),
    ],
)
def test_it_is_noted_whether_anything_may_have_changed(
    engine: Engine, sql: str, wrote: bool
) -> None:
    async def unit(tx: Tx) -> bool:
        opened_tx = await opened(tx)
        await tx.rows(sql)
        return opened_tx.wrote

    assert run(engine.write(unit)) is wrote


def test_a_statement_that_failed_fails_its_unit_though_it_was_caught(engine: Engine) -> None:
    async def unit(tx: Tx) -> None:
        await tx.run("INSERT INTO setting (name, value) VALUES ('a', '')")
        with pytest.raises(Exception, match="duplicate"):
            await tx.run("INSERT INTO setting (name, value) VALUES ('a', '')")

    with pytest.raises(Exception, match="duplicate"):
        run(engine.write(unit))
    assert run(engine.read(lambda tx: tx.rows("SELECT name FROM setting"))) == []


def test_the_same_key_twice_is_one_lock_and_goes_with_the_transaction(engine: Engine) -> None:
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"

    async def unit(tx: Tx) -> tuple[int, ...]:
        before = await tx.one(held)
        await tx.lock("a", "b", "a")
        after = await tx.one(held)
        assert before is not None
        assert after is not None
        return before[0], after[0]

    before, after = run(engine.write(unit))
    assert after - before == 2
    left = run(engine.read(lambda tx: tx.one(held)))
    assert left == (before,)
