"""A closed group at one house with members at another, and a third that is no business of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from actors.errors import FetchAnswered
from actors.grouping import Access, Grouping
from actors.people import Actor, ActorKind, Exposure
from actors.posts import Post, Visibility
from actors.relationships import RelationKind
from fedi.organisation import NewActor, add_actor
from fedi.publishing import Draft, Writing
from fedi.store import domain_rules
from fedi.store.rows import GROUPING
from tests.fediverse.houses import Fediverse, Running
from tests.fediverse.test_scenarios import acting, follow

Make = Callable[[int], Fediverse]
NAME = "beredskap"


@dataclass
class Closed:
    """A closed group at nord with anne of nord and bo of sor; ost has somebody who looks on."""

    world: Fediverse
    group: Actor

    @property
    def nord(self) -> Running:
        return self.world["nord.test"]

    @property
    def sor(self) -> Running:
        return self.world["sor.test"]

    @property
    def ost(self) -> Running:
        return self.world["ost.test"]

    async def heal(self) -> None:
        """Do all there is to do, and tell the neighbours of one another."""
        for _ in range(2):
            await self.world.heal()
            for house in self.world.houses:
                await house.clockwork.tell_neighbours()
        await self.world.heal()


async def found_group(house: Running, access: Access = Access.CLOSED) -> Actor:
    new = NewActor(
        kind=ActorKind.GROUP,
        username=NAME,
        name="Beredskap",
        exposure=Exposure.ALLOWED,
        locked=access is not Access.OPEN,
    )
    group = await add_actor(house.house.performer, new)
    row = Grouping(actor_id=group.id, access=access, created=house.clock.now())
    await house.house.engine.write(lambda tx: tx.run(GROUPING.insert, GROUPING.encode(row)))
    return group


async def allow(house: Running, *hosts: str) -> None:
    for host in hosts:
        await house.house.engine.write(
            lambda tx, host=host: domain_rules.put_rule(tx, host, "allow", "", house.clock.now())  # type: ignore[misc]
        )


async def join(closed: Closed, house: Running, who: Actor) -> None:
    """Ask to join, and be let in by the group."""
    await follow(house, who, f"@{NAME}@nord.test" if house is not closed.nord else NAME)
    await closed.world.heal()
    nord = closed.nord.house
    known = await nord.engine.read(lambda tx: nord.performer.open(tx).actor(who.uri))
    assert known is not None
    relation = await nord.engine.read(
        lambda tx: nord.performer.open(tx).relation(RelationKind.FOLLOW, known.id, closed.group.id)
    )
    assert relation is not None
    accept = acting(closed.nord, closed.group).accept(relation, known)
    await nord.performer.perform(accept, nord.resolver)
    await closed.heal()


async def closed_group(world: Fediverse) -> Closed:
    closed = Closed(world, await found_group(world["nord.test"]))
    await allow(closed.nord, "sor.test", "ost.test")
    await join(closed, closed.nord, await closed.nord.actor("anne"))
    await join(closed, closed.sor, await closed.sor.actor("bo"))
    return closed


async def write(
    house: Running, who: Actor, text: str, *, reply_to: str = "", person: int | None = None
) -> Post:
    writing = Writing(house.house.performer, house.house.resolver)
    draft = Draft(text=text, visibility=Visibility.PUBLIC, reply_to=reply_to, person=person)
    return await writing.publish(who, draft)


async def has(house: Running, post: Post) -> list[tuple[str, bool]]:
    """How a house has a post: its visibility, and whether it is deleted."""
    rows = await house.ask(
        "SELECT visibility, deleted IS NOT NULL FROM post WHERE uri = ?", post.uri
    )
    return [(row[0], bool(row[1])) for row in rows]


def test_what_is_said_in_a_closed_group_reaches_its_members_elsewhere_and_nobody_else(
    fediverse: Make,
) -> None:
    async def story() -> None:
        async with fediverse(41) as world:
            closed = await closed_group(world)
            bo = await closed.sor.actor("bo")
            await closed.sor.reads(bo)
            post = await write(closed.nord, await closed.nord.actor("anne"), f"Øvelse, @{NAME}")
            assert post.visibility is Visibility.GROUP
            await closed.heal()
            assert await has(closed.sor, post) == [("group", False)]
            assert await closed.sor.ask("SELECT post_id FROM home WHERE reader_id = ?", bo.id) == (
                await closed.sor.ask("SELECT id FROM post WHERE uri = ?", post.uri)
            )
            assert await has(closed.ost, post) == []
            for uri in (
                post.uri,
                f"{post.uri}/replies",
                f"{post.uri}/likes",
                f"{post.uri}/shares",
                f"{closed.group.uri}/hosts",
                f"{closed.group.uri}/followers",
                post.context,
            ):
                with pytest.raises(FetchAnswered) as refused:
                    await closed.ost.house.fetcher.document(uri, fresh=True)
                assert refused.value.answered == 404, uri

    asyncio.run(story())


def test_a_member_elsewhere_answers_edits_and_deletes(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(42) as world:
            closed = await closed_group(world)
            anne, bo = await closed.nord.actor("anne"), await closed.sor.actor("bo")
            post = await write(closed.nord, anne, f"Øvelse, @{NAME}")
            await closed.heal()
            answer = await write(closed.sor, bo, "Vi er klare", reply_to=post.uri)
            assert answer.visibility is Visibility.GROUP
            await closed.heal()
            assert await has(closed.nord, answer) == [("group", False)]
            told = await closed.nord.ask(
                "SELECT kind FROM notification WHERE recipient_id = ? AND kind = 'mention'", anne.id
            )
            assert told == [("mention",)]
            writing = Writing(closed.sor.house.performer, closed.sor.house.resolver)
            draft = Draft(text="Vi er nesten klare", visibility=Visibility.GROUP)
            await writing.edit(bo, answer, draft)
            await closed.heal()
            words = await closed.nord.ask("SELECT content FROM post WHERE uri = ?", answer.uri)
            assert "nesten" in words[0][0]
            await writing.delete(bo, answer)
            await closed.heal()
            assert await has(closed.nord, answer) == [("group", True)]
            log = [line for line in world.network.log if "ost.test" in line]
            assert not [line for line in log if answer.uri in line or post.uri in line]

    asyncio.run(story())
