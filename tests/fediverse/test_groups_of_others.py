"""Groups and servers of other kinds: Lemmy's way, a Mastodon user in a closed group of ours."""

import asyncio
from collections.abc import Callable

import pytest

from actors.errors import Invalid
from actors.grouping import Access, Grouping
from actors.people import Actor, ActorKind, Exposure
from actors.posts import Visibility
from actors.relationships import RelationKind
from fedi.organisation import NewActor, add_actor
from fedi.store.rows import GROUPING
from tests.fediverse.houses import Fediverse, Running
from tests.fediverse.strangers import AS2, PUBLIC, Stranger
from tests.fediverse.test_groups_abroad import NAME, allow, closed_group, write
from tests.fediverse.test_scenarios import acting, follow

Make = Callable[[int], Fediverse]


def lemmy(world: Fediverse) -> tuple[Stranger, str, str]:
    """A server of Lemmy's kind with a community and somebody who writes there."""
    server = Stranger(world, "lemmy.test")
    community = server.actor("norge", "Group", attributedTo=server.uri("norge/moderators"))
    return server, community, server.actor("else")


def page(server: Stranger, group: str, by: str, number: int, **more: object) -> dict[str, object]:
    return server.serve(
        {
            "@context": AS2,
            "id": server.uri(f"post/{number}"),
            "type": "Page",
            "attributedTo": by,
            "name": "Nye bussruter",
            "content": "<p>Hva synes dere?</p>",
            "to": [group, PUBLIC],
            "cc": [],
            "audience": group,
            "published": "2025-11-24T12:00:00Z",
            **more,
        }
    )


async def boosts(house: Running) -> list[tuple[str, str]]:
    rows = await house.ask(
        "SELECT a.uri, p.uri FROM post b JOIN actor a ON a.id = b.author_id"
        " JOIN post p ON p.id = b.boost_of WHERE b.deleted IS NULL"
    )
    return [(row[0], row[1]) for row in rows]


async def followed(world: Fediverse) -> tuple[Running, Stranger, str, str]:
    nord = world["nord.test"]
    server, group, author = lemmy(world)
    anne = await nord.actor("anne")
    await follow(nord, anne, "@norge@lemmy.test")
    await nord.reads(anne)
    await world.heal()
    (asked,) = server.sent("Follow")
    accept = server.activity("Accept", group, asked)
    assert await server.send("https://nord.test/inbox", accept) == 202
    await world.heal()
    return nord, server, group, author


def announced(server: Stranger, group: str, inner: dict[str, object]) -> dict[str, object]:
    return server.activity("Announce", group, inner, to=[PUBLIC], cc=[f"{group}/followers"])


def test_what_begins_a_thread_in_a_followed_group_is_its_boost_and_answers_join_it(
    fediverse: Make,
) -> None:
    async def story() -> None:
        async with fediverse(51) as world:
            nord, server, group, author = await followed(world)
            post = page(server, group, author, 1)
            create = server.activity("Create", author, post, to=[PUBLIC], cc=[group])
            answer = page(server, group, author, 2, inReplyTo=post["id"], type="Note")
            say = server.activity("Create", author, answer, to=[PUBLIC], cc=[group])
            for inner in (create, say):
                await server.send("https://nord.test/inbox", announced(server, group, inner))
            # The same post again, as Lemmy sends it for those who know only boosts.
            await server.send("https://nord.test/inbox", announced(server, group, post))
            await world.heal()
            assert await boosts(nord) == [(group, post["id"])]
            rows = await nord.ask(
                "SELECT uri, in_reply_to IS NOT NULL FROM post WHERE kind = 'Note'"
            )
            assert [(row[0], bool(row[1])) for row in rows] == [(answer["id"], True)]
            assert await nord.ask("SELECT count(*) FROM home") == [(1,)]

    asyncio.run(story())


def test_what_a_group_announces_that_nobody_follows_is_not_kept(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(52) as world:
            nord = world["nord.test"]
            server, group, author = lemmy(world)
            create = server.activity("Create", author, page(server, group, author, 1))
            await server.send("https://nord.test/inbox", announced(server, group, create))
            await world.heal()
            assert await nord.ask("SELECT 1 FROM post") == []

    asyncio.run(story())


@pytest.mark.parametrize("first", ["Create", "Delete"])
def test_a_delete_that_a_group_announces_counts_when_the_owner_says_gone(
    fediverse: Make, first: str
) -> None:
    async def story() -> None:
        async with fediverse(53) as world:
            nord, server, group, author = await followed(world)
            early = server.activity("Create", author, page(server, group, author, 3))
            await server.send("https://nord.test/inbox", announced(server, group, early))
            await world.heal()
            post = page(server, group, author, 1)
            create = announced(server, group, server.activity("Create", author, post))
            delete = announced(server, group, server.activity("Delete", author, post["id"]))
            if first == "Create":
                await server.send("https://nord.test/inbox", create)
                await world.heal()
            server.served["/post/1"] = None
            for said in (delete, create):
                await server.send("https://nord.test/inbox", said)
                await world.heal()
            left = await nord.ask("SELECT uri FROM post WHERE deleted IS NULL AND kind = 'Page'")
            assert left == [(server.uri("post/3"),)]

    asyncio.run(story())


def test_a_post_that_names_a_group_elsewhere_is_sent_to_it_and_says_so(fediverse: Make) -> None:
    async def story() -> None:
        async with fediverse(54) as world:
            nord, server, group, author = await followed(world)
            anne = await nord.actor("anne")
            mine = await write(nord, anne, "Bussen er sen igjen, @norge@lemmy.test")
            await world.heal()
            (create,) = server.sent("Create")
            assert create["audience"] == create["object"]["audience"] == group
            assert group in create["object"]["to"]
            assert PUBLIC in create["object"]["to"]
            document = (await server.fetch(mine.uri)).body
            assert b'"audience":"%s"' % group.encode() in document
            # An answer to somebody else's post in the group goes there as well.
            post = page(server, group, author, 7)
            await server.send(
                "https://nord.test/inbox",
                announced(server, group, server.activity("Create", author, post)),
            )
            await world.heal()
            await write(nord, anne, "Enig", reply_to=str(post["id"]))
            await world.heal()
            answered = [one for one in server.sent("Create") if one["object"].get("inReplyTo")]
            assert answered
            assert {one["audience"] for one in answered} == {group}

    asyncio.run(story())


def test_a_member_on_a_server_of_another_kind_reads_by_leave_and_answers_inside(
    fediverse: Make,
) -> None:
    async def story() -> None:
        async with fediverse(55) as world:
            closed = await closed_group(world)
            nord, anne = closed.nord, await closed.nord.actor("anne")
            await allow(nord, "masto.test")
            masto = Stranger(world, "masto.test")
            kari = masto.actor("kari")
            asks = masto.activity("Follow", kari, closed.group.uri)
            assert await masto.send(closed.group.inbox, asks) == 202
            await world.heal()
            assert masto.sent("Accept") == []
            known = await nord.house.resolver.actor(kari)
            relation = await nord.house.engine.read(
                lambda tx: nord.house.performer.open(tx).relation(
                    RelationKind.FOLLOW, known.id, closed.group.id
                )
            )
            assert relation is not None
            accept = acting(nord, closed.group).accept(relation, known)
            await nord.house.performer.perform(accept, nord.house.resolver)
            await closed.heal()
            assert len(masto.sent("Accept")) == 1
            # The author is stopped once, with the name of the server; then it is meant.
            with pytest.raises(Invalid) as stopped:
                await write(nord, anne, f"Øvelse, @{NAME}")
            assert stopped.value.code == "stop_elsewhere"
            assert "masto.test" in stopped.value.sentence
            post = await write(nord, anne, f"Øvelse, @{NAME}")
            await closed.heal()
            (create,) = masto.sent("Create")
            note = create["object"]
            assert note["attributedTo"] == create["actor"] == closed.group.uri
            assert note["to"] == [closed.group.followers]
            assert "@anne@nord.test" in note["content"]
            assert post.uri not in str(masto.got)
            assert masto.sent("Announce") == []
            for path in ("", "/replies", "/likes", "/shares"):
                assert (await masto.fetch(post.uri + path, kari)).status == 404
            # Kari answers the group's note, and the group says it inside.
            answer = masto.serve(
                {
                    "@context": AS2,
                    "id": masto.uri("notes/1"),
                    "type": "Note",
                    "attributedTo": kari,
                    "content": "<p>Jeg kommer</p>",
                    "inReplyTo": note["id"],
                    "to": [closed.group.uri],
                    "cc": [],
                    "published": "2025-11-24T12:00:00Z",
                }
            )
            said = masto.activity("Create", kari, answer, to=[closed.group.uri])
            for _ in range(2):
                await masto.send(closed.group.inbox, said)
            await closed.heal()
            inside = await nord.ask(
                "SELECT p.content, p.visibility, q.uri FROM post p"
                " JOIN post q ON q.id = p.in_reply_to WHERE p.author_id = ?",
                closed.group.id,
            )
            assert len(inside) == 1
            assert "@kari@masto.test" in inside[0][0]
            assert "Jeg kommer" in inside[0][0]
            assert inside[0][1:] == ("group", post.uri)
            there = await closed.sor.ask("SELECT content FROM post WHERE visibility = 'group'")
            assert any("Jeg kommer" in row[0] for row in there)
            # Taken back there, it is taken back inside.
            masto.served["/notes/1"] = None
            gone = masto.activity("Delete", kari, answer["id"])
            await masto.send(closed.group.inbox, gone)
            await closed.heal()
            left = await nord.ask(
                "SELECT 1 FROM post WHERE author_id = ? AND deleted IS NULL", closed.group.id
            )
            assert left == []

    asyncio.run(story())


def test_an_open_group_hands_on_what_members_say_and_shares_it_for_those_who_know_boosts(
    fediverse: Make,
) -> None:
    async def story() -> None:
        async with fediverse(56) as world:
            nord = world["nord.test"]
            anne = await nord.actor("anne")
            group = await open_group(nord)
            await follow(nord, anne, "torget")
            masto = Stranger(world, "masto.test")
            kari = masto.actor("kari")
            await masto.send(group.inbox, masto.activity("Follow", kari, group.uri))
            await world.heal()
            assert len(masto.sent("Accept")) == 1
            post = await write(nord, anne, "Loppemarked, @torget")
            assert post.visibility is Visibility.PUBLIC
            await world.heal()
            handed, shared = masto.sent("Announce")
            if isinstance(handed["object"], str):
                handed, shared = shared, handed
            assert handed["object"]["type"] == "Create"
            assert handed["object"]["object"]["content"] == post.content
            assert shared["object"] == post.uri
            # What a member elsewhere says to the group is handed on in their own words.
            note = masto.serve(
                {
                    "@context": AS2,
                    "id": masto.uri("notes/1"),
                    "type": "Note",
                    "attributedTo": kari,
                    "content": "<p>Fra Kari</p>",
                    "to": [PUBLIC],
                    "cc": [group.uri],
                    "tag": [{"type": "Mention", "href": group.uri, "name": "@torget@nord.test"}],
                    "published": "2025-11-24T12:00:00Z",
                    "x-of-their-own": "kept",
                }
            )
            create = masto.activity("Create", kari, note, to=[PUBLIC], cc=[group.uri])
            await masto.send(group.inbox, create)
            await world.heal()
            said = [one["object"] for one in masto.sent("Announce")]
            assert create in said
            assert note["id"] in said

    asyncio.run(story())


async def open_group(house: Running) -> Actor:
    new = NewActor(kind=ActorKind.GROUP, username="torget", name="Torget", exposure=Exposure.OPEN)
    group = await add_actor(house.house.performer, new)
    row = Grouping(actor_id=group.id, access=Access.OPEN, created=house.clock.now())
    await house.house.engine.write(lambda tx: tx.run(GROUPING.insert, GROUPING.encode(row)))
    return group
