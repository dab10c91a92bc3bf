"""Law: what one actor did again and again ends as it ended for them, when it arrives in order.

Doing a thing again after undoing it is what the protocol orders: its sender keeps the order, the
door saves it, and the worker must not lose it, however many arrivals it has in hand at once.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from actors.effects import Activity
from actors.people import Actor
from actors.relationships import Reaction, Relation
from actors.verbs import Block, Follow, Like, Undo
from fedi.app import opened_house
from fedi.config import Config, Database, Server
from fedi.store import arrivals
from fedi.store.arrivals import Arrival
from fedi.store.engine import Engine, Tx
from inbox.worker import Turns, Worker
from outbox.activities import write
from tests.fediverse.houses import Deaf
from tests.people import ALICE, BOB, CARLA, KARI, LEDERGRUPPEN, NOW, OLA, Nordvik
from tests.running import run

TIMES = 10


def again_and_again(house: Nordvik, who: Actor, post: str) -> list[Activity]:
    """Like, follow and block, take it back, and do it again; the last is not taken back."""
    done: list[Activity] = []
    for number in range(TIMES):
        deeds: list[Activity] = [
            Like(uri=house.uri(who), actor=who.uri, object=post),
            Follow(uri=house.uri(who), actor=who.uri, object=LEDERGRUPPEN.uri),
            Block(uri=house.uri(who), actor=who.uri, object=OLA.uri),
        ]
        done += deeds
        if number < TIMES - 1:
            done += [
                Undo(
                    uri=house.uri(who),
                    actor=who.uri,
                    object=deed.uri,
                    kind=type(deed).__name__,
                    target=deed.object,  # type: ignore[attr-defined]
                )
                for deed in deeds
            ]
    return done


async def saved(house: Nordvik, activities: list[Activity]) -> None:
    async def unit(tx: Tx) -> None:
        for activity in activities:
            document = write(activity, house.urls)
            arrival = Arrival(
                id=house.performer.new_id(),
                activity_uri=activity.uri,
                inbox_owner=0,
                signer=activity.actor,
                body=msgspec.json.encode(document),
                received=NOW,
            )
            assert await arrivals.save(tx, arrival)

    await house.engine.write(unit)


async def worked(house: Nordvik, tmp_path: Path) -> None:
    @asynccontextmanager
    async def opening() -> AsyncIterator[Engine]:
        yield house.engine

    config = Config(
        server=Server(origin=house.urls.origin), database=Database(url=f"sqlite:///{tmp_path}")
    )
    async with opened_house(config, bus=Deaf(), clock=house.clock, opening=opening) as opened:
        await Worker(opened.desk).drain()


def test_what_one_did_in_an_order_ends_as_it_ended_for_them(house: Nordvik, tmp_path: Path) -> None:
    post = house.says(KARI)
    histories = [again_and_again(house, who, post.uri) for who in (ALICE, BOB, CARLA)]
    mixed = [activity for together in zip(*histories, strict=True) for activity in together]

    async def story() -> None:
        await saved(house, mixed)
        await worked(house, tmp_path)

    run(story())
    last = {activity.uri for history in histories for activity in history[-3:]}
    assert house.ask("SELECT code FROM refused") == []
    assert {row.uri for row in house.all(Reaction)} | {
        row.uri for row in house.all(Relation)
    } == last


def test_one_that_fetches_lets_the_next_pass_and_ends_when_it_likes() -> None:
    async def story() -> None:
        turns, order = Turns(), list[str]()
        fetched = asyncio.Event()

        async def one(name: str, *, fetches: bool = False) -> None:
            async with turns.turn("alice") as let_pass:
                order.append(name)
                if fetches:
                    let_pass()
                    await fetched.wait()
            order.append(f"{name} ended")

        slow = asyncio.create_task(one("first", fetches=True))
        await asyncio.gather(one("second"), one("third"))
        fetched.set()
        await slow
        await one("fourth")
        assert order == [
            "first", "second", "second ended", "third", "third ended", "first ended",
            "fourth", "fourth ended",
        ]  # fmt: skip

    asyncio.run(story())
