"""Redirects: few, never in a circle, each held to every rule and signed for itself."""

import asyncio

import pytest

from fedi.net.client import Client
from fedi.net.failures import Reason
from fedi.net.guard import Rules
from fedi.net.sender import Request, Response, Sender
from tests.fedi.net.fetching import Clock, fetching, pages, signer, visit
from tests.fedi.net.peers import (
    Peer,
    Talk,
    always,
    ok,
    reason,
    redirect,
    sending,
)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_signed_anew_for_its_own_url(status: int) -> None:
    async def story(client: Client, peer: Peer) -> None:
        fetched = await client.get_document("http://a.test/1", signer=signer)
        assert fetched.url == "http://b.test/2?x"
        assert [asked.all("signature") for asked in peer.requests] == [
            ["GET http://a.test/1"],
            ["GET http://b.test/2?x"],
        ]
        assert peer.requests[1].all("host") == ["b.test"]

    visit({"a.test/1": redirect("//b.test/2?x", status), "b.test/2?x": ok()}, story)


def chain(hops: int) -> dict[str, bytes]:
    return {f"a.test/{i}": redirect(f"/{i + 1}") for i in range(hops)} | {f"a.test/{hops}": ok()}


def test_three_redirects_are_followed() -> None:
    async def story(client: Client, peer: Peer) -> None:
        assert (await client.get_document("http://a.test/0")).url == "http://a.test/3"

    visit(chain(3), story)


@pytest.mark.parametrize("hops", [4, 20])
def test_a_longer_chain_is_left_at_the_third(hops: int) -> None:
    """Trial 25."""

    async def story(client: Client, peer: Peer) -> None:
        assert await reason(client.get_document("http://a.test/0")) is Reason.REDIRECT
        assert len(peer.requests) == 4

    visit(chain(hops), story)


@pytest.mark.parametrize(
    "table",
    [
        {"a.test/": redirect("/")},
        {"a.test/": redirect("http://A.test.:80/#again")},
        {"a.test/": redirect("//b.test/"), "b.test/": redirect("//a.test/")},
    ],
)
def test_a_circle_is_left_the_first_time_round(table: dict[str, bytes]) -> None:
    async def story(client: Client, peer: Peer) -> None:
        assert await reason(client.get_document("http://a.test/")) is Reason.REDIRECT
        assert len(peer.requests) == len(table)

    visit(table, story)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://b.test/", Reason.REDIRECT),
        ("ftp://b.test/", Reason.SCHEME),
        ("file:///etc/passwd", Reason.SCHEME),
        ("javascript:alert(1)", Reason.URL),
        ("data:application/activity+json,{}", Reason.URL),
        ("http://user@b.test/", Reason.URL),
        ("http://[::1/", Reason.REDIRECT),
        ("http://0x7f000001/", Reason.URL),
        ("http://b.test\\@c.test/", Reason.URL),
        ("http://" + "x" * 5000 + ".test/", Reason.URL),
    ],
)
def test_a_redirect_to_another_scheme_or_to_nonsense_is_not_followed(
    location: str, expected: Reason
) -> None:
    async def story(client: Client, peer: Peer) -> None:
        assert await reason(client.get_document("http://a.test/")) is expected
        assert len(peer.requests) == 1

    visit({"a.test/": redirect(location)}, story)


def test_a_redirect_location_with_letters_beyond_ascii_is_followed() -> None:
    location = "/å".encode().decode("latin-1")

    async def story(client: Client, peer: Peer) -> None:
        assert (await client.get_document("http://a.test/")).url == "http://a.test/%C3%A5"

    answer = redirect(location).decode().encode("latin-1")
    visit({"a.test/": answer, "a.test/%C3%A5": ok()}, story)


class Hops:
    """A sender for the public internet: the first hop is answered here, others go to the guard."""

    def __init__(self, location: str, sender: Sender) -> None:
        self.location = location
        self.sender = sender
        self.user_agent = sender.user_agent

    async def send(self, request: Request) -> Response:
        if request.url != "https://good.example.com/":
            return await self.sender.send(request)
        return Response(302, [("location", self.location)], b"", request.url, 1)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "localhost",
        "localhost.",
        "printer.local",
        "rebound.example.com",
    ],
)
def test_a_redirect_to_a_private_address_is_refused(host: str) -> None:
    """S12 and trial 25."""

    async def resolver(name: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async def main() -> None:
        async with Peer(always(ok())) as peer:
            rules = Rules(extra_ports=frozenset({peer.port}))
            async with sending(rules, resolver=resolver) as sender:
                hops = Hops(f"https://{host}:{peer.port}/", sender)
                client = Client(hops, clock=Clock())  # type: ignore[arg-type]
                fetch = client.get_document("https://good.example.com/", signer=signer)
                assert await reason(fetch) is Reason.ADDRESS
                await client.close()
            assert peer.connections == 0

    asyncio.run(main())


def test_https_does_not_turn_into_http_on_the_way() -> None:
    async def main() -> None:
        async with sending(Rules()) as sender:
            hops = Hops("http://good.example.com/", sender)
            client = Client(hops, clock=Clock())  # type: ignore[arg-type]
            assert await reason(client.get_document("https://good.example.com/")) is Reason.REDIRECT
            await client.close()

    asyncio.run(main())


@pytest.mark.parametrize("url", ["http://b.test/", "http://B.TEST./x", "http://a.test/to-b"])
def test_our_own_hosts_are_never_fetched_not_even_through_a_redirect(url: str) -> None:
    async def main() -> None:
        table = {"a.test/to-b": redirect("http://b.test/"), "b.test/": ok()}
        async with (
            Peer(pages(table)) as peer,
            fetching(peer, own_hosts=frozenset({"b.test"})) as client,
        ):
            assert await reason(client.get_document(url)) is Reason.OWN
            assert all(asked.all("host") == ["a.test"] for asked in peer.requests)

    asyncio.run(main())


def test_all_hops_share_one_deadline() -> None:
    async def slowly(talk: Talk) -> None:
        while (asked := await talk.request()) is not None:
            await asyncio.sleep(0.08)
            await talk.say(redirect(asked.target + "x"))

    async def main() -> None:
        async with Peer(slowly) as peer, fetching(peer) as client:
            fetch = client.get_document("http://a.test/", deadline=0.2)
            assert await reason(fetch) is Reason.SLOW

    asyncio.run(main())
