"""What whole houses do with one another, step by step, in good weather and in bad."""

import asyncio
from collections.abc import Callable

from actors.people import Actor
from actors.posts import Post, Visibility
from fedi.publishing import Draft, Writing
from outbox.acts import Acting
from tests.fediverse.houses import Fediverse, Running
from tests.fediverse.network import STORM, Weather

Make = Callable[[int], Fediverse]


def acting(house: Running, who: Actor) -> Acting:
    return Acting(actor=who, urls=house.house.urls, id=house.house.performer.new_id())


async def follow(house: Running, who: Actor, handle: str) -> None:
    other = await house.house.resolver.handle(handle)
    activity = acting(house, who).follow(other)
    await house.house.performer.perform(activity, house.house.resolver)


async def say(
    house: Running, who: Actor, text: str, visibility: Visibility = Visibility.PUBLIC
) -> Post:
    writing = Writing(house.house.performer, house.house.resolver)
    return await writing.publish(who, Draft(text=text, visibility=visibility))


async def texts(house: Running) -> list[str]:
    rows = await house.ask("SELECT content FROM post WHERE deleted IS NULL ORDER BY id")
    return [row[0] for row in rows]


def test_a_follow_a_post_and_a_like_travel_between_houses(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(1) as world:
            nord, sor = world["nord.test"], world["sor.test"]
            anne, bo = await nord.actor("anne"), await sor.actor("bo")
            await follow(sor, bo, "@anne@nord.test")
            await world.work(2)
            post = await say(nord, anne, "Hei, @bo@sor.test")
            await world.work()
            (row,) = await sor.ask("SELECT uri, content FROM post")
            assert row[0] == post.uri
            assert "Hei, " in row[1]
            found = await sor.house.resolver.post(post.uri)
            like = acting(sor, bo).like(found)
            await sor.house.performer.perform(like, sor.house.resolver)
            await world.heal()
            assert await nord.ask("SELECT uri FROM reaction") == [(like.uri,)]
            told = await nord.ask("SELECT kind FROM notification ORDER BY kind")
            assert told == [("favourite",), ("follow",)]
            assert await sor.ask("SELECT kind FROM notification") == [("mention",)]

    asyncio.run(story())


def test_what_is_internal_is_at_no_other_house(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(2) as world:
            nord, sor = world["nord.test"], world["sor.test"]
            anne, bo = await nord.actor("anne"), await sor.actor("bo")
            await follow(sor, bo, "@anne@nord.test")
            await world.work(2)
            await say(nord, anne, "Bare oss, @bo@sor.test", Visibility.INTERNAL)
            await world.heal()
            assert await texts(sor) == []

    asyncio.run(story())


def test_a_crash_after_the_other_house_has_it_doubles_nothing(fediverse: Make) -> None:
    """security.md trial 3: killed between the peer's 202 and the removal of our row."""

    async def story() -> None:
        async with fediverse(3) as world:
            nord, sor = world["nord.test"], world["sor.test"]
            anne = await nord.actor("anne")
            await sor.house.resolver.handle("@anne@nord.test")
            await say(nord, anne, "En gang, @bo@sor.test")
            await nord.crash_during(nord.send(), 1)
            await world.heal()
            assert len(await texts(sor)) == 1
            assert await sor.ask("SELECT count(*) FROM notification") == [(1,)]
            sent = [line for line in world.network.log if "POST" in line]
            assert len(sent) == 1, "the log has the answered one alone; the first was cut off"

    asyncio.run(story())


def test_a_house_that_was_away_for_six_days_gets_everything_in_order(fediverse: Make) -> None:
    """security.md trial 16."""

    async def story() -> None:
        async with fediverse(4) as world:
            nord, sor = world["nord.test"], world["sor.test"]
            anne, bo = await nord.actor("anne"), await sor.actor("bo")
            await follow(sor, bo, "@anne@nord.test")
            await world.work(2)
            await sor.close()
            before = len(world.network.log)
            for day in range(12):
                await say(nord, anne, f"Dag {day}")
                for _ in range(12):
                    world.clock.time += 3_600_000
                    await nord.send()
            probes = len(world.network.log) - before
            assert probes == 0, "what nobody answers is not noted as answered"
            await sor.open()
            await world.heal()
            found = await texts(sor)
            assert [text.split()[1].removesuffix("</p>") for text in found] == [
                str(day) for day in range(12)
            ]

    asyncio.run(story())


def test_in_a_storm_each_post_still_comes_once(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(5) as world:
            nord, sor = world["nord.test"], world["sor.test"]
            anne, bo = await nord.actor("anne"), await sor.actor("bo")
            await follow(sor, bo, "@anne@nord.test")
            await world.heal()
            world.network.weather = STORM
            for number in range(10):
                await say(nord, anne, f"Nummer {number}")
                await world.work()
                world.clock.time += 60_000
            await world.heal()
            assert len(await texts(sor)) == 10
            assert await sor.ask("SELECT count(*) FROM home WHERE reader_id = ?", bo.id) == [(10,)]
            assert await sor.ask("SELECT count(*) FROM event WHERE kind = 'post'") == [(10,)]

    asyncio.run(story())


def test_a_peer_that_answers_only_with_errors_loses_nothing(fediverse: Make) -> None:
    """security.md trial 17."""

    async def story() -> None:
        async with fediverse(6) as world:
            nord, sor = world["nord.test"], world["sor.test"]
            anne, bo = await nord.actor("anne"), await sor.actor("bo")
            await follow(sor, bo, "@anne@nord.test")
            await world.heal()
            world.network.weather = Weather(broken=1.0)
            await say(nord, anne, "Tross alt")
            for _ in range(5):
                await nord.send()
                world.clock.time += 600_000
            assert await texts(sor) == []
            await world.heal()
            assert len(await texts(sor)) == 1

    asyncio.run(story())
