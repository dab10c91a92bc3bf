"""The log: its two forms, what never stands in it, and which requests it tells of."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser

from fedi.config import Log
from fedi.log import AccessLog, JsonLines, Message, PlainLines, Receive, Send, redact, request_id
from fedi.log import set_up as set_up_log

KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = kept
    root.setLevel(level)
    logging.captureWarnings(False)


def written(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def line(form: logging.Formatter, message: str, **fields: object) -> str:
    record = logging.makeLogRecord(
        {"name": "fedi.x", "levelname": "INFO", "msg": message, "created": 1_793_500_000.5}
    )
    vars(record).update(fields)
    return form.format(record)


def test_a_line_is_one_json_object_with_its_own_fields(stream: io.StringIO) -> None:
    set_up_log(Log(), stream)
    logging.getLogger("fedi.outbox").info("delivered", extra={"host": "by.test", "ms": 12})
    (found,) = written(stream)
    assert found.pop("time").endswith("Z")
    assert found == {
        "level": "info",
        "logger": "fedi.outbox",
        "message": "delivered",
        "host": "by.test",
        "ms": 12,
    }


def test_the_time_is_utc_in_milliseconds() -> None:
    assert json.loads(line(JsonLines(), "x"))["time"] == "2026-11-01T02:26:40.500Z"


def test_every_line_of_a_request_carries_its_id() -> None:
    token = request_id.set("abc")
    try:
        assert json.loads(line(JsonLines(), "x"))["request"] == "abc"
        assert line(PlainLines(), "x").endswith("(abc)")
    finally:
        request_id.reset(token)


def test_a_field_cannot_pose_as_the_level_or_the_message() -> None:
    found = json.loads(line(JsonLines(), "real", level="critical", request="forged"))
    assert (found["level"], found["message"]) == ("info", "real")


def test_the_level_is_the_configured_one(stream: io.StringIO) -> None:
    set_up_log(Log(level="warning"), stream)
    logging.getLogger("fedi").info("quiet")
    logging.getLogger("fedi").warning("loud")
    assert [found["message"] for found in written(stream)] == ["loud"]


def test_a_form_that_cannot_be_read_warns_nobody(stream: io.StringIO) -> None:
    set_up_log(Log(level="info"), stream)
    with pytest.raises(MultipartParseError):
        MultipartParser(b"x", {}).write(b"--y")
    assert written(stream) == []


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer hemmelig123",
        "authorization=Basic aGVtbWVsaWcxMjM6aGVtbWVsaWcxMjM=",
        '{"access_token": "hemmelig123", "scope": "read"}',
        "{'refresh_token': 'hemmelig123'}",
        "GET /api/v1/streaming?access_token=hemmelig123&stream=user",
        "GET /oauth/callback?code=hemmelig123&state=x",
        "client_secret=hemmelig123&grant_type=authorization_code",
        "password=hemmelig123",
        "Passord: hemmelig123",
        "postgresql://fedi:hemmelig123@db.example/fedi",
        "Cookie: theme=dark; session=hemmelig123",
        'Signature: keyId="https://a.example/x#main-key",signature="hemmelig123=="',
        "Signature: sig1=:hemmelig123hemmelig123hemmelig123==:",
        "key is -----BEGIN RSA PRIVATE KEY-----\nhemmelig123\n-----END RSA PRIVATE KEY-----",
        "cut off -----BEGIN PRIVATE KEY-----\nhemmelig123",
        "code_verifier=hemmelig123",
        '"proofValue": "hemmelig123"',
        '{"password": "hemmelig123 with a space"}',
        r'"{\"token\": \"hemmelig123\"}"',
    ],
)
def test_a_secret_in_a_message_is_taken_out(text: str) -> None:
    for form in (JsonLines(), PlainLines()):
        shown = line(form, text)
        assert "hemmelig123" not in shown
        assert "[redacted]" in shown


@pytest.mark.parametrize(
    "text",
    [
        "delivered to https://by.test/inbox in 12 ms",
        "keyId https://by.test/actors/1#main-key is unknown",
        "signature does not verify",
        "the token was revoked",
        "GET /users?page=2&code_of_conduct=1",
    ],
)
def test_an_ordinary_message_is_left_as_it_is(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    "name",
    ["access_token", "client_secret", "password", "signature", "private_key", "Authorization"],
)
def test_a_field_named_like_a_secret_is_never_shown(name: str) -> None:
    for value in ("hemmelig123", b"hemmelig123", ["hemmelig123"], {"x": "hemmelig123"}):
        assert "hemmelig123" not in line(JsonLines(), "x", **{name: value})


def test_a_secret_deep_in_a_field_is_taken_out() -> None:
    found = line(JsonLines(), "x", asked={"headers": [{"cookie": "hemmelig123"}]}, note=KEY)
    assert "hemmelig123" not in found
    assert "MIIEvQ" not in found


def test_a_body_is_shown_by_its_size_alone() -> None:
    found = json.loads(line(JsonLines(), "x", body='{"content": "privat"}', raw=b"privat"))
    assert found["body"] == "<21 long>"
    assert found["raw"] == "<6 long>"


def test_a_failure_is_traced_without_its_secrets() -> None:
    try:
        raise ValueError("no route for token=hemmelig123")
    except ValueError:
        failure = sys.exc_info()
    for form in (JsonLines(), PlainLines()):
        shown = line(form, "failed", exc_info=failure)
        assert "ValueError" in shown
        assert "hemmelig123" not in shown


@pytest.mark.parametrize("text", ["a\nINFO  forged", "a\x1b[2Jb", "a\u2028b", "a\u202eb", "a\x9bb"])
def test_no_text_can_pose_as_a_line_or_steer_a_terminal(text: str) -> None:
    shown = line(PlainLines(), "x", host=text)
    assert len(shown.splitlines()) == 1
    assert not any(sign in shown for sign in "\x1b\u202e\x9b")
    assert len(line(JsonLines(), "x", host=text).split("\n")) == 1


def test_odd_values_never_break_a_line() -> None:
    found = json.loads(line(JsonLines(), "x\ud800", a="\udfff", b=object, c=float("nan"), d={1: 2}))
    assert found["message"] == r"x\ud800"
    assert found["d"] == {"1": 2}


def test_an_endless_message_is_cut() -> None:
    assert len(line(JsonLines(), "x" * 100_000)) < 10_000


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def serve(log: Log, answers: list[tuple[str, int, float]]) -> list[list[Message]]:
    """Run requests (path, status, seconds) through the access log; what each was sent."""
    now = [0.0]
    sent: list[list[Message]] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        status, seconds = scope["answer"]
        now[0] += seconds
        if status == 0:
            raise RuntimeError("broken")
        await send({"type": "http.response.start", "status": status, "headers": [(b"a", b"b")]})
        await send({"type": "http.response.body", "body": b""})

    async def run() -> None:
        logged = AccessLog(app, log, clock=lambda: now[0])
        for path, status, seconds in answers:
            messages: list[Message] = []

            async def send(message: Message, kept: list[Message] = messages) -> None:
                kept.append(message)

            scope = {
                "type": "http",
                "method": "GET",
                "path": path,
                "query_string": b"access_token=hemmelig123",
                "answer": (status, seconds),
            }
            if status == 0:
                with pytest.raises(RuntimeError):
                    await logged(scope, _nothing, send)
            else:
                await logged(scope, _nothing, send)
            sent.append(messages)

    asyncio.run(run())
    return sent


def test_one_ordinary_request_in_so_many_is_logged(stream: io.StringIO) -> None:
    set_up_log(Log(access_one_in=5), stream)
    serve(Log(access_one_in=5), [(f"/{number}", 200, 0.001) for number in range(20)])
    assert [found["path"] for found in written(stream)] == ["/4", "/9", "/14", "/19"]


def test_failed_and_slow_requests_are_always_logged(stream: io.StringIO) -> None:
    log = Log(access_one_in=1000, slow_ms=500)
    set_up_log(log, stream)
    serve(log, [("/a", 200, 0), ("/b", 503, 0), ("/c", 200, 0.6), ("/d", 404, 0), ("/e", 0, 0)])
    assert [(f["path"], f["status"], f["level"]) for f in written(stream)] == [
        ("/b", 503, "error"),
        ("/c", 200, "info"),
        ("/e", 500, "error"),
    ]


def test_the_query_never_reaches_the_log(stream: io.StringIO) -> None:
    set_up_log(Log(), stream)
    serve(Log(access_one_in=1), [("/api/v1/streaming", 200, 0)])
    assert "access_token" not in stream.getvalue()
    assert written(stream)[0]["path"] == "/api/v1/streaming"


def test_the_name_of_a_file_is_its_key_and_never_reaches_the_log(stream: io.StringIO) -> None:
    set_up_log(Log(), stream)
    paths = ("/media/hemmelig.png", "/proxy/forseglet/aHR0cHM6", "/mediaplan")
    serve(Log(access_one_in=1), [(path, 200, 0) for path in paths])
    assert [f["path"] for f in written(stream)] == ["/media/…", "/proxy/…", "/mediaplan"]


def test_the_answer_names_the_request_as_the_log_does(stream: io.StringIO) -> None:
    set_up_log(Log(), stream)
    (messages,) = serve(Log(access_one_in=1), [("/", 200, 0)])
    headers = dict(messages[0]["headers"])
    assert headers[b"a"] == b"b"
    assert headers[b"x-request-id"].decode() == written(stream)[0]["request"]


def test_what_is_not_a_request_passes_by(stream: io.StringIO) -> None:
    seen: list[str] = []

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def send(message: Message) -> None:
        raise AssertionError

    asyncio.run(AccessLog(app, Log())({"type": "lifespan"}, _nothing, send))
    assert seen == ["lifespan"]
