"""Every request alike: who may, in which form, what browsers are told, and how it is said no."""

import asyncio
from pathlib import Path

import pytest

from actors.errors import (
    FetchTimeout,
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    TooMany,
    Unauthorized,
    Unavailable,
)
from fedi.mastodon.asking import UPLOADS_AT_ONCE, reply_to
from tests.fedi.mastodon.apps import Apps, tell

ORIGIN = {"origin": "https://phanpy.test"}


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (Invalid("x"), 422), (Invalid("x", code="bad_json"), 400), (Unauthorized("x"), 401),
        (Forbidden("x"), 403), (NotFound("x"), 404), (TooLarge("x"), 413), (TooMany("x"), 429),
        (Unavailable("x"), 503), (FetchTimeout("x"), 503), (KeyError("secret"), 500),
    ],
)  # fmt: skip
def test_a_problem_is_told_in_mastodons_shape_without_what_is_inside(
    problem: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    reply = reply_to(problem)
    assert reply.status == status
    assert reply.body.startswith(b'{"error":"')
    assert b"secret" not in reply.body


def test_slashes_heads_and_other_methods(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        for path in ("/api/v1/instance", "/api/v2/instance", "/api/v1/timelines/home"):
            plain, slash = await apps.it.call("GET", path), await apps.it.call("GET", f"{path}/")
            assert plain.status == slash.status == 200, path
            assert type(plain.json()) is type(slash.json())
            head = await apps.it.call("HEAD", path)
            assert (head.status, head.body) == (200, b"")
            assert head.headers["content-length"] != "0"
        assert await apps.it.refused("PATCH", "v1/statuses") in (404, 405)
        assert await apps.it.refused("GET", "v1/nosuch/") == 404

    tell(tmp_path, story)


def test_browsers_may_ask_from_anywhere_with_any_header(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        wanted = {"access-control-request-headers": "authorization,content-type,idempotency-key"}
        answered = await apps.nobody.call("OPTIONS", "/api/v1/statuses", headers=ORIGIN | wanted)
        assert (answered.status, answered.body) == (204, b"")
        assert "idempotency-key" in answered.headers["access-control-allow-headers"]
        assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= {
            one.strip() for one in answered.headers["access-control-allow-methods"].split(",")
        }
        assert "access-control-allow-credentials" not in answered.headers
        for client, path in ((apps.it, "timelines/home"), (apps.nobody, "timelines/home")):
            got = await client.call("GET", f"/api/v1/{path}", headers=ORIGIN)
            assert got.headers["access-control-allow-origin"] == "*"
            exposed = got.headers["access-control-expose-headers"]
            assert all(name in exposed for name in ("Link", "X-RateLimit-Remaining"))

    tell(tmp_path, story)


def test_tokens_are_taken_where_apps_put_them(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        path = "/api/v1/accounts/verify_credentials"
        bearer = apps.it.bearer
        ok = await apps.nobody.call("GET", path, headers={"authorization": f"bearer {bearer}"})
        assert ok.status == 200
        for wrong in (
            "Bearer ",
            f"Basic {bearer}",
            f"Bearer {bearer}x",
            bearer,
            "Bearer " + "x" * 999,
        ):
            no = await apps.nobody.call("GET", path, headers={"authorization": wrong})
            assert no.status == 401, wrong
            assert no.json() == {"error": "The access token is invalid"}
        assert "www-authenticate" in no.headers
        query = await apps.nobody.call("GET", path, access_token=bearer)
        assert query.status in (200, 401)
        listed = await apps.nobody.call(
            "GET", "/api/v1/timelines/home", access_token=bearer, limit=1
        )
        assert bearer not in listed.headers.get("link", "")

    tell(tmp_path, story)


def test_one_house_answers_many_at_once(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        posts = await asyncio.gather(*(apps.it.says(f"Nr. {n}") for n in range(20)))
        assert len({post["id"] for post in posts}) == 20
        ids = [one["id"] for one in await apps.it.get("v1/timelines/home", limit=40)]
        assert ids == sorted((post["id"] for post in posts), reverse=True)

    tell(tmp_path, story)


def _media(bearer: str, query: bytes = b"") -> dict[str, object]:
    headers = [(b"content-type", b"multipart/form-data; boundary=x")]
    if bearer:
        headers.append((b"authorization", f"Bearer {bearer}".encode()))
    return {
        "type": "http",
        "method": "POST",
        "path": "/api/v2/media",
        "query_string": query,
        "headers": headers,
    }


def test_a_file_is_taken_from_nobody(tmp_path: Path) -> None:
    """S32: who asks is found out before the body is read, wherever their token stands."""

    async def story(apps: Apps) -> None:
        async def receive() -> dict[str, object]:
            raise AssertionError("the body was asked for")

        for bearer, query in (("", b""), ("", b"access_token=none"), ("", b"access_token="),
                              ("none", b""), ("none", b"access_token=none")):  # fmt: skip
            sent: list[dict[str, object]] = []

            async def send(
                message: dict[str, object], sent: list[dict[str, object]] = sent
            ) -> None:
                sent.append(message)

            await apps.table(_media(bearer, query), receive, send)  # type: ignore[arg-type]
            assert sent[0]["status"] == 401, (bearer, query)

    tell(tmp_path, story)


def test_one_person_sends_no_more_files_at_once_than_have_room(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        over, reading, answers = asyncio.Event(), asyncio.Semaphore(0), list[object]()

        async def receive() -> dict[str, object]:
            reading.release()
            await over.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                answers.append(message["status"])

        async def one(bearer: str) -> None:
            await apps.table(_media(bearer), receive, send)  # type: ignore[arg-type]

        slow = [asyncio.create_task(one(apps.kari.bearer)) for _ in range(UPLOADS_AT_ONCE)]
        for _ in slow:
            await reading.acquire()
        await one(apps.it.bearer)  # the same person, for the department
        assert answers == [429]
        other = asyncio.create_task(one(apps.ola.bearer))
        over.set()
        await asyncio.gather(*slow, other)
        assert answers == [429] + [422] * (UPLOADS_AT_ONCE + 1)

    tell(tmp_path, story)
