"""WebSockets find their handler by the beginning of their path; others go on to the fallback."""

import asyncio

import pytest

from fedi.net.answer import Receive, Scope, Send
from fedi.net.dispatch import Dispatch, RawHandler


@pytest.mark.parametrize(
    ("path", "by"),
    [
        ("/api/v1/streaming", "streaming"), ("/api/v1/streaming/", "streaming"),
        ("/api/v1/streaming/user", "streaming"), ("/api/v1/streamings", "fallback"),
        ("/api/v1", "fallback"), ("/", "fallback"),
    ],
)  # fmt: skip
def test_a_socket_is_found_by_its_path(path: str, by: str) -> None:
    reached: list[str] = []

    def named(name: str) -> RawHandler:
        async def handler(scope: Scope, receive: Receive, send: Send) -> None:
            reached.append(name)

        return handler

    async def nothing(*_: object) -> None:
        raise AssertionError

    table = Dispatch(named("fallback"))
    table.add_socket("/api/v1/streaming", named("streaming"))
    asyncio.run(table({"type": "websocket", "path": path}, nothing, nothing))  # type: ignore[arg-type]
    assert reached == [by]
