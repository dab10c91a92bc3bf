"""Saying something: who is mentioned, what is refused, and within what time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from actors.effects import Refusal
from actors.errors import Forbidden, Invalid, NotFound
from actors.people import Actor
from actors.posts import Visibility
from fedi.app import House, opened_house
from fedi.config import load
from fedi.organisation import find_actor
from fedi.publishing import RESOLVE_SECONDS, Draft, Writing, error_of
from fedi.store.engine import Tx
from fedi.store.rows import POST
from tests.fedi.house_on_disk import HouseOnDisk


def written(house: HouseOnDisk, work: "Callable[[Writing, Actor, House], Awaitable[None]]") -> None:
    async def inside() -> None:
        config = load(house.folder / "config.toml", {})
        async with opened_house(config) as opened:
            actor = await find_actor(opened.performer, "ikt_teamet")
            await work(Writing(opened.performer, opened.resolver, config.limits), actor, opened)

    asyncio.run(inside())


def public(text: str, **more: object) -> Draft:
    return Draft(text=text, visibility=Visibility.PUBLIC, **more)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_server_that_never_answers_costs_three_seconds_for_all_its_handles(
    house: HouseOnDisk,
) -> None:
    async def work(writing: Writing, actor: Actor, opened: House) -> None:
        async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        silent = await asyncio.start_server(hang, "127.0.0.1", 0)
        port = silent.sockets[0].getsockname()[1]
        loop = asyncio.get_running_loop()
        begun = loop.time()
        text = f"Hei @a@127.0.0.1:{port} og @b@127.0.0.1:{port} og @anne"
        found = await writing.mentioned(actor, text)
        assert [handle.username for handle in found] == ["anne"]
        assert loop.time() - begun < 2 * RESOLVE_SECONDS
        silent.close()

    written(house, work)


def test_what_can_not_be_published_says_why(house: HouseOnDisk) -> None:
    async def work(writing: Writing, actor: Actor, opened: House) -> None:
        for draft in (
            public(""),
            public("a" * 5001),
            public("Dag?", choices=("Ja",)),
            public("Dag?", choices=("Ja", "Ja")),
            public("Dag?", choices=("Ja", "")),
            public("Dag?", choices=tuple("abcdefg")),
            public("Hei", summary="a" * 201),
        ):
            with pytest.raises(Invalid):
                await writing.publish(actor, draft)
        gone = opened.urls.post(1)
        with pytest.raises(NotFound):
            await writing.publish(actor, public("Svar", reply_to=gone))

    written(house, work)


def test_a_poll_keeps_its_choices_and_its_end_through_an_edit(house: HouseOnDisk) -> None:
    async def work(writing: Writing, actor: Actor, opened: House) -> None:
        ends = opened.clock.now() + 86_400_000
        draft = public("Dag?", choices=("Onsdag", "Torsdag"), poll_ends=ends)
        post = await writing.publish(actor, draft)
        await writing.edit(actor, post, public("Hvilken dag?"))
        poll = await opened.engine.read(lambda tx: opened.performer.open(tx).poll(post.id))
        assert poll is not None
        assert [option.title for option in poll.options] == ["Onsdag", "Torsdag"]
        assert poll.ends == ends

    written(house, work)


def test_a_refusal_is_the_error_it_means() -> None:
    assert isinstance(error_of(Refusal("no_such_post", "x")), NotFound)
    assert isinstance(error_of(Refusal("not_yours", "x")), Forbidden)


def test_an_id_that_another_servers_post_has_is_passed_over(house: HouseOnDisk) -> None:
    async def work(writing: Writing, actor: Actor, opened: House) -> None:
        first = await writing.publish(actor, public("Først"))

        async def occupy(tx: Tx) -> None:
            # What comes from elsewhere has ids of its time and chance: here, all the next ones.
            row = await tx.one(f"{POST.select} WHERE id = ?", (first.id,))
            assert row is not None
            ahead = opened.performer.ids.make(opened.clock.now() + 2_000)
            post = POST.decode(row)
            taken = [replace(post, id=ahead + n, uri=f"urn:{n}") for n in (1, 2)]
            await tx.many(POST.insert, [POST.encode(one) for one in taken])

        await opened.engine.write(occupy)
        second = await writing.publish(actor, public("Så"))
        assert second.content == "<p>Så</p>"

    written(house, work)
