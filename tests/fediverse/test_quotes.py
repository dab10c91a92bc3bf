"""Quotes between whole houses: asked for, allowed, looked up by a third, and taken back."""

import asyncio
from collections.abc import Callable

import pytest

from actors.errors import FetchAnswered
from actors.people import Actor
from actors.posts import Post, Visibility
from fedi.publishing import Draft, Writing
from fedi.store import quoting
from tests.fediverse.houses import Fediverse, Running
from tests.fediverse.test_scenarios import follow, neighbours, say

Make = Callable[[int], Fediverse]


async def quote(house: Running, who: Actor, post: Post, policy: str = "") -> Post:
    writing = Writing(house.house.performer, house.house.resolver)
    found = await house.house.resolver.post(post.uri)
    draft = Draft(
        text="Les dette", visibility=Visibility.PUBLIC, quote=found.uri, quote_policy=policy
    )
    return await writing.publish(who, draft)


async def stands(house: Running, uri: str) -> list[tuple[str, bool]]:
    rows = await house.ask(
        "SELECT state, quoted_id IS NOT NULL AND post_id IS NOT NULL FROM quote WHERE uri = ?", uri
    )
    return [(row[0], bool(row[1])) for row in rows]


async def take_back(house: Running, who: Actor, uri: str) -> None:
    row = await house.house.engine.read(lambda tx: quoting.of_post(tx, uri))
    assert row is not None
    writing = Writing(house.house.performer, house.house.resolver)
    await writing.perform(writing.act(who, None).forbid(row))


def test_a_quote_is_allowed_seen_by_a_third_house_and_taken_back(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(31) as world:
            nord, sor, anne, bo = await neighbours(world)
            ost = world["ost.test"]
            reader = await ost.actor("anne")
            await follow(ost, reader, "@bo@sor.test")
            post = await say(nord, anne, "Ny vaktordning")
            await world.heal()
            mine = await quote(sor, bo, post)
            assert await stands(sor, mine.uri) == [("pending", True)]
            await world.heal()
            for house in (nord, sor, ost):
                assert await stands(house, mine.uri) == [("accepted", True)], house.host
            stamps = {(await h.ask("SELECT stamp FROM quote"))[0][0] for h in (nord, sor, ost)}
            assert len(stamps) == 1
            assert stamps.pop().startswith("https://nord.test/stamps/")
            told = await nord.ask("SELECT kind FROM notification ORDER BY kind")
            assert ("quote",) in told
            await take_back(nord, anne, mine.uri)
            await world.heal()
            for house in (nord, sor):
                assert await stands(house, mine.uri) == [("revoked", True)], house.host

    asyncio.run(story())


def test_a_quote_that_is_not_wanted_is_never_shown(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(32) as world:
            nord, sor, anne, bo = await neighbours(world)
            writing = Writing(nord.house.performer, nord.house.resolver)
            post = await say(nord, anne, "Til alle")
            await world.heal()
            # The policy changes before the other house has heard of it.
            person = (await nord.ask("SELECT count(*) FROM person"))[0][0]
            assert person == 0
            await writing.let_quote(anne, post, "nobody", None)
            mine = await quote(sor, bo, post)
            await world.heal()
            assert await stands(sor, mine.uri) == [("rejected", True)]
            there = await sor.ask("SELECT can_quote FROM post WHERE uri = ?", post.uri)
            assert anne.uri in there[0][0]
            assert await stands(nord, mine.uri) in ([("rejected", True)], [("rejected", False)])

    asyncio.run(story())


def test_a_stamp_that_was_taken_back_is_not_served(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(33) as world:
            nord, sor, anne, bo = await neighbours(world)
            post = await say(nord, anne, "Sitert")
            await world.heal()
            mine = await quote(sor, bo, post)
            await world.heal()
            ((stamp,),) = await nord.ask("SELECT stamp FROM quote")
            document = await sor.house.fetcher.document(stamp, fresh=True)
            assert (document["type"], document["attributedTo"]) == ("QuoteAuthorization", anne.uri)
            assert document["interactingObject"] == mine.uri
            assert document["interactionTarget"] == post.uri
            await take_back(nord, anne, mine.uri)
            await world.heal()
            with pytest.raises(FetchAnswered) as refused:
                await sor.house.fetcher.document(stamp, fresh=True)
            assert refused.value.answered == 404

    asyncio.run(story())
