"""Every error becomes its status and a safe sentence; nothing else leaves the house."""

import asyncio
import json

import pytest
from starlette.types import Message

from actors import errors
from fedi.net.answer import answer_to, respond


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.Invalid("No."), 400, "invalid"),
        (errors.TooLarge("No."), 413, "too_large"),
        (errors.Unauthorized("No."), 401, "unauthorized"),
        (errors.Forbidden("No."), 403, "forbidden"),
        (errors.NotFound("No."), 404, "not_found"),
        (errors.Gone("No."), 410, "gone"),
        (errors.NotAcceptable("No."), 406, "not_acceptable"),
        (errors.WrongType("No."), 415, "wrong_type"),
        (errors.TooMany("No."), 429, "too_many"),
        (errors.Unavailable("No."), 503, "unavailable"),
        (errors.FetchRefused("No."), 502, "fetch_refused"),
        (errors.FetchAnswered("No.", answered=404), 502, "fetch_answered"),
        (errors.Invalid("No.", code="bad_handle"), 400, "bad_handle"),
    ],
)
def test_an_error_has_its_status_code_word_and_sentence(
    error: errors.FediError, status: int, code: str
) -> None:
    error.detail = "secret"
    answer = answer_to(error)
    assert answer.status == status
    assert json.loads(answer.body) == {"error": code, "error_description": "No."}
    assert b"secret" not in answer.body
    assert (b"content-length", str(len(answer.body)).encode()) in answer.headers
    assert (b"cache-control", b"no-store") in answer.headers


def test_slow_down_and_come_back_later_say_when() -> None:
    assert (b"retry-after", b"7") in answer_to(errors.TooMany("No.", retry_after=7)).headers
    assert (b"retry-after", b"1") in answer_to(errors.Unavailable("No.", retry_after=0)).headers
    assert b"retry-after" not in dict(answer_to(errors.Invalid("No.")).headers)


def test_a_missing_token_names_the_scheme() -> None:
    assert (b"www-authenticate", b"Bearer") in answer_to(errors.Unauthorized("No.")).headers


def test_an_unexpected_error_tells_the_asker_nothing() -> None:
    answer = answer_to(RuntimeError("password=hunter2"))
    assert answer.status == 500
    assert b"hunter2" not in answer.body


def test_a_raw_answer_is_two_messages() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(respond(send, 200, b"text/plain", b"hi", [(b"vary", b"Accept")]))
    assert dict(sent[0]["headers"]) == {
        b"content-type": b"text/plain",
        b"content-length": b"2",
        b"vary": b"Accept",
    }
    assert sent[1] == {"type": "http.response.body", "body": b"hi"}
