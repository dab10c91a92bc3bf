"""Arrivals that come together are saved together, and each of them is told for itself."""

import asyncio
from typing import Any

import asyncpg

from actors.errors import Unavailable
from fedi.store import arrivals
from fedi.store.arrivals import Arrival
from fedi.store.engine import Engine
from fedi.store.taking import PAGE, Taking
from tests.people import ALICE, MALLORY, NOW
from tests.running import run


def arrival(id: int, uri: str = "", **rest: Any) -> Arrival:
    return Arrival(
        id=id,
        activity_uri=uri or f"https://mastodon.test/likes/{id}",
        inbox_owner=rest.pop("inbox_owner", 0),
        signer=rest.pop("signer", ALICE.uri),
        body=rest.pop("body", b"{}"),
        received=NOW,
    )


def saving(engine: Engine, *several: Arrival) -> list[Any]:
    async def scene() -> list[Any]:
        taking = Taking(engine)
        return await asyncio.gather(*map(taking.save, several), return_exceptions=True)

    return run(scene())


def saved(engine: Engine) -> set[int]:
    rows = run(engine.read(lambda tx: tx.rows("SELECT id FROM arrival")))
    return {row[0] for row in rows}


def test_many_at_once_are_all_there(engine: Engine) -> None:
    several = [arrival(id) for id in range(1, 3 * PAGE)]
    assert saving(engine, *several) == [True] * len(several)
    assert saved(engine) == {one.id for one in several}
    assert saving(engine, *several) == [False] * len(several)


def test_the_same_activity_many_times_at_once_is_new_once_for_each_inbox(engine: Engine) -> None:
    several = [arrival(id, "https://mastodon.test/likes/1") for id in range(1, 9)]
    several += [arrival(id, "https://mastodon.test/likes/1", inbox_owner=7) for id in range(11, 15)]
    several.append(arrival(21, "https://mastodon.test/likes/1", signer=MALLORY.uri))
    new = [one.id for one, is_new in zip(several, saving(engine, *several), strict=True) if is_new]
    assert new == [1, 11, 21]
    assert saved(engine) == {1, 11, 21}


def test_one_that_cannot_be_written_harms_no_other(engine: Engine) -> None:
    several = [arrival(id) for id in range(1, 8)]
    several[3] = arrival(4, body=3.5)  # of no kind that the column takes
    answers = saving(engine, *several)
    if engine.dialect == "postgres":
        assert isinstance(answers.pop(3), asyncpg.DataError | asyncpg.DatatypeMismatchError)
        assert answers == [True] * 6
        assert saved(engine) == {1, 2, 3, 5, 6, 7}
        assert run(engine.read(arrivals.waiting)) == (6, NOW)


def test_a_database_that_is_away_is_told_to_everyone(engine: Engine) -> None:
    class Away:
        dialect = "postgres"

        async def write(self, unit: Any) -> Any:
            raise Unavailable("The database is not available.")

    async def scene() -> list[Any]:
        taking = Taking(Away())  # type: ignore[arg-type]
        first = await asyncio.gather(
            *(taking.save(arrival(id)) for id in range(3)), return_exceptions=True
        )
        then = await asyncio.gather(taking.save(arrival(9)), return_exceptions=True)
        return [*first, *then]

    assert [type(one) for one in run(scene())] == [Unavailable] * 4


def test_who_asks_no_more_leaves_the_others_untouched(engine: Engine) -> None:
    async def scene() -> None:
        taking = Taking(engine)
        tasks = [asyncio.create_task(taking.save(arrival(id))) for id in range(1, 6)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert [one for one in ended if one is True] == [True] * 4

    run(scene())
