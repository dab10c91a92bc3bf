"""What an inbox answers before anything is done (FEDERATION.md has the table), by a whole house."""

import asyncio
import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from actors import ids
from actors.errors import TooLarge
from inbox.endpoints import handler
from tests.hostile.peer import (
    ACTIVITY,
    AS2,
    GOOD,
    PUBLIC,
    Town,
    activity,
    create,
    note,
    now,
    town,
)

LIMIT = 1_048_576


async def code(town: Town, *request: Any, **more: Any) -> tuple[int, str]:
    """Send a signed activity and return the status and code word of the answer."""
    status, said = await town.post(*request, **more)
    body = said.partition(b"\r\n\r\n")[2]
    return status, json.loads(body)["error"] if body else ""


def test_each_answer_of_the_inbox_is_the_one_that_helps_the_peer(tmp_path: Path) -> None:
    async def scene() -> None:
        async with town(tmp_path) as here:
            alice = here.hostile.stranger()
            hello = create(note(alice, "1"), alice)
            unsigned = (("Host", f"127.0.0.1:{here.port}"), ("Content-Type", "application/ld+json"))
            assert (await here.raw("POST", "/inbox", unsigned, b"{}"))[0] == 415
            typed = (unsigned[0], ("Content-Type", "application/activity+json"))
            assert (await here.raw("POST", "/inbox", typed, b"{}"))[0] == 401
            assert await code(here, alice, hello) == (202, "")
            assert await code(here, alice, hello) == (202, "")
            assert await code(here, alice, {**hello, "id": ""}) == (400, "invalid")
            elsewhere = {**hello, "id": "http://third.test/1"}
            assert await code(here, alice, elsewhere) == (403, "forbidden")
            nobody = "/actors/000000000000000001/inbox"
            assert await code(here, alice, hello, nobody) == (403, "forbidden")
            assert await code(here, alice, hello, "/actors/none/inbox") == (403, "forbidden")
            wrong = ("Content-Encoding", "br")
            assert await code(here, alice, hello, headers=(wrong,)) == (415, "wrong_type")
            assert await here.number("SELECT count(*) FROM arrival") == 1

    asyncio.run(scene())


@pytest.mark.parametrize("kind", ["Delete", "Update"])
def test_what_a_stranger_does_to_itself_costs_nothing(tmp_path: Path, kind: str) -> None:
    """202 without a fetch, a signature checked or a row: there may be thousands an hour."""

    async def scene() -> None:
        async with town(tmp_path) as here:
            alice = here.hostile.stranger()
            assert await code(here, alice, activity(kind, alice, alice.uri)) == (202, "")
            assert here.hostile.asked == []
            assert await here.number("SELECT count(*) FROM arrival") == 0

    asyncio.run(scene())


def test_a_key_that_cannot_be_had_just_now_is_503_and_one_that_is_none_is_401(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        async with town(tmp_path) as here:
            alice, bob = here.hostile.stranger(), here.hostile.stranger("bob")
            here.hostile.table[f"{GOOD}/users/alice"] = (
                b"HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n"
            )
            status, said = await here.post(alice, create(note(alice, "1"), alice))
            assert status == 503
            assert b"\r\nretry-after: " in said.lower()
            del here.hostile.table[f"{GOOD}/users/bob"]
            assert await code(here, bob, create(note(bob, "2"), bob)) == (401, "unauthorized")

    asyncio.run(scene())


async def kept(here: Town, by: Any, body: bytes, *more: tuple[str, str]) -> int:
    """Send a signed body over a connection that stays open, as servers do; return the status."""
    signed = here.signed("POST", "/inbox", body, by)
    headers = (*signed, ("Content-Type", "application/activity+json"), *more)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
    try:
        head = f"POST /inbox HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode("latin-1") + body)
        await writer.drain()
        return int((await reader.readuntil(b"\r\n\r\n"))[9:12])
    finally:
        writer.close()


def bombs(by: Any) -> dict[str, tuple[bytes, int]]:
    """Bodies that hurt a reader, and the answer to each."""
    whole = json.dumps(create(note(by, "bomb"), by)).encode()
    inside = whole[:-1] + b', "x": %b}'
    return {
        "a string of 10 MB": (inside % (b'"' + b"a" * 10_000_000 + b'"'), 413),
        "just over the limit": (inside % (b'"' + b"a" * LIMIT + b'"'), 413),
        "400,000 deep": (inside % (b"[" * 400_000 + b"]" * 400_000), 413),
        "forty deep": (inside % (b"[" * 40 + b"]" * 40), 413),
        "NaN": (inside % b"NaN", 400),
        "infinity": (inside % b"1e400", 400),
        "a number of 5,000 digits": (inside % (b"9" * 5_000), 400),
        "a lone surrogate": (inside % b'"\\ud800"', 400),
        "a null character": (inside % b'"\\u0000"', 400),
        "a byte order mark": (b"\xef\xbb\xbf" + whole, 400),
        "no object": (b"[]", 400),
        "nothing": (b"", 400),
    }


def test_trial_31_bodies_that_hurt_a_reader_are_refused_and_the_house_goes_on(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        async with town(tmp_path) as here:
            alice = here.hostile.stranger()
            for what, (body, expected) in bombs(alice).items():
                assert (what, await kept(here, alice, body)) == (what, expected)
            bomb = gzip.compress(b" " * 50_000_000)
            assert len(bomb) < 49_000
            zipped = ("Content-Encoding", "gzip")
            tracemalloc.start()
            try:
                assert await kept(here, alice, bomb, zipped) == 413
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
            assert peak < 10 * LIMIT, "S28: no more is ever made of it than may come"
            assert await kept(here, alice, b"\x1f\x8bnot gzip", zipped) == 400
            assert await code(here, alice, create(note(alice, "1"), alice)) == (202, "")

    asyncio.run(scene())


def test_trial_31_a_body_without_end_is_not_read_without_end(tmp_path: Path) -> None:
    async def scene() -> None:
        async with town(tmp_path) as here:
            announced = (
                b"POST /inbox HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000000\r\n"
                b"Connection: close\r\n"
                b"Content-Type: application/activity+json\r\n\r\n"
            )
            assert (await here.bytes(announced))[0] == 413
            post = handler(here.house.door, ids.parse)
            read = 0

            async def receive() -> dict[str, Any]:
                nonlocal read
                read += 65_536
                return {"type": "http.request", "body": b"a" * 65_536, "more_body": True}

            async def send(_: Any) -> None:
                raise AssertionError("answered")

            scope = {
                "type": "http",
                "method": "POST",
                "path": "/inbox",
                "path_params": {},
                "query_string": b"",
                "headers": [(b"content-type", b"application/activity+json"), (b"host", b"x")],
            }
            with pytest.raises(TooLarge):
                await post(scope, receive, send)
            assert read <= 4 * LIMIT + 65_536  # what is over the limit passes by unread

    asyncio.run(scene())


def test_what_is_in_words_of_its_own_is_taken_and_read_behind_the_door(tmp_path: Path) -> None:
    """The door reads no contexts: it knows the signer, and who acts is settled once it is read."""

    async def scene() -> None:
        async with town(tmp_path) as here:
            alice, bob = here.hostile.stranger(), here.hostile.stranger("bob", key=1)
            told = note(alice, "1", to=[PUBLIC, here.department.uri])
            words = [{"gjør": {"@id": "as:actor", "@type": "@id"}, "hva": "as:object"}]
            own = {
                "@context": [AS2, *words],
                "id": f"{told['id']}/create",
                "type": "Create",
                "gjør": alice.uri,
                "hva": told,
            }
            assert await code(here, alice, own) == (202, "")
            assert await code(here, alice, own) == (202, "")
            assert await here.number("SELECT count(*) FROM arrival") == 1
            assert await code(here, bob, {**own, "hva": {**told, "content": "Bobs"}}) == (202, "")
            await here.work()
            assert await here.sql("SELECT uri, content FROM post") == [(told["id"], "<p>Hei</p>")]
            assert here.house.expander.running
            assert await here.number("SELECT count(*) FROM arrival") == 0

    asyncio.run(scene())


def test_what_has_one_id_for_all_times_may_be_done_again_but_no_request_comes_twice(
    tmp_path: Path,
) -> None:
    """S24, trial 30. Pixelfed and PeerTube follow again, and Misskey undoes again, under the id
    that they used before."""

    async def scene() -> None:
        async with town(tmp_path) as here:
            alice = here.hostile.stranger()
            follow = activity("Follow", alice, here.department.uri, id=f"{alice.uri}#follow/1")
            undo = activity("Undo", alice, follow, id=f"{alice.uri}#follow/1/undo")
            following = "SELECT count(*) FROM relation WHERE kind = 'follow'"
            requests = []
            for round in range(2):
                here.clock.ahead = round * 60_000
                for number, what in enumerate((follow, undo)):
                    body = json.dumps(what).encode()
                    signed = here.signed("POST", "/inbox", body, alice, at=now() + here.clock.ahead)
                    request = ((*signed, ("Content-Type", ACTIVITY)), body)
                    requests.append(request)
                    assert (await here.raw("POST", "/inbox", *request))[0] == 202
                    await here.work()
                    assert await here.number(following) == 1 - number
            for request in requests:
                assert (await here.raw("POST", "/inbox", *request))[0] == 202
            assert await here.number("SELECT count(*) FROM arrival") == 0

    asyncio.run(scene())


def test_trial_5_what_cannot_be_saved_is_not_promised(tmp_path: Path) -> None:
    """202 comes after the commit: where there can be none, the peer is told to come back."""

    async def scene() -> None:
        async with town(tmp_path) as here:
            alice = here.hostile.stranger()
            large = create(note(alice, "1", content="x" * 60_000), alice)
            assert await code(here, alice, activity("Like", alice, f"{alice.uri}/1")) == (202, "")
            await here.work()
            await here.house.engine.write(lambda tx: tx.rows("PRAGMA max_page_count = 1"))
            status, said = await here.post(alice, large)
            assert (status, b"\r\nretry-after: " in said.lower()) == (503, True)
            await here.house.engine.write(lambda tx: tx.rows("PRAGMA max_page_count = 1000000"))
            assert await here.number("SELECT count(*) FROM arrival") == 0
            assert await code(here, alice, large) == (202, "")
            assert await here.number("SELECT count(*) FROM arrival") == 1

    asyncio.run(scene())


def test_a_delete_may_have_the_id_of_its_create(tmp_path: Path) -> None:
    """BookWyrm's has."""

    async def scene() -> None:
        async with town(tmp_path) as here:
            alice = here.hostile.stranger()
            hello = note(alice, "1", to=[PUBLIC, here.department.uri])
            hello["tag"] = [{"type": "Mention", "href": here.department.uri}]
            for kind, what in (("Create", hello), ("Delete", hello), ("Create", hello)):
                told = activity(kind, alice, what, id=f"{hello['id']}/activity")
                assert await code(here, alice, told) == (202, "")
                await here.work()
            assert await here.sql("SELECT deleted IS NULL, content FROM post") == [(False, "")]

    asyncio.run(scene())


def test_a_pin_needs_no_id_and_anything_else_does(tmp_path: Path) -> None:
    """Mastodon's Add and Remove have none."""

    async def scene() -> None:
        async with town(tmp_path) as here:
            alice = here.hostile.stranger()
            hello = note(alice, "1", to=[PUBLIC, here.department.uri])
            hello["tag"] = [{"type": "Mention", "href": here.department.uri}]
            assert await code(here, alice, create(hello, alice)) == (202, "")
            pinning = {"id": None, "target": f"{alice.uri}/featured"}
            for kind, pins in (("Add", 1), ("Remove", 0)):
                told = activity(kind, alice, hello["id"], **pinning)
                del told["id"]
                assert await code(here, alice, told) == (202, "")
                await here.work()
                assert await here.number("SELECT count(*) FROM pin") == pins
            nameless = activity("Like", alice, hello["id"], id=None)
            assert await code(here, alice, nameless) == (400, "invalid")
            assert await here.refusals() == []

    asyncio.run(scene())


def test_a_key_may_be_named_by_its_owners_address_with_a_slash(tmp_path: Path) -> None:
    """BookWyrm's is; the actor that is served there says where it truly lives."""

    async def scene() -> None:
        async with town(tmp_path) as here:
            alice = here.hostile.stranger()
            alice.document["publicKey"]["id"] = f"{alice.uri}/#main-key"
            here.hostile.table[f"{GOOD}/users/alice/"] = alice.document
            assert await code(here, alice, create(note(alice, "1"), alice)) == (202, "")

    asyncio.run(scene())
