"""What the engine sends and reads, its limits and its deadline, against real sockets."""

import asyncio
from collections.abc import Callable

import pytest

from actors import ports
from actors.errors import FetchTimeout
from fedi.net.failures import Reason, reason_of
from fedi.net.guard import Rules
from fedi.net.sender import Request
from tests.fedi.net.peers import (
    HELLO,
    Asked,
    Peer,
    Run,
    Talk,
    always,
    answering,
    get,
    ok,
    post,
    reason,
    sending,
    until,
)


def test_a_request_arrives_as_it_was_written(run: Run) -> None:
    async def main() -> None:
        async with Peer(always(HELLO)) as peer, sending(peer.rules, user_agent="us/1") as sender:
            headers = [("Date", "today"), ("Host", "a.test"), ("Content-Length", "999")]
            answer = await sender.send(
                Request("POST", "http://A.test/x/../inbox?q=å#f", headers, b'{"a":1}')
            )
            assert (answer.status, answer.body) == (200, b"hello")
            assert answer.url == "http://a.test/inbox?q=%C3%A5"
            assert answer.header("content-type") == "text/plain"
            asked = peer.requests[0]
            assert (asked.method, asked.target) == ("POST", "/inbox?q=%C3%A5")
            assert asked.body == b'{"a":1}'
            assert asked.all("host") == ["a.test"]
            assert asked.all("content-length") == ["7"]
            assert asked.all("date") == ["today"]
            assert asked.all("user-agent") == ["us/1"]
            assert asked.all("accept-encoding") == ["gzip"]

    run(main())


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", [("A", "b\r\nEvil: 1")]),
        ("GET", [("A", "b\nEvil: 1")]),
        ("GET", [("A", "b\rEvil: 1")]),
        ("GET", [("A\r\nEvil", "b")]),
        ("GET", [("A", "b\0")]),
        ("GET", [("A", "blå")]),
        ("GET", [("Host", "b.test")]),
        ("GET / HTTP/1.1\r\nEvil: 1\r\n", []),
        ("CONNECT", []),
    ],
)
def test_a_request_that_would_not_stay_one_is_never_sent(
    method: str, headers: list[tuple[str, str]]
) -> None:
    async def main() -> None:
        async with Peer(always(HELLO)) as peer, sending(peer.rules) as sender:
            assert (
                await reason(sender.send(Request(method, "http://a.test/", headers)))
                is Reason.PROTOCOL
            )
            assert peer.connections == 0

    asyncio.run(main())


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200", HELLO[:-1]])
@pytest.mark.parametrize("end", [Talk.reset, Talk.half_close], ids=["reset", "half-close"])
def test_a_new_connection_that_breaks_is_an_error_and_not_retried(
    run: Run, said: bytes, end: Callable[[Talk], None]
) -> None:
    async def handler(talk: Talk) -> None:
        await talk.request()
        await talk.say(said)
        end(talk)
        await talk.closed()

    async def main() -> None:
        async with Peer(handler) as peer, sending(peer.rules) as sender:
            assert await reason(sender.send(post())) is Reason.RESET
            assert len(peer.requests) == 1
            await until(lambda: sender.open_connections == 0)

    run(main())


def test_a_peer_that_trickles_is_cut_off_at_the_total_deadline(run: Run) -> None:
    """Trial 20."""

    async def trickle(talk: Talk) -> None:
        await talk.request()
        await talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            await talk.say(b"x")
            await asyncio.sleep(0.01)

    async def main() -> None:
        async with Peer(trickle) as peer, sending(peer.rules) as sender:
            with pytest.raises(FetchTimeout) as caught:
                await sender.send(get(deadline=0.15))
            assert reason_of(caught.value) is Reason.SLOW
            await until(lambda: peer.open == 0)
            assert sender.open_connections == 0

    run(main())


def test_a_peer_that_never_answers_is_given_up_at_the_deadline(run: Run) -> None:
    async def main() -> None:
        async with Peer(Talk.closed) as peer, sending(peer.rules) as sender:
            assert await reason(sender.send(get(deadline=0.05))) is Reason.SLOW
            await until(lambda: peer.open == 0)

    run(main())


def test_a_caller_who_gives_up_leaves_no_connection_behind(run: Run) -> None:
    async def main() -> None:
        async with Peer(Talk.closed) as peer, sending(peer.rules) as sender:
            task = asyncio.ensure_future(sender.send(get()))
            await until(lambda: peer.open == 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await until(lambda: peer.open == 0)
            assert (sender.open_connections, sender.known_peers) == (0, 0)

    run(main())


def test_a_body_over_the_cap_is_refused_and_the_connection_ended(run: Run) -> None:
    async def main() -> None:
        async with Peer(always(ok(b"x" * 2000))) as peer, sending(peer.rules) as sender:
            assert await reason(sender.send(get(max_body=1999))) is Reason.TOO_LARGE
            await until(lambda: peer.open == 0)
            answer = await sender.send(get(max_body=1999, cut=True))
            assert (answer.status, len(answer.body)) == (200, 1999)
            assert (await sender.send(get(max_body=2000))).body == b"x" * 2000

    run(main())


def test_a_large_request_goes_out_whole(run: Run) -> None:
    async def main() -> None:
        async with (
            Peer(answering(lambda asked: ok(b"%d" % len(asked.body)))) as peer,
            sending(peer.rules) as sender,
        ):
            for _ in range(2):
                answer = await sender.send(post(body=b"x" * 3_000_000))
                assert answer.body == b"3000000"
            assert peer.connections == 1

    run(main())


def test_what_is_not_http_is_refused(run: Run) -> None:
    async def main() -> None:
        async with (
            Peer(always(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")) as peer,
            sending(peer.rules) as sender,
        ):
            assert await reason(sender.send(get())) is Reason.PROTOCOL

    run(main())


class Crowd:
    """Answers after a moment and counts how many requests were under way at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def __call__(self, talk: Talk) -> None:
        while await talk.request() is not None:
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(0.01)
            self.now -= 1
            await talk.say(HELLO)


def test_at_most_so_many_requests_are_under_way_at_one_host(run: Run) -> None:
    async def main() -> None:
        crowd = Crowd()
        async with Peer(crowd) as peer, sending(peer.rules, per_host=3) as sender:
            await asyncio.gather(*(sender.send(post()) for _ in range(30)))
            assert (crowd.most, peer.connections) == (3, 3)

    run(main())


def test_at_most_so_many_requests_are_under_way_in_all(run: Run) -> None:
    async def main() -> None:
        crowd = Crowd()
        hosts = [f"h{i}.test" for i in range(20)]
        async with Peer(crowd) as peer:
            rules = Rules(lab=True, hosts=dict.fromkeys(hosts, f"127.0.0.1:{peer.port}"))
            async with sending(rules, in_flight=5) as sender:
                await asyncio.gather(*(sender.send(post(f"http://{h}/")) for h in hosts))
        assert crowd.most == 5

    run(main())


def test_waiting_for_a_slow_host_does_not_hold_up_others() -> None:
    async def main() -> None:
        async with Peer(Talk.closed) as slow, Peer(always(HELLO)) as good:
            rules = Rules(
                lab=True,
                hosts={"a.test": f"127.0.0.1:{slow.port}", "b.test": f"127.0.0.1:{good.port}"},
            )
            async with sending(rules, in_flight=4, per_host=2) as sender:
                stuck = [asyncio.ensure_future(sender.send(get())) for _ in range(10)]
                await until(lambda: slow.connections == 2)
                assert (await sender.send(get("http://b.test/"))).status == 200
                for task in stuck:
                    task.cancel()
                await asyncio.gather(*stuck, return_exceptions=True)

    asyncio.run(main())


def test_a_turn_that_does_not_come_in_time_is_our_own_limit() -> None:
    async def main() -> None:
        async with Peer(Talk.closed) as peer, sending(peer.rules, per_host=1) as sender:
            first = asyncio.ensure_future(sender.send(get(deadline=0.3)))
            await until(lambda: peer.connections == 1)
            assert await reason(sender.send(get(deadline=0.05))) is Reason.BUSY
            assert await reason(first) is Reason.SLOW

    asyncio.run(main())


def test_a_thousand_posts_to_two_hundred_hosts_all_arrive_once(run: Run) -> None:
    def accept(asked: Asked) -> bytes:
        return ok(b"", "", status=202)

    async def main() -> None:
        async with Peer(answering(accept)) as peer:
            hosts = {f"h{i}.test": f"127.0.0.1:{peer.port}" for i in range(200)}
            async with sending(Rules(lab=True, hosts=hosts)) as sender:
                await asyncio.gather(
                    *(
                        sender.send(post(f"http://h{i % 200}.test/inbox", b"%d" % i, cut=True))
                        for i in range(1000)
                    )
                )
            assert sorted(int(asked.body) for asked in peer.requests) == list(range(1000))
            assert peer.connections <= 400

    run(main())


def test_the_delivery_port_gives_status_and_headers_however_long_the_answer(run: Run) -> None:
    async def main() -> None:
        answer = ok(b"x" * 100_000, "text/html", "Retry-After: 7", status=503)
        async with Peer(always(answer)) as peer, sending(peer.rules) as sender:
            port: ports.Sender = sender
            status, headers = await port.post(
                "http://a.test/inbox", [("Digest", "SHA-256=x")], b"{}", 5.0
            )
            assert status == 503
            assert ("retry-after", "7") in headers
            assert peer.requests[0].all("digest") == ["SHA-256=x"]

    run(main())


def test_peers_that_never_answer_cost_bounded_sockets_and_do_not_stop_the_good_ones() -> None:
    """Trial 19, at the sender."""

    async def main() -> None:
        async with Peer(Talk.closed) as hole, Peer(always(HELLO)) as good:
            hosts = {f"hole{i}.test": f"127.0.0.1:{hole.port}" for i in range(192)}
            hosts |= {f"good{i}.test": f"127.0.0.1:{good.port}" for i in range(10)}
            async with sending(Rules(lab=True, hosts=hosts), in_flight=64) as sender:
                lost = [
                    asyncio.ensure_future(sender.send(post(f"http://hole{i}.test/", deadline=1)))
                    for i in range(192)
                ]
                await until(lambda: hole.connections >= 64)
                assert (
                    hole.open < 128
                )  # of 300; the other side hears a little later what was closed
                good_ones = (
                    sender.send(post(f"http://good{i}.test/", deadline=5)) for i in range(10)
                )
                assert {a.status for a in await asyncio.gather(*good_ones)} == {200}
                outcomes = await asyncio.gather(*lost, return_exceptions=True)
                assert all(isinstance(outcome, FetchTimeout) for outcome in outcomes)
                assert hole.connections <= 192
                await until(lambda: hole.open == 0)
                assert sender.known_peers == 10

    asyncio.run(main())
