"""ActivityPub over HTTP: who gets what at which address, and that nothing kept reaches another."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from actors.posts import Post, Visibility
from fedi.front import Kept
from fedi.publishing import Draft, Writing
from outbox.answers import Answer, answered
from tests.hostile.peer import EVIL, Town, activity, town


def run(folder: Path, story: Callable[[Town], Awaitable[None]], **federation: Any) -> None:
    async def main() -> None:
        async with town(folder, **federation) as here:
            await story(here)

    asyncio.run(main())


async def says(here: Town, visibility: Visibility, text: str = "Hei") -> Post:
    writing = Writing(performer=here.house.performer, resolver=here.house.resolver)
    return await writing.publish(here.department, Draft(text=text, visibility=visibility))


def path_of(uri: str) -> str:
    return "/" + uri.split("/", 3)[3]


def document(said: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said.partition(b"\r\n\r\n")[2])
    return found


def head(said: bytes) -> str:
    return said.partition(b"\r\n\r\n")[0].decode().lower()


async def status(here: Town, path: str, *by: Any) -> int:
    return (await here.get(path, *by))[0]


def test_an_actor_its_collections_and_its_posts_are_where_their_ids_say(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        post = await says(here, Visibility.PUBLIC)
        actor = path_of(here.department.uri)
        for path in (actor, path_of(post.uri), "/actor"):
            found, said = await here.get(path)
            assert (found, path_of(document(said)["id"])) == (200, path)
        parts = ("outbox", "followers", "following", "featured", "tags")
        paths = [f"{actor}/{part}" for part in parts]
        paths += [f"{path_of(post.uri)}/{part}" for part in ("replies", "likes", "shares")]
        paths += ["/actor/outbox", "/actor/followers", "/actor/following"]
        for path in paths:
            assert await status(here, path) == 200, path
            assert await status(here, f"{path}/more") == 404, path
        for path in ("/actors/none", "/posts/000000000000000009", f"{actor}/inboxes"):
            assert await status(here, path) == 404, path

    run(tmp_path, story)


def test_a_browser_that_asks_for_what_is_no_id_gets_a_page(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        host = ("Host", f"127.0.0.1:{here.port}")
        for path in ("/posts/abc", "/actors/none", "/posts/1"):
            found, said = await here.raw("GET", path, (host, ("Accept", "text/html,*/*;q=0.8")))
            assert found == 404, path
            assert said.partition(b"\r\n\r\n")[2].startswith(b"<!doctype html>"), path

    run(tmp_path, story)


def test_head_says_what_get_says_without_a_body(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        host = ("Host", f"127.0.0.1:{here.port}")
        accept = ("Accept", "application/activity+json")
        path = path_of(here.department.uri)
        _, got = await here.raw("GET", path, (host, accept))
        _, headed = await here.raw("HEAD", path, (host, accept))
        varying = ("date", "x-request-id")
        lines = [set(head(said).split("\r\n")) for said in (got, headed)]
        assert all(line.startswith(varying) for line in lines[0] ^ lines[1])
        assert headed.partition(b"\r\n\r\n")[2] == b""

    run(tmp_path, story)


def test_what_is_for_followers_is_shown_to_their_server_and_to_no_other(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, mallory = here.hostile.stranger(), here.hostile.stranger("mallory", EVIL, 1)
        await here.post(alice, activity("Follow", alice, here.department.uri))
        await here.work()
        post = path_of((await says(here, Visibility.FOLLOWERS)).uri)
        found, said = await here.get(post, alice)
        assert (found, document(said)["content"]) == (200, "<p>Hei</p>")
        assert "cache-control: private, no-store" in head(said)
        assert "vary: accept, signature, signature-input" in head(said)
        nothing = (await here.get("/posts/000000000000000009"))[1].partition(b"\r\n\r\n")[2]
        for asker in ((), (mallory,)):
            found, said = await here.get(post, *asker)
            assert (found, said.partition(b"\r\n\r\n")[2]) == (404, nothing)

    run(tmp_path, story)


def test_with_authorized_fetch_only_the_server_itself_is_shown_unsigned(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        post = path_of((await says(here, Visibility.PUBLIC)).uri)
        assert await status(here, "/actor") == 200
        for path in (post, path_of(here.department.uri)):
            assert await status(here, path) == 401
            assert await status(here, path, alice) == 200

    run(tmp_path, story, authorized_fetch=True)


def test_an_edit_and_a_deletion_show_within_a_second(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        writing = Writing(performer=here.house.performer, resolver=here.house.resolver)
        post = await says(here, Visibility.PUBLIC)
        path = path_of(post.uri)
        assert document((await here.get(path))[1])["content"] == "<p>Hei</p>"
        await writing.edit(here.department, post, Draft(text="Nytt", visibility=Visibility.PUBLIC))
        async with asyncio.timeout(60):
            while document((await here.get(path))[1])["content"] != "<p>Nytt</p>":  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    run(tmp_path, story)


def open_answer(text: bytes, *, public: bool = True, status: int = 200) -> Answer:
    return answered("application/activity+json", text, public=public, status=status)


def test_s18_only_what_all_may_see_is_kept() -> None:
    kept = Kept()
    kept.keep(("/a", b""), open_answer(b"1"))
    kept.keep(("/b", b""), open_answer(b"2", public=False))
    kept.keep(("/c", b""), open_answer(b"3", status=410))
    found = kept.find(("/a", b""))
    assert found is not None
    assert found.body == b"1"
    assert kept.find(("/a", b"text/html")) is None
    assert kept.find(("/b", b"")) is None
    assert kept.find(("/c", b"")) is None


def test_s14_what_is_kept_is_bounded() -> None:
    kept = Kept()
    for number in range(Kept.COUNT + 10):
        kept.keep((f"/{number}", b""), open_answer(b"x"))
    assert kept.find(("/9", b"")) is None
    assert kept.find(("/10", b"")) is not None
