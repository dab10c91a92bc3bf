"""PostgreSQL's batches: units share a commit and nothing else; crossing ones all end well."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from actors.ids import Ids
from actors.relationships import Notification, Reaction
from actors.verbs import Block, Follow, Like
from fedi.store.batches import PAGE
from fedi.store.engine import Dialect, Engine, Tx, open_engine
from tests.people import ALICE, BOB, CARLA, LEDERGRUPPEN, MALLORY, Nordvik
from tests.running import run

pytestmark = pytest.mark.postgres


@pytest.fixture
def dialect() -> Dialect:
    return "postgres"


@pytest.fixture
def other(engine: Engine, database: str) -> Iterator[Engine]:
    """Another process or machine at the same database."""
    other = run(open_engine(database))
    yield other
    run(other.close())


@pytest.fixture
def narrow(engine: Engine, database: str) -> Iterator[Engine]:
    """One with a single lane, so that what waits shares its transaction."""
    narrow = run(open_engine(database, pool=2))
    yield narrow
    run(narrow.close())


async def put(tx: Tx, name: str, value: str = "") -> None:
    await tx.run(
        "INSERT INTO setting (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = setting.value || excluded.value",
        (name, value),
    )


async def numbered(tx: Tx, name: str) -> int:
    """Write, and return which transaction it was in."""
    await put(tx, name)
    row = await tx.one("SELECT pg_current_xact_id()::text::bigint")
    return int(row[0]) if row else 0


def test_units_that_wait_share_a_commit_and_one_alone_has_its_own(narrow: Engine) -> None:
    async def scene() -> list[int]:
        return await asyncio.gather(
            *(narrow.write(partial(numbered, name=str(n))) for n in range(2 * PAGE))
        )

    shared = run(scene())
    assert len(set(shared)) < len(shared)
    assert all(shared.count(one) <= PAGE for one in shared)
    assert run(narrow.write(partial(numbered, name="a"))) not in shared


def test_what_stands_before_a_unit_that_waits_for_a_lock_is_committed_first(
    narrow: Engine, other: Engine
) -> None:
    async def scene() -> list[str]:
        held, may_end, order = asyncio.Event(), asyncio.Event(), list[str]()

        async def holder(tx: Tx) -> None:
            await tx.lock("pair")
            held.set()
            await may_end.wait()

        async def waiter(tx: Tx) -> None:
            await tx.lock("pair")
            await put(tx, "waiter")

        async def noted(name: str, unit: "asyncio.Future[None]") -> None:
            await unit
            order.append(name)

        holding = asyncio.create_task(other.write(holder))
        await held.wait()
        before = asyncio.create_task(narrow.write(lambda tx: put(tx, "before")))
        waiting = asyncio.create_task(narrow.write(waiter))
        await noted("before", before)
        may_end.set()
        await noted("waiter", waiting)
        await holding
        return order

    assert run(scene()) == ["before", "waiter"]


def test_transactions_that_cross_are_taken_apart_and_every_unit_happens_once(
    engine: Engine, other: Engine
) -> None:
    names = [f"{n:02}" for n in range(20)]

    async def scene() -> None:
        there = [engine.write(partial(put, name=name, value="a")) for name in names]
        back = [other.write(partial(put, name=name, value="b")) for name in reversed(names)]
        await asyncio.gather(*there, *back, *(other.write(partial(put, name="00", value="c")),))

    for _ in range(5):
        run(scene())
    found = run(engine.read(lambda tx: tx.rows("SELECT name, value FROM setting")))
    assert {name: sorted(value) for name, value in found} == {
        name: sorted("ab" * 5 + ("c" * 5 if name == "00" else "")) for name in names
    }


def next_door(other: Engine) -> Nordvik:
    """The same house in another process, which makes ids in a slot of its own."""
    neighbour = Nordvik(other)
    neighbour.performer = replace(neighbour.performer, ids=Ids(2))
    return neighbour


def test_a_like_that_comes_to_many_at_once_counts_once(engine: Engine, other: Engine) -> None:
    house = Nordvik(engine).settle()
    neighbour = next_door(other)
    post = house.says(LEDERGRUPPEN)
    fans = (ALICE, BOB, CARLA, MALLORY)

    async def scene() -> None:
        likes = [
            Like(uri=f"{fan.uri}/likes/1", actor=fan.uri, object=post.uri) for fan in fans
        ] * 12
        await asyncio.gather(
            *(
                (house, neighbour)[number % 2].performer.once(like)
                for number, like in enumerate(likes)
            )
        )

    run(scene())
    assert sorted(one.actor_id for one in house.all(Reaction)) == [fan.id for fan in fans]
    assert sorted(one.by_id for one in house.all(Notification)) == [fan.id for fan in fans]


def test_a_follow_that_crosses_a_block_leaves_no_follow(engine: Engine, other: Engine) -> None:
    house = Nordvik(engine).settle()
    neighbour = next_door(other)

    async def scene(number: int) -> None:
        follow = Follow(
            uri=f"{ALICE.uri}/follows/{number}", actor=ALICE.uri, object=LEDERGRUPPEN.uri
        )
        block = Block(uri=house.uri(LEDERGRUPPEN), actor=LEDERGRUPPEN.uri, object=ALICE.uri)
        await asyncio.gather(house.performer.once(follow), neighbour.performer.once(block))

    for number in range(10):
        run(scene(number))
        assert house.state(ALICE, LEDERGRUPPEN) == ""
        run(engine.write(lambda tx: tx.run("DELETE FROM relation")))
