"""Deliveries cut off in the middle: by the peer (security.md trial 22), by a stop (trial 10)."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from actors.posts import Visibility
from fedi.store.engine import Engine
from outbox.worker import Worker
from tests.outbox.post_office import Got, Inboxes, Office, remote_actor
from tests.running import run

Manner = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
SEVERAL = 1_000


@pytest.fixture
def office(engine: Engine) -> Office:
    return run(Office(engine).open())


async def reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Break the connection without a word."""
    writer.transport.abort()


async def half_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say that nothing more will be said, and read on."""
    writer.write_eof()
    while await reader.read(65_536):
        pass


async def half_an_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Break off in the middle of the answer's head."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 202 Acc")
    await writer.drain()
    writer.transport.abort()


async def half_a_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Break off in the middle of a body whose status refused nothing."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 1000\r\n\r\n0123")
    await writer.drain()
    writer.transport.abort()


@pytest.mark.parametrize("manner", [reset, half_close, half_an_answer, half_a_body])
def test_trial_22_what_a_peer_breaks_off_is_sent_again_with_the_same_id(
    office: Office, manner: Manner
) -> None:
    async def scene() -> None:
        async def breaks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await manner(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        bad = await asyncio.start_server(breaks, "127.0.0.1", 0)
        port = bad.sockets[0].getsockname()[1]
        office.hosts["a.test"] = f"127.0.0.1:{port}"
        await office.followed_by(remote_actor(10, "a.test"))
        uri = await office.send()
        await office.settle()
        bad.close()
        assert await office.queued() == [remote_actor(10, "a.test").inbox]
        (state,) = await office.ask("SELECT total, delivered, failed FROM activity")
        assert state == (1, 0, 0)

        async with Inboxes() as well:
            office.hosts["a.test"] = well.address
            office.clock.time += 3_600_000
            await office.settle()
            assert well.ids == [uri]
            assert await office.queued() == []

    run(scene())


@pytest.mark.slow
def test_trial_10_a_stop_with_a_thousand_deliveries_under_way_loses_none(office: Office) -> None:
    """What is cut off goes back into the queue without a lease, and blames nobody."""

    async def never(_: Got) -> str:
        await asyncio.Event().wait()
        return ""

    async def scene() -> None:
        async with Inboxes(never) as peer:
            hosts = [f"h{number}.test" for number in range(SEVERAL // 2)]
            office.hosts.update(dict.fromkeys(hosts, peer.address))
            followers = [
                remote_actor(10 + number, hosts[number % len(hosts)]) for number in range(SEVERAL)
            ]
            await office.followed_by(*followers)
            uri = await office.send(visible=Visibility.FOLLOWERS)
            async with office.mailroom(deadline=60.0) as mailroom:
                worker = Worker(mailroom, in_flight=SEVERAL, per_host=2, moment=60.0)
                running = asyncio.create_task(worker.run(grace=0.2))
                async with asyncio.timeout(120):
                    while len(peer.got) < SEVERAL:
                        assert not running.done()
                        await asyncio.sleep(0.05)
                worker.stop()
                await running
            held = await office.ask("SELECT count(*) FROM host WHERE owner <> ''")
            assert held == [(0,)]
            assert len(await office.queued()) == SEVERAL
            assert await office.ask("SELECT DISTINCT state FROM host") == [("healthy",)]

            async def well(_: Got) -> str:
                return "202 Accepted"

            peer.answer = well
            peer.got.clear()
            await office.settle("two")
            assert set(peer.times().values()) == {1}
            assert len(peer.got) == SEVERAL
            assert set(peer.ids) == {uri}
            assert await office.queued() == []

    run(scene())
