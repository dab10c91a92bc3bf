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


async def neighbours(world: Fediverse) -> tuple[Running, Running, Actor, Actor]:
    """Two houses and somebody of each: the second follows the first."""
    nord, sor = world["nord.test"], world["sor.test"]
    anne, bo = await nord.actor("anne"), await sor.actor("bo")
    await follow(sor, bo, "@anne@nord.test")
    await sor.reads(bo)
    await world.heal()
    return nord, sor, anne, bo


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
            nord, sor, anne, bo = await neighbours(world)
            post = await say(nord, anne, "Hei, @bo@sor.test")
            await world.work(2)
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


def test_a_department_that_ends_is_gone_everywhere_whoever_works_first(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(7) as world:
            nord, sor, anne, _ = await neighbours(world)
            post = await say(nord, anne, "Snart borte")
            await world.heal()
            end = acting(nord, anne).close()
            await nord.house.performer.perform(end, nord.house.resolver)
            await nord.chores()  # before the fan-out of the Delete
            await world.heal()
            gone = await sor.ask("SELECT deleted IS NOT NULL FROM actor WHERE uri = ?", anne.uri)
            assert [bool(row[0]) for row in gone] == [True]
            words = await sor.ask("SELECT content FROM post WHERE uri = ?", post.uri)
            assert words == [("",)]
            for house in (nord, sor):
                assert await house.ask("SELECT 1 FROM relation") == []

    asyncio.run(story())


def test_who_moves_takes_the_followers_along(fediverse: Make) -> None:
    """S23, between three houses."""

    async def story() -> None:
        async with fediverse(8) as world:
            nord, sor, ost = (world[host] for host in world.hosts)
            old, new = await nord.actor("anne"), await ost.actor("anne")
            bo = await sor.actor("bo")
            await follow(sor, bo, "@anne@nord.test")
            await world.heal()
            await ost.house.engine.write(
                lambda tx: tx.run(
                    "UPDATE actor SET also_known_as = ?, updated = updated + 1 WHERE id = ?",
                    (f'["{old.uri}"]', new.id),
                )
            )
            known = await nord.house.resolver.actor(new.uri)
            move = acting(nord, old).move(known)
            await nord.house.performer.perform(move, nord.house.resolver)
            await world.heal()
            follows = await sor.ask(
                "SELECT a.uri, r.state FROM relation r JOIN actor a ON a.id = r.target_id"
            )
            assert follows == [(new.uri, "accepted")]
            there = await ost.ask("SELECT a.uri FROM relation r JOIN actor a ON a.id = r.source_id")
            assert there == [(bo.uri,)]
            assert await nord.ask("SELECT 1 FROM relation") == []

    asyncio.run(story())


def test_a_poll_is_voted_in_and_counted_at_every_house(fediverse: Make) -> None:
    """S22, and the tally that comes back."""

    async def story() -> None:
        async with fediverse(9) as world:
            nord, sor, anne, bo = await neighbours(world)
            ends = world.clock.now() + 3_600_000
            writing = Writing(nord.house.performer, nord.house.resolver)
            poll = await writing.publish(
                anne,
                Draft(
                    text="Kaffe?",
                    visibility=Visibility.PUBLIC,
                    choices=("Ja", "Nei"),
                    poll_ends=ends,
                ),
            )
            await world.heal()
            there = await sor.house.resolver.post(poll.uri)
            vote = acting(sor, bo).vote(there, "Ja")
            await sor.house.performer.perform(vote, sor.house.resolver)
            await world.heal()
            world.clock.time = max(world.clock.time, ends) + 1
            await nord.clockwork.end_polls()
            await world.heal()
            (row,) = await sor.ask("SELECT options, closed IS NOT NULL, voters FROM poll")
            assert '"votes":1' in row[0].replace(" ", "")
            assert (bool(row[1]), row[2]) == (True, 1)

    asyncio.run(story())


def test_what_is_internal_is_at_no_other_house(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(2) as world:
            nord, sor, anne, _ = await neighbours(world)
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
            nord, sor, anne, _ = await neighbours(world)
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
            nord, sor, anne, bo = await neighbours(world)
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
            nord, sor, anne, _ = await neighbours(world)
            world.network.weather = Weather(broken=1.0)
            await say(nord, anne, "Tross alt")
            for _ in range(5):
                await nord.send()
                world.clock.time += 600_000
            assert await texts(sor) == []
            await world.heal()
            assert len(await texts(sor)) == 1

    asyncio.run(story())
