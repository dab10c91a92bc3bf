"""Every path of streaming answers with a slash at its end and without, and is nobody's redirect."""

import asyncio
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest

from fedi.app import application, client_api
from fedi.streaming.opening import streaming_alone
from tests.fedi.asking import ask
from tests.fedi.streaming.apps import PATH
from tests.hostile.peer import town


def test_no_path_of_streaming_is_unknown_or_redirects(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as here:
            table = application(here.house)
            for path in (
                "",
                "/",
                "/user",
                "/user/",
                "/user/notification",
                "/public/local/",
                "/list",
            ):
                assert (await ask(table, PATH + path)).status == 401, path
                answered = await ask(table, PATH + path, "POST")
                assert answered.status in (404, 405), path
            for path in ("/health", "/health/"):
                answered = await ask(table, PATH + path)
                assert (answered.status, answered.body) == (200, b"OK")

    asyncio.run(story())


def test_what_only_streams_answers_nothing_else_and_pages_elsewhere_may_read_it(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with town(tmp_path) as here:
            table = streaming_alone(here.house.hub, client_api(here.house))
            for path in ("/", "/api/v1/instance", "/inbox", "/.well-known/webfinger"):
                assert (await ask(table, path)).status == 404, path
            for path in (f"{PATH}/health", "/livez", "/readyz", "/health"):
                assert (await ask(table, path)).status == 200, path
            answered = await ask(table, f"{PATH}/user")
            assert answered.status == 401
            assert answered.headers["access-control-allow-origin"] == "*"
            first = await ask(table, f"{PATH}/user", "OPTIONS")
            assert (first.status, first.headers.get("access-control-allow-origin")) == (204, "*")

    asyncio.run(story())


def test_a_socket_anywhere_else_is_closed(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as here:
            table = streaming_alone(here.house.hub, client_api(here.house))
            sent: list[MutableMapping[str, Any]] = []

            async def receive() -> dict[str, Any]:
                return {"type": "websocket.connect"}

            async def send(message: MutableMapping[str, Any]) -> None:
                sent.append(message)

            scope = {"type": "websocket", "path": "/elsewhere", "headers": [], "query_string": b""}
            await table(scope, receive, send)
            assert sent == [{"type": "websocket.close", "code": 1008}]

    asyncio.run(story())


pytestmark = pytest.mark.slow
