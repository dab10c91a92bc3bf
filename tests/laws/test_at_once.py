"""What happens at once in two processes has one of the ends that one after the other has (S34).

Two engines are open on one database, as two processes have it, on SQLite and on PostgreSQL.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import pytest

from actors.effects import Activity, Done, Refusal
from actors.ids import Ids
from actors.people import Actor
from actors.relationships import Notification, Reaction, Relation
from actors.verbs import Accept, Block, Follow, Like
from fedi.store import arrivals
from fedi.store.arrivals import Arrival
from fedi.store.engine import Engine, Tx, open_engine
from tests.dice import Dice
from tests.people import ALICE, BOB, CARLA, KARI, LEDERGRUPPEN, NOW, OLA, Nordvik
from tests.running import run

ROUNDS = 25


@dataclass
class Two:
    """One house, and the same in another process with ids of its own."""

    house: Nordvik
    neighbour: Nordvik

    async def at_once(self, *activities: Activity) -> list[object]:
        """Begin all of them in this order, by turns here and there, and wait for all."""
        begun = []
        for number, activity in enumerate(activities):
            here = (self.house, self.neighbour)[number % 2]
            begun.append(asyncio.create_task(here.performer.once(activity)))
            await asyncio.sleep(0)
        return await asyncio.gather(*begun)


@pytest.fixture
def two(engine: Engine, database: str) -> Iterator[Two]:
    other = run(open_engine(database))
    house, neighbour = Nordvik(engine).settle(), Nordvik(other)
    neighbour.performer = replace(neighbour.performer, ids=Ids(2))
    yield Two(house, neighbour)
    run(other.close())


def follow(house: Nordvik, who: Actor, whom: Actor) -> Follow:
    return Follow(uri=house.uri(who), actor=who.uri, object=whom.uri)


def block(house: Nordvik, who: Actor, whom: Actor) -> Block:
    return Block(uri=house.uri(who), actor=who.uri, object=whom.uri)


def asked_by_them(house: Nordvik) -> tuple[Activity, Activity]:
    return follow(house, ALICE, KARI), block(house, KARI, ALICE)


def asked_and_barred_by_them(house: Nordvik) -> tuple[Activity, Activity]:
    return follow(house, ALICE, KARI), block(house, ALICE, KARI)


def asked_by_ours(house: Nordvik) -> tuple[Activity, Activity]:
    return follow(house, KARI, ALICE), block(house, ALICE, KARI)


def asked_and_barred_by_ours(house: Nordvik) -> tuple[Activity, Activity]:
    return follow(house, KARI, ALICE), block(house, KARI, ALICE)


def asked_inside(house: Nordvik) -> tuple[Activity, Activity]:
    return follow(house, OLA, KARI), block(house, KARI, OLA)


def answered(house: Nordvik) -> tuple[Activity, Activity]:
    """Their yes to a follow of ours crosses our block."""
    asked = follow(house, KARI, ALICE)
    house.done(asked)
    accept = Accept(uri=house.uri(ALICE), actor=ALICE.uri, object=asked.uri, follower=KARI.uri)
    return accept, block(house, KARI, ALICE)


@pytest.mark.parametrize(
    "crossing",
    [
        asked_by_them,
        asked_and_barred_by_them,
        asked_by_ours,
        asked_and_barred_by_ours,
        asked_inside,
        answered,
    ],
)
def test_a_follow_that_crosses_a_block_is_never_left_standing(
    two: Two, crossing: Callable[[Nordvik], tuple[Activity, Activity]]
) -> None:
    dice, house = Dice(11), two.house
    for _ in range(ROUNDS):
        outcomes = run(two.at_once(*dice.shuffled(list(crossing(house)))))
        assert all(isinstance(outcome, Done | Refusal) for outcome in outcomes)
        assert [row.kind.value for row in house.all(Relation)] == ["block"]
        if crossing is asked_by_them:
            assert [kind for kind, _ in house.sent()].count("Reject") == 1
        run(house.engine.write(partial(clear, tables=("relation", "activity", "fanout"))))


async def clear(tx: Tx, tables: tuple[str, ...]) -> None:
    for table in tables:
        await tx.run(f"DELETE FROM {table}")


def test_likes_at_once_are_one_for_each_and_told_once(two: Two) -> None:
    house, fans = two.house, (ALICE, BOB, CARLA, OLA)
    for _ in range(3):
        post = house.says(LEDERGRUPPEN)
        likes = [Like(uri=house.uri(fan), actor=fan.uri, object=post.uri) for fan in fans] * 10
        assert all(isinstance(outcome, Done) for outcome in run(two.at_once(*likes)))
        found = [row.actor_id for row in house.all(Reaction) if row.post_id == post.id]
        told = [row.by_id for row in house.all(Notification) if row.post_id == post.id]
        assert sorted(found) == sorted(told) == sorted(fan.id for fan in fans)


def test_fifty_deliveries_of_one_id_are_saved_and_worked_at_once(two: Two) -> None:
    engines = (two.house.engine, two.neighbour.engine)

    def arrival(number: int) -> Arrival:
        uri = f"{ALICE.uri}/follows/1"
        return Arrival(
            id=number, activity_uri=uri, inbox_owner=0, signer=ALICE.uri, body=b"{}", received=NOW
        )

    async def scene() -> None:
        saved = await asyncio.gather(
            *(
                engines[number % 2].write(partial(arrivals.save, arrival=arrival(number)))
                for number in range(1, 51)
            )
        )
        assert sorted(saved) == [False] * 49 + [True]
        lease = partial(arrivals.lease, now=NOW, until=NOW + 1, limit=9)
        leased = await asyncio.gather(*(engines[number % 2].write(lease) for number in range(10)))
        assert sorted(map(len, leased)) == [0] * 9 + [1]

    run(scene())
