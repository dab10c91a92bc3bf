"""Posts for later: kept until their time, published once, and kept with why where they can't be."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from actors.errors import Invalid, NotFound
from actors.membership import Membership, Role
from actors.people import Actor, Person
from actors.posts import Visibility
from fedi.app import House, opened_house
from fedi.config import load
from fedi.organisation import find_actor
from fedi.publishing.scheduling import SOONEST_MS, Scheduling
from fedi.publishing.wishes import Draft, Wish, drafted, wished
from fedi.publishing.writing import Writing
from fedi.store import scheduled
from fedi.store.engine import Tx
from fedi.store.rows import MEMBERSHIP, PERSON
from fedi.store.timelines import Span
from tests.fedi.house_on_disk import HouseOnDisk
from tests.people import NOW, Clock

SOON = NOW + SOONEST_MS
WISH = Wish(text="God morgen", visibility="public")


def planned(
    house: HouseOnDisk, work: "Callable[[Scheduling, Actor, House, Clock], Awaitable[None]]"
) -> None:
    async def inside() -> None:
        config = load(house.folder / "config.toml", {})
        clock = Clock()
        async with opened_house(config, clock=clock) as opened:
            actor = await find_actor(opened.performer, "ikt_teamet")
            writing = Writing(opened.performer, opened.resolver, config.limits)
            await work(Scheduling(writing, opened.media), actor, opened, clock)

    asyncio.run(inside())


async def waiting(opened: House, actor: Actor) -> list[scheduled.Scheduled]:
    return await opened.engine.read(lambda tx: scheduled.of_actor(tx, actor.id, Span(limit=40)))


async def somebody(opened: House, actor: Actor) -> int:
    """Return a person who may write for the actor."""
    person = Person(id=opened.performer.new_id(), username="per", name="Per", actor_id=0)
    role = Membership(person_id=person.id, actor_id=actor.id, role=Role.AUTHOR)

    async def unit(tx: Tx) -> int:
        await tx.run(PERSON.insert, PERSON.encode(person))
        await tx.run(MEMBERSHIP.insert, MEMBERSHIP.encode(role))
        return person.id

    return await opened.engine.write(unit)


async def texts(opened: House, actor: Actor) -> list[str]:
    sql = "SELECT source FROM post WHERE author_id = ? ORDER BY id"
    return [row[0] for row in await opened.engine.read(lambda tx: tx.rows(sql, (actor.id,)))]


def test_a_post_is_published_once_when_its_time_has_come(house: HouseOnDisk) -> None:
    async def work(later: Scheduling, actor: Actor, opened: House, clock: Clock) -> None:
        await later.keep(actor, await somebody(opened, actor), None, SOON, WISH)
        clock.time = SOON - 1
        assert await later.publish_due() == 0
        clock.time = SOON
        assert await later.publish_due() == 1
        assert await later.publish_due() == 0
        assert [one.problem for one in await waiting(opened, actor)] == []
        assert await texts(opened, actor) == [WISH.text]
        assert await waiting(opened, actor) == []

    planned(house, work)


def test_it_can_be_moved_and_not_nearer_than_five_minutes(house: HouseOnDisk) -> None:
    async def work(later: Scheduling, actor: Actor, opened: House, clock: Clock) -> None:
        with pytest.raises(Invalid, match="5 minutes"):
            await later.keep(actor, 1, None, SOON - 1, WISH)
        id = await later.keep(actor, await somebody(opened, actor), None, SOON, WISH)
        with pytest.raises(Invalid, match="5 minutes"):
            await later.move(actor, id, SOON - 1)
        await later.move(actor, id, SOON + 9)
        assert [one.due for one in await waiting(opened, actor)] == [SOON + 9]
        with pytest.raises(NotFound):
            await later.move(replace(actor, id=actor.id + 1), id, SOON + 9)

    planned(house, work)


def test_what_cannot_be_published_stays_with_why(house: HouseOnDisk) -> None:
    async def work(later: Scheduling, actor: Actor, opened: House, clock: Clock) -> None:
        person = await somebody(opened, actor)
        await later.keep(actor, person, None, SOON, WISH)
        gone = Membership(person_id=person, actor_id=actor.id, role=Role.AUTHOR, ends=SOON)
        await opened.engine.write(lambda tx: tx.run(MEMBERSHIP.replace, MEMBERSHIP.encode(gone)))
        clock.time = SOON
        assert await later.publish_due() == 1
        (stays,) = await waiting(opened, actor)
        assert stays.problem == "You may not write for this department."
        clock.time = SOON * 2
        assert await later.publish_due() == 0

    planned(house, work)


def test_a_draft_is_what_was_wished() -> None:
    draft = Draft(
        text="Kaffe?", visibility=Visibility.PUBLIC, summary="Pause", sensitive=True,
        language="nb", choices=("Ja", "Nei"), multiple=True, poll_ends=NOW + 60_000,
    )  # fmt: skip
    assert drafted(wished(draft, (), 60, {}), NOW) == draft
    assert drafted(WISH, NOW).poll_ends is None
