"""A closed group at one house with members at another, and a third that is no business of it."""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from actors.effects import Recipients, Send
from actors.errors import FediError, FetchAnswered
from actors.grouping import Access, Grouping, GroupKeeper
from actors.people import Actor, ActorKind, Exposure
from actors.posts import Media, Post, Visibility
from actors.relationships import Relation, RelationKind, RelationState
from actors.verbs import Accept, Remove
from fedi.net.sender import Request
from fedi.organisation import NewActor, add_actor
from fedi.publishing import Draft, Writing
from fedi.store import domain_rules
from fedi.store import media as stored_media
from fedi.store.engine import Tx
from fedi.store.rows import GROUP_MANAGER, GROUPING
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


async def reads(house: Running, post: Post) -> bool:
    """Whether a house's server may read a post where it lives; where not, there is none."""
    try:
        await house.house.fetcher.document(post.uri, fresh=True)
    except FetchAnswered as refused:
        if refused.answered != 404:
            raise
        return False
    return True


async def relation_of(closed: Closed, who: Actor) -> Relation:
    """How somebody's membership is kept where the group lives."""
    nord = closed.nord.house

    async def look(tx: Tx) -> Relation | None:
        store = nord.performer.open(tx)
        known = await store.actor(who.uri)
        assert known is not None
        return await store.relation(RelationKind.FOLLOW, known.id, closed.group.id)

    found = await nord.engine.read(look)
    assert found is not None
    return found


async def mentions(house: Running, who: Actor) -> int:
    rows = await house.ask(
        "SELECT count(*) FROM notification WHERE recipient_id = ? AND kind = 'mention'", who.id
    )
    return int(rows[0][0])


def test_what_a_member_elsewhere_writes_is_read_by_members_at_a_third_house(
    fediverse: Make,
) -> None:
    async def story() -> None:
        async with fediverse(43) as world:
            closed = await closed_group(world)
            bo, dag = await closed.sor.actor("bo"), await closed.ost.actor("anne")
            early = await write(closed.sor, bo, f"Før ost kom, @{NAME}@nord.test")
            await closed.heal()
            assert await has(closed.nord, early) == [("group", False)]
            assert not await reads(closed.ost, early)
            await join(closed, closed.ost, dag)
            hosts = await closed.sor.ask("SELECT host FROM group_host ORDER BY host")
            assert hosts == [("ost.test",), ("sor.test",)]
            post = await write(closed.sor, bo, f"Alle er her, @{NAME}@nord.test")
            assert post.visibility is Visibility.GROUP
            await closed.heal()
            for house in (closed.nord, closed.ost):
                assert await has(house, post) == [("group", False)], house.host
            # An answer at ost reaches sor, where the post lives, through the group.
            answer = await write(closed.ost, dag, "Enig", reply_to=post.uri)
            await closed.heal()
            assert await has(closed.sor, answer) == [("group", False)]
            assert await mentions(closed.sor, bo) == 1
            # A member is let go: their server has it no longer, from the next request on.
            known = await closed.nord.house.resolver.actor(dag.uri)
            reject = acting(closed.nord, closed.group).reject(await relation_of(closed, dag), known)
            await closed.nord.house.performer.perform(reject, closed.nord.house.resolver)
            await closed.heal()
            assert await closed.sor.ask("SELECT host FROM group_host") == [("sor.test",)]
            for one in (post, early):
                assert not await reads(closed.ost, one)

    asyncio.run(story())


def test_a_server_that_is_off_the_list_reads_nothing_from_then_on(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(44) as world:
            closed = await closed_group(world)
            anne = await closed.nord.actor("anne")
            post = await write(closed.nord, anne, f"Øvelse, @{NAME}")
            await closed.heal()
            assert await reads(closed.sor, post)
            engine = closed.nord.house.engine
            await engine.write(lambda tx: domain_rules.drop_rule(tx, "sor.test"))
            assert not await reads(closed.sor, post)

    asyncio.run(story())


def test_who_is_no_member_cannot_post_there_from_anywhere(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(45) as world:
            closed = await closed_group(world)
            stranger, bo = await closed.sor.actor("anne"), await closed.sor.actor("bo")
            with pytest.raises(FediError) as refused:
                await write(closed.sor, stranger, f"Hei, @{NAME}@nord.test")
            assert refused.value.code == "not_a_member"
            # Nor one whose membership only their own server believes in.
            await closed.nord.house.engine.write(
                lambda tx: tx.run("DELETE FROM relation WHERE inside = 0")
            )
            post = await write(closed.sor, bo, f"Hei, @{NAME}@nord.test")
            await closed.heal()
            assert await has(closed.nord, post) == []

    asyncio.run(story())


def test_a_manager_elsewhere_lets_in_and_takes_out_and_nobody_else_does(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(46) as world:
            closed = await closed_group(world)
            anne, bo = await closed.nord.actor("anne"), await closed.sor.actor("bo")
            dag = await closed.ost.actor("anne")
            await follow(closed.ost, dag, f"@{NAME}@nord.test")
            await world.heal()
            post = await write(closed.nord, anne, f"Utenfor tema, @{NAME}")
            await closed.heal()
            await manage(closed, bo, dag, post)
            assert (await relation_of(closed, dag)).state is RelationState.PENDING
            assert await has(closed.nord, post) == [("group", False)]
            known = await closed.nord.house.resolver.actor(bo.uri)
            row = GroupKeeper(group_id=closed.group.id, actor_id=known.id, since=0)
            await closed.nord.house.engine.write(
                lambda tx: tx.run(GROUP_MANAGER.insert, GROUP_MANAGER.encode(row))
            )
            await manage(closed, bo, dag, post)
            assert (await relation_of(closed, dag)).state is RelationState.ACCEPTED
            state = await closed.ost.ask("SELECT state FROM relation WHERE source_id = ?", dag.id)
            assert state == [("accepted",)]
            for house in (closed.nord, closed.sor):
                assert await has(house, post) == [("group", True)], house.host

    asyncio.run(story())


async def manage(closed: Closed, manager: Actor, asking: Actor, post: Post) -> None:
    """Have somebody at sor say that one is let in, and that a post is out of the group."""
    sor = closed.sor.house
    group = await sor.resolver.actor(closed.group.uri)
    uris = [sor.urls.activity(sor.performer.new_id()) for _ in range(2)]
    yes = Accept(
        uri=uris[0],
        actor=manager.uri,
        object=(await relation_of(closed, asking)).uri,
        follower=asking.uri,
        followed=group.uri,
    )
    out = Remove(uri=uris[1], actor=manager.uri, object=post.uri, target=group.outbox)
    for said in (yes, out):
        recipients = Recipients(actors=(group.id,))
        await sor.performer.send(Send(said, manager.id, recipients, about=said.uri))
    await closed.heal()


def test_a_picture_in_a_closed_group_is_for_its_members_servers_alone(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(47) as world:
            closed = await closed_group(world)
            anne, nord = await closed.nord.actor("anne"), closed.nord.house
            name = await picture(closed.nord, anne)
            shown = Media(url=nord.urls.media(name), media_type="image/png", kind="Image")
            draft = Draft(text=f"Kart, @{NAME}", visibility=Visibility.PUBLIC, media=(shown,))
            post = await Writing(nord.performer, nord.resolver).publish(anne, draft)
            await closed.heal()
            ((media,),) = await closed.sor.ask("SELECT media FROM post WHERE uri = ?", post.uri)
            assert name not in media.replace(f"/files/{name}", "")
            url = f"{post.uri}/files/{name}"
            assert url in media
            sealed = closed.sor.house.proxy.proxied(url)
            got = await world.network.bring(Request("GET", sealed, [], b"", 8.0, 1_000_000))
            assert (got.status, got.body) == (200, PIXEL)
            outside = [closed.ost.house.fetcher.signer()("GET", url), []]
            for headers in outside:
                got = await world.network.bring(Request("GET", url, headers, b"", 8.0, 1_000_000))
                assert got.status == 404
            # Nor by the name of a file that the post doesn't show.
            other = await picture(closed.nord, anne)
            wrong = f"{post.uri}/files/{other}"
            headers = closed.sor.house.fetcher.signer()("GET", wrong)
            got = await world.network.bring(Request("GET", wrong, headers, b"", 8.0, 1_000_000))
            assert got.status == 404

    asyncio.run(story())


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


async def picture(house: Running, owner: Actor) -> str:
    """A picture of somebody's, as it is once it has been uploaded."""
    name = f"{house.house.performer.new_id()}abcdefghijklmnop.png"
    source = house.folder / name
    await asyncio.to_thread(source.write_bytes, PIXEL)
    await house.house.media.blobs.put(name, source)
    await house.house.engine.write(
        lambda tx: stored_media.add(tx, name, owner.id, "image/png", len(PIXEL), house.clock.now())
    )
    return name
