"""Fetches with rules: what is asked, which answers are taken, what is remembered."""

import asyncio
import gzip

import httpx2
import pytest

from actors.errors import FetchAnswered, FetchError, FetchRefused, Invalid
from fedi.net.client import Client, parse_retry_after
from fedi.net.failures import Reason
from tests.fedi.net.fetching import NOW, PROFILE, Clock, fetching, pages, signer, visit
from tests.fedi.net.peers import (
    Asked,
    Peer,
    Talk,
    always,
    answering,
    ok,
    reason,
    sending,
    until,
)


def test_a_document_comes_with_where_it_was_and_what_it_is() -> None:
    async def story(client: Client, peer: Peer) -> None:
        fetched = await client.get_document("http://A.test./n#x")
        assert fetched.url == "http://a.test/n"
        assert (fetched.status, fetched.body) == (200, b"{}")
        assert fetched.content_type == "application/activity+json"
        asked = peer.requests[0]
        assert asked.all("accept") == [
            f'application/activity+json, application/ld+json; profile="{PROFILE}"'
        ]
        assert asked.all("user-agent") == ["fedi"]
        assert asked.all("signature") == []
        assert len(asked.all("host")) == len(asked.all("accept-encoding")) == 1

    visit({"a.test/n": ok()}, story)


@pytest.mark.parametrize(
    "path", ["/x|y?q=a|b'c", "/%7euser/%zz", '/"<>^`{}', "/a;b@c:d!$&'()*,", "/a/../b?x=%2F+"]
)
def test_what_is_signed_is_what_is_sent(path: str) -> None:
    async def main() -> None:
        async with Peer(always(ok())) as peer, fetching(peer) as client:
            fetched = await client.get_document(f"http://a.test{path}", signer=signer)
            asked = peer.requests[0]
            assert asked.all("signature") == [f"GET http://a.test{asked.target}"]
            assert fetched.url == f"http://a.test{asked.target}"

    asyncio.run(main())


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "text/html; charset=utf-8",
        "image/png",
        "application/json",
        "application/ld+json",
        'application/ld+json; profile="https://example.org/"',
        "application/xml",
    ],
)
def test_a_document_of_another_type_is_refused(content_type: str) -> None:
    """Uploads are served as such types: nobody becomes an actor by uploading one (S2)."""

    async def story(client: Client, peer: Peer) -> None:
        assert await reason(client.get_document("http://a.test/")) is Reason.TYPE

    visit({"a.test/": ok(b'{"id":"http://a.test/"}', content_type)}, story)


def test_a_gzip_bomb_is_refused_and_a_modest_gzip_is_read() -> None:
    """50 MB in 49 kB (S28)."""
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 49_000
    table = {
        "a.test/bomb": ok(bomb, "application/activity+json", "Content-Encoding: gzip"),
        "a.test/fine": ok(gzip.compress(b'{"a":1}'), "application/json", "Content-Encoding: gzip"),
    }

    async def story(client: Client, peer: Peer) -> None:
        assert await reason(client.get_document("http://a.test/bomb")) is Reason.TOO_LARGE
        assert await client.get_json("http://a.test/fine") == {"a": 1}

    visit(table, story)


@pytest.mark.parametrize("status", [300, 304, 400, 401, 403, 404, 410, 429, 500, 503])
def test_any_status_but_2xx_comes_as_answered(status: int) -> None:
    async def story(client: Client, peer: Peer) -> None:
        with pytest.raises(FetchAnswered) as caught:
            await client.get_document("http://a.test/")
        assert caught.value.answered == status
        assert caught.value.retry_after == 120.0

    body = b"" if status == 304 else b"<p>no</p>"
    visit({"a.test/": ok(body, "text/html", "Retry-After: 120", status=status)}, story)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 1.0),
        ("-5", 1.0),
        ("120", 120.0),
        (" 120 ", 120.0),
        ("1.5", 1.5),
        ("86400", 86400.0),
        ("86401", 86400.0),
        ("99999999999999999999", 86400.0),
        ("9" * 400, None),
        ("soon", None),
        ("1e9", None),
        ("NaN", None),
        ("²", None),
        ("Tue, 17 Nov 2026 00:00:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 1.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86400.0),
        ("Fri, 99 Dec 2026 23:59:59 GMT", None),
    ],
)
def test_retry_after_is_held_between_a_second_and_a_day(
    value: str | None, seconds: float | None
) -> None:
    if value and value.startswith("Tue"):
        midnight = 1_794_873_600_000
        assert parse_retry_after(value, midnight - 90_000) == 90.0
        assert parse_retry_after(value, midnight + 90_000) == 1.0
        assert parse_retry_after("Tuesday, 17-Nov-26 00:00:00 GMT", midnight - 90_000) == 90.0
    else:
        assert parse_retry_after(value, NOW) == seconds


def test_what_failed_is_not_asked_for_again_within_a_minute() -> None:
    async def main() -> None:
        clock = Clock()
        async with Peer(pages({})) as peer, fetching(peer, clock=clock) as client:
            for _ in range(5):
                with pytest.raises(FetchAnswered) as caught:
                    await client.get_document("http://a.test/gone")
                assert caught.value.answered == 404
            assert len(peer.requests) == 1
            clock.now += 60_000
            with pytest.raises(FetchAnswered):
                await client.get_document("http://a.test/gone")
            assert len(peer.requests) == 2

    asyncio.run(main())


def test_a_clock_that_steps_back_does_not_keep_a_failure_for_ever() -> None:
    async def main() -> None:
        clock = Clock()
        async with Peer(pages({})) as peer, fetching(peer, clock=clock) as client:
            for step in (0, -3_600_000):
                clock.now += step
                with pytest.raises(FetchAnswered):
                    await client.get_document("http://a.test/gone")
            assert len(peer.requests) == 2

    asyncio.run(main())


@pytest.mark.parametrize("status", [400, 401, 403, 406])
def test_what_another_signature_may_change_is_asked_again(status: int) -> None:
    async def story(client: Client, peer: Peer) -> None:
        for count in (1, 2, 3):
            with pytest.raises(FetchAnswered):
                await client.get_document("http://a.test/", signer=signer)
            assert len(peer.requests) == count

    visit({"a.test/": ok(b"", "", status=status)}, story)


def test_a_failed_unsigned_fetch_does_not_bar_the_signed_one() -> None:
    async def story(client: Client, peer: Peer) -> None:
        for who in (None, signer):
            with pytest.raises(FetchAnswered):
                await client.get_document("http://a.test/", signer=who)
        assert len(peer.requests) == 2

    visit({}, story)


def test_fetches_are_held_to_so_many_in_all_and_so_many_a_host() -> None:
    now = 0
    most: dict[str, int] = {"a.test": 0, "b.test": 0, "all": 0}
    under_way = {"a.test": 0, "b.test": 0}

    async def counting(talk: Talk) -> None:
        nonlocal now
        while (asked := await talk.request()) is not None:
            host = asked.all("host")[0]
            now, under_way[host] = now + 1, under_way[host] + 1
            most["all"] = max(most["all"], now)
            most[host] = max(most[host], under_way[host])
            await asyncio.sleep(0.01)
            now, under_way[host] = now - 1, under_way[host] - 1
            await talk.say(ok())

    async def main() -> None:
        async with Peer(counting) as peer, sending(peer.rules, per_host=50) as sender:
            client = Client(sender, clock=Clock(), in_flight=6, per_host=4)
            await asyncio.gather(
                *(client.get_document(f"http://{'ab'[i // 20]}.test/{i}") for i in range(40))
            )
            await client.close()
        assert (most["a.test"], most["all"]) == (4, 6)
        assert most["b.test"] <= 4

    asyncio.run(main())


def test_no_turn_within_the_deadline_is_our_own_limit_and_not_remembered() -> None:
    async def main() -> None:
        async with Peer(Talk.closed) as peer, fetching(peer, in_flight=1) as client:
            first = asyncio.ensure_future(client.get_document("http://a.test/1", deadline=0.3))
            await until(lambda: peer.connections == 1)
            for _ in range(2):
                fetch = client.get_document("http://b.test/2", deadline=0.02)
                assert await reason(fetch) is Reason.BUSY
            assert await reason(first) is Reason.SLOW

    asyncio.run(main())


def test_json_for_webfinger_comes_in_either_of_its_types() -> None:
    table = {
        "a.test/1": ok(b'{"subject":"acct:x@a.test"}', "application/jrd+json; charset=utf-8"),
        "a.test/2": ok(b'{"links":[]}', 'application/json; profile="http://nodeinfo.diaspora"'),
        "a.test/3": ok(b"<XRD/>", "application/xrd+xml"),
        "a.test/4": ok(b"[]", "application/json"),
        "a.test/5": ok(b'{"x":"' + b"y" * 100_000 + b'"}', "application/json"),
    }

    async def story(client: Client, peer: Peer) -> None:
        assert await client.get_json("http://a.test/1") == {"subject": "acct:x@a.test"}
        assert await client.get_json("http://a.test/2") == {"links": []}
        assert await reason(client.get_json("http://a.test/3")) is Reason.TYPE
        with pytest.raises(Invalid):
            await client.get_json("http://a.test/4")
        assert await reason(client.get_json("http://a.test/5")) is Reason.TOO_LARGE

    visit(table, story)


def test_plain_httpx2_speaks_through_the_sender_and_keeps_no_cookies() -> None:
    def answer(asked: Asked) -> bytes:
        assert asked.all("cookie") == []
        return ok(asked.body, "text/plain", "Set-Cookie: a=b; Path=/")

    async def main() -> None:
        async with Peer(answering(answer)) as peer, fetching(peer) as client:
            for _ in range(2):
                response = await client.http.post("http://a.test/", content=b"hello")
                assert (response.status_code, response.text) == (200, "hello")
            assert peer.connections == 1

    asyncio.run(main())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.test/slow", httpx2.ReadTimeout),
        ("http://a.test/large", httpx2.RemoteProtocolError),
        ("http://user@a.test/", httpx2.TransportError),
    ],
)
def test_failures_reach_httpx2_as_its_own_with_ours_as_the_cause(
    url: str, expected: type[Exception]
) -> None:
    async def handler(talk: Talk) -> None:
        asked = await talk.request()
        if asked is not None and asked.target == "/large":
            await talk.say(ok(b"x" * 2000))
        await talk.closed()

    async def main() -> None:
        async with Peer(handler) as peer, fetching(peer) as client:
            with pytest.raises(expected) as caught:
                await client.http.get(url, extensions={"deadline": 0.1, "max_body": 1000})
            assert isinstance(caught.value.__cause__, FetchError)

    asyncio.run(main())


def test_a_refused_fetch_says_nothing_of_our_inside_to_the_asker() -> None:
    async def main() -> None:
        async with Peer(pages({})) as peer, fetching(peer) as client:
            with pytest.raises(FetchRefused) as caught:
                await client.get_document("http://user:secret@a.test/")
            assert "secret" not in caught.value.sentence + caught.value.detail

    asyncio.run(main())
