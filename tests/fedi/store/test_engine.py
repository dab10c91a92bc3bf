"""The contract both engines keep: units of work, snapshots, and what a failure leaves."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from fedi.store.engine import CannotOpen, Engine, Tx, open_engine, opened
from tests.running import run


async def _add(tx: Tx, name: str, value: str = "x") -> int:
    return await tx.run("INSERT INTO setting (name, value) VALUES (?, ?)", (name, value))


async def _names(tx: Tx) -> list[str]:
    return [row[0] for row in await tx.rows("SELECT name FROM setting ORDER BY name")]


def _adding(name: str) -> Callable[[Tx], Awaitable[str]]:
    async def unit(tx: Tx) -> str:
        await _add(tx, name)
        return name

    return unit


def test_what_a_unit_returns_comes_back_after_the_commit(engine: Engine) -> None:
    assert run(engine.write(_adding("a"))) == "a"
    assert run(engine.read(_names)) == ["a"]
    assert run(engine.glance(_names)) == ["a"]


def test_a_failing_unit_in_a_batch_harms_no_other(engine: Engine) -> None:
    async def fails(tx: Tx) -> None:
        await _add(tx, "doomed")
        raise LookupError("no")

    async def flood() -> list[object]:
        units = [fails if n % 7 == 3 else _adding(f"{n:03}") for n in range(60)]
        return await asyncio.gather(*map(engine.write, units), return_exceptions=True)

    outcomes = run(flood())
    for n, outcome in enumerate(outcomes):
        assert isinstance(outcome, LookupError) if n % 7 == 3 else outcome == f"{n:03}"
    assert run(engine.read(_names)) == [f"{n:03}" for n in range(60) if n % 7 != 3]


def test_a_statement_that_failed_fails_its_unit_even_when_caught(engine: Engine) -> None:
    run(engine.write(_adding("taken")))

    async def stubborn(tx: Tx) -> str:
        await _add(tx, "new")
        try:
            await _add(tx, "taken")
        except Exception:
            return "fine"
        return "never"

    with pytest.raises(Exception, match=r"(?i)unique"):
        run(engine.write(stubborn))
    assert run(engine.read(_names)) == ["taken"]


def test_a_unit_sees_what_the_unit_before_it_wrote(engine: Engine) -> None:
    async def count_up(tx: Tx) -> int:
        await tx.lock("counter")
        row = await tx.one("SELECT value FROM setting WHERE name = 'n'")
        value = int(row[0]) + 1 if row else 1
        await tx.run(
            "INSERT INTO setting (name, value) VALUES ('n', ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (str(value),),
        )
        return value

    async def together() -> list[int]:
        return await asyncio.gather(*(engine.write(count_up) for _ in range(40)))

    assert sorted(run(together())) == list(range(1, 41))


def test_callbacks_run_after_the_commit_in_order_and_not_after_a_rollback(engine: Engine) -> None:
    seen: list[str] = []

    async def unit(tx: Tx) -> None:
        await _add(tx, "a")
        tx.after_commit.append(lambda: seen.append("first"))
        tx.after_commit.append(lambda: seen.append("second"))

    async def broken(tx: Tx) -> None:
        tx.after_commit.append(lambda: seen.append("never"))
        raise LookupError

    run(engine.write(unit))
    with pytest.raises(LookupError):
        run(engine.write(broken))
    assert seen == ["first", "second"]


def test_a_callback_that_fails_leaves_the_unit_done(engine: Engine) -> None:
    reported: list[object] = []

    async def scene() -> str:
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: reported.append(context["exception"])
        )

        def fails() -> None:
            raise ZeroDivisionError

        async def unit(tx: Tx) -> str:
            tx.after_commit.append(fails)
            return await _adding("a")(tx)

        return await engine.write(unit)

    assert run(scene()) == "a"
    assert [type(error) for error in reported] == [ZeroDivisionError]


def test_every_kind_of_value_comes_back_as_it_went_in(engine: Engine) -> None:
    values = (2**62, -(2**40), "blåbær ?", b"\x00\xff", 1.5, None, True)

    async def echo(tx: Tx) -> tuple[object, ...] | None:
        return await tx.one("SELECT ?, ?, ?, ?, ?, ?, ?", values)

    assert run(engine.read(echo)) == values


def test_a_parameter_takes_its_type_from_its_value_wherever_it_stands(engine: Engine) -> None:
    async def query(tx: Tx) -> list[tuple[object, ...]]:
        await _add(tx, "a?", "what ?")
        return await tx.rows(
            "SELECT CASE WHEN ? IS NULL THEN 'all' ELSE name END, ? + 1, coalesce(?, value)"
            " FROM setting WHERE name = 'a?' -- why ?\n AND (? IS NULL OR value = ?) LIMIT ?",
            (None, 41, None, "x", "what ?", 5),
        )

    assert run(engine.write(query)) == [("all", 42, "what ?")]


def test_changed_rows_are_counted_and_a_conflict_changes_none(engine: Engine) -> None:
    once = "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING"

    async def unit(tx: Tx) -> list[object]:
        return [
            await tx.run(once, ("a", "1")),
            await tx.run(once, ("a", "2")),
            await tx.one(once + " RETURNING name", ("a", "3")),
            await tx.one(once + " RETURNING name", ("b", "3")),
            await tx.run("UPDATE setting SET value = ?", ("4",)),
            await tx.run("DELETE FROM setting WHERE name = ?", ("c",)),
        ]

    assert run(engine.write(unit)) == [1, 0, None, ("b",), 2, 0]


def test_whole_numbers_stay_whole_when_added_up(engine: Engine) -> None:
    async def query(tx: Tx) -> tuple[object, ...] | None:
        return await tx.one(
            "SELECT sum(n), count(*) FROM (SELECT ? AS n UNION ALL SELECT 3) AS t", (4,)
        )

    row = run(engine.read(query))
    assert row == (7, 2)
    assert isinstance(row[0], int)


def test_many_rows_go_in_with_one_statement(engine: Engine) -> None:
    async def unit(tx: Tx) -> None:
        await tx.many(
            "INSERT INTO poll (post_id, options, multiple, ends) VALUES (?, ?, ?, ?)",
            [(n, "[]", 0, None if n % 2 else n) for n in range(100)],
        )

    run(engine.write(unit))
    counted = run(engine.read(lambda tx: tx.one("SELECT count(*), count(ends) FROM poll")))
    assert counted == (100, 50)


def test_what_is_left_to_the_end_is_in_the_commit(engine: Engine) -> None:
    async def leaving(tx: Tx, number: int) -> int:
        await tx.last("DELETE FROM setting WHERE name = ?", (f"gone {number}",))
        await tx.last("INSERT INTO setting (name, value) VALUES (?, ?)", (f"last {number}", "x"))
        if number == 3:
            raise KeyError(number)
        return number

    async def scene() -> list[Any]:
        rows = [(f"gone {number}", "") for number in range(8)]
        await engine.write(
            lambda tx: tx.many("INSERT INTO setting (name, value) VALUES (?, ?)", rows)
        )
        return await asyncio.gather(
            *(engine.write(partial(leaving, number=number)) for number in range(8)),
            return_exceptions=True,
        )

    ended = run(scene())
    assert [one for one in ended if isinstance(one, int)] == [0, 1, 2, 4, 5, 6, 7]
    names = run(engine.read(lambda tx: tx.rows("SELECT name FROM setting WHERE name LIKE '% %'")))
    expected = {"gone 3"} | {f"last {number}" for number in range(8) if number != 3}
    assert {name for (name,) in names} == expected


def test_what_fails_at_the_end_fails_its_own_unit_alone(engine: Engine) -> None:
    async def leaving(tx: Tx, number: int) -> int:
        await tx.run("INSERT INTO setting (name, value) VALUES (?, '')", (f"own {number}",))
        name = "twice" if number in (2, 5) else f"last {number}"
        await tx.last("INSERT INTO setting (name, value) VALUES (?, '')", (name,))
        return number

    async def scene() -> list[Any]:
        units = (engine.write(partial(leaving, number=number)) for number in range(8))
        return await asyncio.gather(*units, return_exceptions=True)

    ended = run(scene())
    failed = [number for number, one in enumerate(ended) if isinstance(one, Exception)]
    assert failed in ([2], [5])
    names = run(engine.read(lambda tx: tx.rows("SELECT name FROM setting WHERE name LIKE 'own %'")))
    assert {name for (name,) in names} == {f"own {number}" for number in {*range(8)} - {*failed}}


def test_a_read_is_one_moment_and_writes_nothing(engine: Engine) -> None:
    with pytest.raises(Exception, match=r"(?i)read.?only"):
        run(engine.read(_adding("a")))
    with pytest.raises(Exception, match=r"(?i)read.?only"):
        run(engine.glance(_adding("a")))
    assert run(engine.read(_names)) == []


def test_a_cancelled_caller_leaves_the_others_untouched(engine: Engine) -> None:
    async def scene() -> list[object]:
        tasks = [asyncio.create_task(engine.write(_adding(f"{n:03}"))) for n in range(30)]
        await asyncio.sleep(0)
        tasks[4].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    outcomes = run(scene())
    assert [type(o) for o in outcomes].count(asyncio.CancelledError) == 1
    stored = run(engine.read(_names))
    assert {f"{n:03}" for n in range(30) if n != 4} <= set(stored)


def test_an_engine_that_closes_finishes_what_it_took(database: str) -> None:
    async def scene() -> list[str]:
        engine = await open_engine(database)
        tasks = [asyncio.create_task(engine.write(_adding(f"{n:03}"))) for n in range(100)]
        await asyncio.sleep(0)
        await engine.close()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        async with opened(database) as again:
            stored = await again.read(_names)
        assert [d for d in done if isinstance(d, str)] == stored
        return stored

    assert run(scene())


def test_what_no_driver_serves_is_refused_with_what_to_use() -> None:
    with pytest.raises(CannotOpen, match="use sqlite:// or postgresql://"):
        run(open_engine("mysql://localhost/fedi"))
