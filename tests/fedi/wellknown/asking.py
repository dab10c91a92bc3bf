"""Asks a raw ASGI application as a client would, without a socket between."""

import json
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


async def ask(app: RawHandler, target: str, method: str = "GET") -> Answered:
    """Send one request without a body and return the whole answer."""
    path, _, query = target.partition("?")
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"host", b"sosial.nordvik.test")],
    }
    await app(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answered(sent[0]["status"], headers, b"".join(m["body"] for m in sent[1:]))
