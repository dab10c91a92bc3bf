"""What one actor says to one host arrives in its order; all else goes side by side."""

import asyncio
from typing import Any

import pytest

from actors.ids import Ids
from actors.posts import Visibility
from fedi.store.engine import Engine
from tests.outbox.post_office import URLS, Got, Inboxes, Office, local_actor, remote_actor
from tests.outbox.test_worker import _nothing_waits as nothing_waits
from tests.outbox.test_worker import lead, until, working
from tests.running import run


@pytest.fixture
def office(engine: Engine) -> Office:
    return run(Office(engine).open())


def test_the_posts_of_one_actor_arrive_in_their_order_however_slow_the_first(
    office: Office,
) -> None:
    slow = asyncio.Event()

    async def answer(got: Got) -> str:
        if (got.host, got.id) == ("a.test", sent[0]):
            await slow.wait()
        return "202 Accepted"

    sent: list[str] = []

    async def scene() -> None:
        async with Inboxes(answer) as peer:
            lead(office, peer, "a.test", "b.test")
            other = Office(office.engine, author=local_actor(2), ids=Ids(4), hosts=office.hosts)
            await other.open()
            await office.followed_by(
                remote_actor(10, "a.test", shared=True), remote_actor(11, "b.test")
            )
            await other.followed_by(remote_actor(12, "a.test"))
            for number in range(100, 112):
                visible = Visibility.FOLLOWERS if number % 3 == 0 else Visibility.PUBLIC
                post: dict[str, Any] = {"about": URLS.post(number), "post_id": number}
                sent.append(await office.send(visible=visible, **post))
            others = [
                await other.send(about=URLS.post(number), post_id=number)
                for number in range(200, 204)
            ]
            async with working(office, moment=0.05) as (_, mailroom):
                mailroom.bus.wake("outbox")
                await until(lambda: {*others, sent[-1]} <= {*peer.ids})
                assert _at(peer, "b.test") == sent
                assert [id for id in _at(peer, "a.test") if id in sent] == sent[:1]
                slow.set()
                await until(nothing_waits(office))
            assert [id for id in _at(peer, "a.test") if id in sent] == sent
            assert [id for id in _at(peer, "a.test") if id in others] == others

    run(scene())


def test_one_activity_goes_to_several_inboxes_of_a_host_side_by_side(office: Office) -> None:
    both = asyncio.Barrier(2)

    async def answer(got: Got) -> str:
        await both.wait()  # nobody is answered before a second one has come
        return "202 Accepted"

    async def scene() -> None:
        async with Inboxes(answer) as peer:
            lead(office, peer, "a.test")
            await office.followed_by(*(remote_actor(10 + n, "a.test") for n in range(4)))
            await office.send(visible=Visibility.FOLLOWERS)
            await office.settle()
            assert len(peer.got) == 4

    run(scene())


def _at(peer: Inboxes, host: str) -> list[str]:
    return [one.id for one in peer.got if one.host == host]
