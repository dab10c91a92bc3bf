"""Asks a raw ASGI application as a client would, without a socket between."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fedi.net.dispatch import RawHandler


@dataclass(frozen=True)
class Answered:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


async def ask(
    app: RawHandler,
    target: str,
    method: str = "GET",
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    **scope: Any,
) -> Answered:
    """Send one request and return the whole answer."""
    path, _, query = target.partition("?")
    sent: list[Any] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    given = {"host": "sosial.nordvik.test", **(headers or {})}
    request = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        **scope,
    }
    await app(request, receive, send)
    named = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answered(sent[0]["status"], named, b"".join(m["body"] for m in sent[1:]))
