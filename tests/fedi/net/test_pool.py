"""Connections are used again, replaced when they break, and never left behind."""

import asyncio
from collections.abc import Callable

import pytest

from fedi.net.failures import Reason
from fedi.net.guard import Rules
from fedi.net.sender import Sender
from tests.fedi.net.peers import (
    HELLO,
    Handler,
    Peer,
    Run,
    Talk,
    always,
    get,
    ok,
    post,
    reason,
    sending,
    until,
)


def test_one_connection_carries_many_requests(run: Run) -> None:
    async def main() -> None:
        async with Peer(always(HELLO)) as peer, sending(peer.rules) as sender:
            for _ in range(20):
                assert (await sender.send(post())).status == 200
            assert (peer.connections, len(peer.requests)) == (1, 20)

    run(main())


def test_a_refusal_with_a_short_body_keeps_the_connection(run: Run) -> None:
    async def main() -> None:
        async with (
            Peer(always(ok(b"no", "text/plain", status=401))) as peer,
            sending(peer.rules) as sender,
        ):
            assert [(await sender.send(post())).status for _ in range(3)] == [401] * 3
            assert peer.connections == 1

    run(main())


def test_hosts_do_not_share_connections_even_at_one_address() -> None:
    async def main() -> None:
        async with Peer(always(HELLO)) as peer, sending(peer.rules) as sender:
            for host in ("a.test", "b.test", "c.test", "a.test"):
                await sender.send(get(f"http://{host}/"))
            assert peer.connections == 3

    asyncio.run(main())


def test_a_connection_the_peer_closed_in_the_meantime_is_noticed_and_let_go(run: Run) -> None:
    async def closing(talk: Talk) -> None:
        await talk.request()
        await talk.say(HELLO)

    async def main() -> None:
        async with Peer(closing) as peer, sending(peer.rules) as sender:
            await sender.send(get())
            await until(lambda: sender.open_connections == 0)
            assert sender.known_peers == 0
            await sender.send(get())
            assert peer.connections == 2

    run(main())


def test_bytes_that_come_unasked_end_the_connection(run: Run) -> None:
    async def chatty(talk: Talk) -> None:
        await talk.request()
        await talk.say(HELLO)
        await asyncio.sleep(0.02)
        await talk.say(HELLO)
        await talk.closed()

    async def main() -> None:
        async with Peer(chatty) as peer, sending(peer.rules) as sender:
            await sender.send(get())
            await until(lambda: sender.open_connections == 0)
            assert (await sender.send(get())).status == 200
            assert peer.connections == 2

    run(main())


def test_an_answer_sent_ahead_of_time_is_not_taken_for_the_next_one(run: Run) -> None:
    async def poisoner(talk: Talk) -> None:
        await talk.request()
        await talk.say(HELLO + ok(b"poison", "text/plain"))
        await talk.closed()

    async def main() -> None:
        async with Peer(poisoner) as peer, sending(peer.rules) as sender:
            assert [(await sender.send(get())).body for _ in range(2)] == [b"hello"] * 2
            assert peer.connections == 2

    run(main())


def breaking_on_second(end: Callable[[Talk], None]) -> Handler:
    """Serve one request, then break the first connection at its second; later ones are sound."""
    seen = 0

    async def handler(talk: Talk) -> None:
        nonlocal seen
        seen += 1
        first = seen == 1
        await talk.request()
        await talk.say(HELLO)
        while await talk.request() is not None:
            if first:
                end(talk)
                return
            await talk.say(HELLO)

    return handler


@pytest.mark.parametrize("end", [Talk.reset, Talk.half_close], ids=["reset", "half-close"])
def test_a_kept_connection_that_breaks_unanswered_is_replaced_once(
    run: Run, end: Callable[[Talk], None]
) -> None:
    async def main() -> None:
        async with Peer(breaking_on_second(end)) as peer, sending(peer.rules) as sender:
            assert (await sender.send(post(body=b"1"))).status == 200
            assert (await sender.send(post(body=b"2"))).status == 200
            assert [asked.body for asked in peer.requests] == [b"1", b"2", b"2"]
            assert peer.connections == 2

    run(main())


def test_once_a_byte_of_the_answer_came_nothing_is_sent_again(run: Run) -> None:
    async def half_answer(talk: Talk) -> None:
        await talk.request()
        await talk.say(HELLO)
        await talk.request()
        await talk.say(HELLO[:10])

    async def main() -> None:
        async with Peer(half_answer) as peer, sending(peer.rules) as sender:
            await sender.send(post())
            assert await reason(sender.send(post())) is Reason.RESET
            assert (peer.connections, len(peer.requests)) == (1, 2)

    run(main())


@pytest.mark.whole
def test_two_thousand_hosts_leave_few_connections_and_nothing_behind() -> None:
    async def main() -> None:
        async with Peer(always(HELLO)) as peer:
            hosts = {f"h{i}.test": f"127.0.0.1:{peer.port}" for i in range(2000)}
            rules = Rules(lab=True, hosts=hosts)
            async with sending(rules, in_flight=32, max_open=64) as sender:
                await asyncio.gather(*(sender.send(post(f"http://{h}/")) for h in hosts))
                assert sender.open_connections <= 64
                assert sender.known_peers <= 64
                await until(lambda: peer.open <= 64)
            await until(lambda: peer.open == 0)

    asyncio.run(main())


def test_an_idle_connection_is_closed_after_its_time(run: Run) -> None:
    async def main() -> None:
        async with Peer(always(HELLO)) as peer, sending(peer.rules, idle_seconds=0.05) as sender:
            await sender.send(get("http://a.test/"))
            await sender.send(get("http://b.test/"))
            assert sender.open_connections == 2
            await until(lambda: sender.open_connections == 0)
            await until(lambda: peer.open == 0)
            assert sender.known_peers == 0

    run(main())


def test_closing_ends_requests_under_way_and_refuses_new_ones(run: Run) -> None:
    async def main() -> None:
        async with Peer(Talk.closed) as peer:
            sender = Sender(peer.rules)
            task = asyncio.ensure_future(sender.send(get()))
            await until(lambda: peer.open == 1)
            await sender.close()
            assert await reason(task) is Reason.RESET
            assert await reason(sender.send(get())) is Reason.CLOSED
            await until(lambda: peer.open == 0)

    run(main())
