"""Others' pictures, passed on: only what was sealed here, once, looked at, and never what runs."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from actors.errors import FetchError
from fedi.media.cache import Cache
from fedi.media.proxy import Proxy, sealing_key
from fedi.net.dispatch import Dispatch
from fedi.store.engine import Engine
from fedi.store.settings import MEDIA_KEY, setting
from tests.fedi.asking import Answered, ask
from tests.fedi.media import made
from tests.fedi.net.fetching import Clock, fetching
from tests.fedi.net.peers import Asked, Peer, answering, ok, redirect
from tests.people import URLS
from tests.running import run

KEY = bytes(range(32))
PICTURE = made.picture()
REMOTE = "http://a.test/bilde.png?x=1&y=æ"


@dataclass
class Passing:
    """A proxy behind its door, and the other server."""

    proxy: Proxy
    table: Dispatch
    peer: Peer
    clock: Clock

    async def get(self, url: str, method: str = "GET", **headers: str) -> Answered:
        address = self.proxy.proxied(url)
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return await ask(self.table, address.removeprefix(URLS.origin), method, headers=named)


@asynccontextmanager
async def passing(
    folder: Path, answer: Callable[[Asked], bytes], cache: int = 1 << 20, **bounds: int
) -> AsyncIterator[Passing]:
    clock = Clock()

    async def nothing(scope: object, receive: object, send: object) -> None:
        raise AssertionError("not in the table")

    async with Peer(answering(answer)) as peer, fetching(peer, clock=clock) as client:
        kept = Cache(folder / "cache", cache)
        proxy = Proxy(client, URLS, kept, KEY, now=clock, **({"most": 100_000} | bounds))
        table = Dispatch(nothing)
        table.add("/proxy/{seal}/{place}", proxy)
        try:
            yield Passing(proxy, table, peer, clock)
        finally:
            await proxy.close()


def a_picture(_: Asked) -> bytes:
    return ok(PICTURE, "image/png")


def test_a_picture_is_passed_on_and_fetched_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with passing(tmp_path, a_picture) as here:
            for _ in range(3):
                answered = await here.get(REMOTE)
                assert (answered.status, answered.body) == (200, PICTURE)
                assert answered.headers["content-type"] == "image/png"
                assert answered.headers["cache-control"].startswith("private, ")
                assert answered.headers["x-content-type-options"] == "nosniff"
                assert answered.headers["content-security-policy"] == "default-src 'none'; sandbox"
            (asked,) = here.peer.requests
            assert asked.all("cookie") == asked.all("referer") == asked.all("authorization") == []

    asyncio.run(story())


def test_an_address_is_always_the_same_and_ours_are_their_own(tmp_path: Path) -> None:
    async def story() -> None:
        async with passing(tmp_path, a_picture) as here:
            assert here.proxy.proxied(REMOTE) == here.proxy.proxied(REMOTE)
            assert here.proxy.proxied(REMOTE).startswith(f"{URLS.origin}/proxy/")
            own = URLS.media("a.png")
            assert here.proxy.proxied(own) == own
            for nothing in (
                "",
                "javascript:alert(1)",
                "data:image/png,x",
                "http://a/" + "x" * 5000,
            ):
                assert here.proxy.proxied(nothing) == ""

    asyncio.run(story())


def test_it_is_no_open_proxy(tmp_path: Path) -> None:
    """S12: what we did not seal is not fetched, whatever it names."""

    async def story() -> None:
        async with passing(tmp_path, a_picture) as here:
            seal, place = here.proxy.proxied(REMOTE).split("/")[-2:]
            other = base64.urlsafe_b64encode(b"http://b.test/").decode().rstrip("=")
            for path in (
                f"{seal}/{other}", f"{seal}/{place}=", f"{seal}/{place}A", f"{seal[:-1]}/{place}",
                f"x/{place}", f"{seal}/*", f"æ/{place}", f"{seal}/AAA", f"{seal.upper()}/{place}",
            ):  # fmt: skip
                assert (await ask(here.table, f"/proxy/{path}")).status == 404
            assert here.peer.requests == []

    asyncio.run(story())


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/png"),
        (b"<html><script>alert(1)</script></html>", "text/html"),
        (b"<html><script>alert(1)</script></html>", "image/jpeg"),
        (b'{"type":"Note"}', "application/activity+json"),
        (b'{"type":"Note"}', "image/png"),
        (b"%PDF-1.7", "application/pdf"),
        (b"%PDF-1.7", "image/png"),
        (b"", "image/png"),
    ],
)
def test_what_runs_or_opens_is_refused_and_not_asked_for_again(
    tmp_path: Path, body: bytes, content_type: str
) -> None:
    """S2, S30: told by its bytes, whatever it is called."""

    async def story() -> None:
        async with passing(tmp_path, lambda _: ok(body, content_type)) as here:
            assert [(await here.get(REMOTE)).status for _ in range(3)] == [404] * 3
            assert len(here.peer.requests) == 1
            here.clock.now += 3_600_000
            await here.get(REMOTE)
            assert len(here.peer.requests) == 2

    asyncio.run(story())


def test_a_polyglot_is_sent_as_the_picture_that_it_begins_as(tmp_path: Path) -> None:
    body = b"GIF89a/*" + made.animation()[8:] + b"*/=alert(1)//<script>alert(1)</script>"

    async def story() -> None:
        async with passing(tmp_path, lambda _: ok(body, "text/javascript")) as here:
            assert (await here.get(REMOTE)).status == 404
        async with passing(tmp_path, lambda _: ok(body, "image/gif")) as here:
            answered = await here.get(REMOTE)
            assert answered.headers["content-type"] == "image/gif"
            assert answered.headers["x-content-type-options"] == "nosniff"

    asyncio.run(story())


def test_many_who_ask_at_once_make_one_fetch(tmp_path: Path) -> None:
    async def story() -> None:
        async with passing(tmp_path, a_picture) as here:
            answers = await asyncio.gather(*(here.get(REMOTE) for _ in range(20)))
            assert {one.body for one in answers} == {PICTURE}
            assert len(here.peer.requests) == 1

    asyncio.run(story())


def test_one_who_goes_away_does_not_take_it_from_the_others(tmp_path: Path) -> None:
    async def story() -> None:
        async with passing(tmp_path, a_picture) as here:
            first = asyncio.create_task(here.get(REMOTE))
            second = asyncio.create_task(here.get(REMOTE))
            await asyncio.sleep(0)
            first.cancel()
            assert (await second).status == 200
            assert len(here.peer.requests) == 1

    asyncio.run(story())


def test_what_is_too_large_is_not_passed_on(tmp_path: Path) -> None:
    large = PICTURE + bytes(200_000)

    async def story() -> None:
        async with passing(tmp_path, lambda _: ok(large, "image/png")) as here:
            assert (await here.get(REMOTE)).status == 404

    asyncio.run(story())


FILM = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41" + bytes(range(256)) * 100


def in_pieces(asked: Asked, total: int = len(FILM)) -> bytes:
    """What a server does that sends parts."""
    first, last = (int(part) for part in asked.all("range")[0].removeprefix("bytes=").split("-"))
    part = FILM[first : last + 1]
    stated = f"Content-Range: bytes {first}-{first + len(part) - 1}/{total}"
    return ok(part, "video/mp4", stated, status=206)


def test_a_large_film_comes_in_pieces_and_is_kept_whole(tmp_path: Path) -> None:
    async def story() -> None:
        async with passing(tmp_path, in_pieces, piece=5_000) as here:
            answered = await here.get(REMOTE)
            assert (answered.status, answered.body) == (200, FILM)
            assert len(here.peer.requests) == 6
            part = await here.get(REMOTE, range="bytes=20000-20003")
            assert (part.status, part.body) == (206, FILM[20_000:20_004])
            assert len(here.peer.requests) == 6
            assert sorted(path.name for path in (tmp_path / "cache").glob("*"))[-2:] == [
                "lock", "total",
            ]  # fmt: skip

    asyncio.run(story())


def test_a_film_larger_than_is_passed_on_is_given_up_at_its_first_piece(tmp_path: Path) -> None:
    async def story() -> None:
        async with passing(tmp_path, in_pieces, piece=5_000, most=20_000) as here:
            assert (await here.get(REMOTE)).status == 404
            assert len(here.peer.requests) == 1

    asyncio.run(story())


@pytest.mark.parametrize(
    "answer",
    [
        lambda asked: in_pieces(asked, total=30_000 + len(asked.all("range")[0])),
        lambda asked: ok(FILM[:5000], "video/mp4", "Content-Range: bytes 7-5006/25636", status=206),
        lambda asked: ok(FILM[:5000], "video/mp4", "Content-Range: bytes 0-9/25636", status=206),
        lambda asked: ok(FILM[:5000], "video/mp4", "Content-Range: bytes 0-4999/*", status=206),
        lambda asked: ok(FILM[:5000], "video/mp4", status=206),
        lambda asked: ok(FILM, "video/mp4"),
    ],
)
def test_pieces_that_do_not_fit_together_are_no_file(
    tmp_path: Path, answer: Callable[[Asked], bytes]
) -> None:
    async def story() -> None:
        async with passing(tmp_path, answer, piece=5_000) as here:
            assert (await here.get(REMOTE)).status == 404
            assert len(here.peer.requests) <= 2

    asyncio.run(story())


def test_what_the_cache_has_no_room_for_is_sent_all_the_same(tmp_path: Path) -> None:
    async def story() -> None:
        async with passing(tmp_path, a_picture, cache=10) as here:
            assert (await here.get(REMOTE)).body == PICTURE
            assert (await here.get(REMOTE, range="bytes=2-5")).body == PICTURE[2:6]
            assert len(here.peer.requests) == 2

    asyncio.run(story())


def test_a_part_is_sent_and_head_and_what_is_held(tmp_path: Path) -> None:
    async def story() -> None:
        async with passing(tmp_path, a_picture) as here:
            part = await here.get(REMOTE, range="bytes=0-3")
            assert (part.status, part.body) == (206, PICTURE[:4])
            assert (await here.get(REMOTE, "HEAD")).body == b""
            tag = part.headers["etag"]
            assert (await here.get(REMOTE, if_none_match=tag)).status == 304

    asyncio.run(story())


def test_s12_what_leads_inside_is_not_followed(tmp_path: Path) -> None:
    async def story() -> None:
        answer = redirect(f"{URLS.origin}/media/hemmelig.png")
        async with passing(tmp_path, lambda _: answer) as here:
            assert (await here.get(REMOTE)).status in (404, 502)
        async with passing(tmp_path, a_picture) as here:
            assert (await here.get("https://10.0.0.1/x.png")).status in (404, 502)
            assert here.peer.requests == []

    asyncio.run(story())


def test_a_server_that_is_down_is_asked_again_later(tmp_path: Path) -> None:
    answers = [ok(b"", "", status=503), ok(PICTURE, "image/png")]

    async def story() -> None:
        async with passing(tmp_path, lambda _: answers.pop(0)) as here:
            assert (await here.get(REMOTE)).status == FetchError.status
            here.clock.now += 120_000
            assert (await here.get(REMOTE)).status == 200

    asyncio.run(story())


def test_the_key_is_made_once_for_the_house(engine: Engine) -> None:
    first = run(sealing_key(engine))
    assert len(first) == 32
    assert run(sealing_key(engine)) == first
    assert run(engine.read(lambda tx: setting(tx, MEDIA_KEY))) == first.hex()
