"""OAuth's answers: errors by their words, open to pages elsewhere, kept by nobody."""

import asyncio
from typing import Any

import pytest

from actors.errors import Forbidden, Invalid, TooMany, Unauthorized
from fedi.oauth.answers import answered, invalid_client, invalid_grant, opened
from outbox.answers import Answer
from tests.fedi.asking import Answered, ask


def failing(error: Exception, *, of_mastodon: bool = False) -> Answered:
    async def endpoint(scope: Any, receive: Any) -> Answer:
        raise error

    return asyncio.run(ask(opened(endpoint, of_mastodon=of_mastodon), "/oauth/token", "POST"))


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (invalid_client(), 401, "invalid_client"),
        (invalid_grant(), 400, "invalid_grant"),
        (Invalid("x"), 400, "invalid_request"),
        (TooMany("x", retry_after=7), 429, "too_many"),
        (ZeroDivisionError("secret detail"), 500, "error"),
    ],
)
def test_an_error_leaves_as_its_word(error: Exception, status: int, code: str) -> None:
    got = failing(error)
    assert (got.status, got.json()["error"]) == (status, code)
    assert got.json()["error_description"]
    assert "secret" not in got.text
    assert got.headers["access-control-allow-origin"] == "*"
    assert got.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Unauthorized("The access token is invalid"), 401),
        (Forbidden("No"), 403),
        (Invalid("Wrong"), 422),
        (TooMany("Later", retry_after=7), 429),
        (ZeroDivisionError("secret detail"), 500),
    ],
)
def test_on_mastodons_addresses_it_leaves_as_a_sentence(error: Exception, status: int) -> None:
    got = failing(error, of_mastodon=True)
    assert (got.status, set(got.json())) == (status, {"error"})
    assert "secret" not in got.text
    assert ("retry-after" in got.headers) is (status == 429)


def test_an_answer_is_json_that_nobody_keeps() -> None:
    answer = answered({"å": 1}, 200, (b"x-a", b"b"))
    assert answer.body == '{"å":1}'.encode()
    assert answer.header(b"pragma") == b"no-cache"
    assert answer.header(b"x-a") == b"b"
