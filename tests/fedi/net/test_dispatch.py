"""Paths find their handler by table; all else goes on to the fallback untouched."""

import asyncio
from typing import Any

import pytest

from actors.errors import NotFound
from fedi.net.answer import Message, Receive, Scope, Send
from fedi.net.dispatch import Dispatch, RawHandler


class Reached:
    """Remembers who was reached, with which path parameters."""

    def __init__(self) -> None:
        self.by: tuple[str, dict[str, str] | None] | None = None

    def named(self, name: str) -> RawHandler:
        async def handler(scope: Scope, receive: Receive, send: Send) -> None:
            self.by = (name, scope.get("path_params"))

        return handler


def ask(app: Dispatch, path: str, method: str = "GET", kind: str = "http") -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(app({"type": kind, "method": method, "path": path}, receive, send))
    return sent


REGISTERED: list[tuple[str, tuple[str, ...]]] = [
    ("/", ("GET",)),
    ("/.well-known/webfinger", ("GET", "HEAD")),
    ("/inbox", ("POST",)),
    ("/actors/{id}", ("GET", "HEAD")),
    ("/actors/{id}/inbox", ("POST",)),
    ("/actors/{id}/outbox", ("GET",)),
    ("/posts/{id}", ("GET",)),
    ("/posts/{id}/replies/{page}", ("GET",)),
    ("/api/v1/accounts/verify_credentials", ("GET",)),
    ("/api/v1/accounts/{id}", ("GET",)),
    ("/api/v1/accounts/{id}/statuses", ("GET",)),
    ("/api/v1/accounts/...", ("DELETE",)),
    ("/media/...", ("GET",)),
    ("/media/special", ("GET",)),
]


@pytest.fixture
def reached() -> Reached:
    return Reached()


@pytest.fixture
def app(reached: Reached) -> Dispatch:
    app = Dispatch(reached.named("fallback"))
    for path, methods in REGISTERED:
        app.add(path, reached.named(path), methods=methods)
    return app


@pytest.mark.parametrize(
    ("method", "path", "registered", "parameters"),
    [
        ("GET", "/", "/", {}),
        ("GET", "/.well-known/webfinger", "/.well-known/webfinger", {}),
        ("HEAD", "/.well-known/webfinger", "/.well-known/webfinger", {}),
        ("POST", "/inbox", "/inbox", {}),
        ("GET", "/actors/12", "/actors/{id}", {"id": "12"}),
        ("POST", "/actors/12/inbox", "/actors/{id}/inbox", {"id": "12"}),
        ("GET", "/actors/inbox", "/actors/{id}", {"id": "inbox"}),
        ("GET", "/posts/1/replies/2", "/posts/{id}/replies/{page}", {"id": "1", "page": "2"}),
        (
            "GET",
            "/api/v1/accounts/verify_credentials",
            "/api/v1/accounts/verify_credentials",
            {},
        ),
        ("GET", "/api/v1/accounts/7", "/api/v1/accounts/{id}", {"id": "7"}),
        (
            "GET",
            "/api/v1/accounts/verify_credentials/statuses",
            "/api/v1/accounts/{id}/statuses",
            {"id": "verify_credentials"},
        ),
        ("DELETE", "/api/v1/accounts/7/x", "/api/v1/accounts/...", {"rest": "7/x"}),
        ("GET", "/media/a/b/c.png", "/media/...", {"rest": "a/b/c.png"}),
        ("GET", "/media/special", "/media/special", {}),
        ("GET", "/media/special/x", "/media/...", {"rest": "special/x"}),
    ],
)
def test_a_path_reaches_its_handler(
    app: Dispatch,
    reached: Reached,
    method: str,
    path: str,
    registered: str,
    parameters: dict[str, str],
) -> None:
    ask(app, path, method)
    assert reached.by == (registered, parameters)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/actors"),
        ("GET", "/actors/"),
        ("GET", "/actors//inbox"),
        ("POST", "/actors//inbox"),
        ("OPTIONS", "/actors"),
        ("POST", "/actors/12/inbox/"),
        ("GET", "/actors/12/unknown"),
        ("GET", "/.well-known/webfinger/"),
        ("GET", "/.well-known"),
        ("GET", "/ACTORS/12"),
        ("GET", "//actors/12"),
        ("GET", "/" + "/".join("x" * 500)),
        ("GET", ""),
        ("GET", "/unknown"),
        ("OPTIONS", "*"),
    ],
)
def test_whatever_is_not_in_the_table_goes_on_untouched(
    app: Dispatch, reached: Reached, method: str, path: str
) -> None:
    ask(app, path, method)
    assert reached.by == ("fallback", None)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/inbox", "OPTIONS, POST"),
        ("PUT", "/actors/12", "GET, HEAD, OPTIONS"),
        ("POST", "/.well-known/webfinger", "GET, HEAD, OPTIONS"),
        ("GET", "/actors/12/inbox", "OPTIONS, POST"),
        ("HEAD", "/actors/12/outbox", "GET, OPTIONS"),
        ("PATCH", "/api/v1/accounts/verify_credentials", "DELETE, GET, OPTIONS"),
        ("POST", "/media/a/b/c.png", "GET, OPTIONS"),
        ("GET", "/api/v1/accounts/1/2/3", "DELETE, OPTIONS"),
    ],
)
def test_another_method_at_a_known_path_is_told_which_there_are(
    app: Dispatch, reached: Reached, method: str, path: str, allow: str
) -> None:
    start, body = ask(app, path, method)
    assert start["status"] == 405
    assert dict(start["headers"])[b"allow"].decode() == allow
    assert b"wrong_method" in body["body"]
    assert reached.by is None


def test_options_at_a_known_path_are_answered_without_its_handler(
    app: Dispatch, reached: Reached
) -> None:
    start, body = ask(app, "/actors/12/inbox", "OPTIONS")
    assert (start["status"], body["body"]) == (204, b"")
    assert dict(start["headers"]) == {b"allow": b"OPTIONS, POST"}
    assert reached.by is None


def test_who_registers_options_answers_them(app: Dispatch, reached: Reached) -> None:
    app.add("/actors/{id}/inbox", reached.named("preflight"), methods=("OPTIONS",))
    ask(app, "/actors/12/inbox", "OPTIONS")
    assert reached.by == ("preflight", {"id": "12"})


@pytest.mark.parametrize("kind", ["lifespan", "websocket"])
def test_what_is_not_a_request_goes_on(app: Dispatch, reached: Reached, kind: str) -> None:
    ask(app, "/inbox", kind=kind)
    assert reached.by == ("fallback", None)


@pytest.mark.parametrize("path", ["/inbox", "/actors/{other}/inbox", "/media/..."])
def test_a_path_cannot_be_registered_twice(app: Dispatch, reached: Reached, path: str) -> None:
    with pytest.raises(ValueError, match="twice"):
        app.add(path, reached.named("again"), methods=("POST", "GET"))


def test_two_names_for_one_place_keep_their_own_names(reached: Reached) -> None:
    app = Dispatch(reached.named("fallback"))
    app.add("/x/{a}/one", reached.named("one"))
    app.add("/x/{b}/two", reached.named("two"))
    ask(app, "/x/1/two")
    assert reached.by == ("two", {"b": "1"})


def test_a_path_begins_with_a_slash(reached: Reached) -> None:
    with pytest.raises(ValueError, match="slash"):
        Dispatch(reached.named("fallback")).add("inbox", reached.named("inbox"))


@pytest.mark.parametrize(("error", "status"), [(NotFound("No."), 404), (KeyError("x"), 500)])
def test_an_error_from_a_handler_becomes_its_answer(error: Exception, status: int) -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise error

    app = Dispatch(failing)
    app.add("/x", failing)
    sent: list[Any] = ask(app, "/x")
    assert sent[0]["status"] == status
    assert len(sent) == 2
