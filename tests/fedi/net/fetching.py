"""A fetching client against a peer that serves a table of pages, for the client's tests."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fedi.net.client import Client
from tests.fedi.net.peers import (
    Asked,
    Handler,
    Peer,
    answering,
    ok,
    sending,
)

NOW = 1_794_000_000_000
PROFILE = "https://www.w3.org/ns/activitystreams"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@contextlib.asynccontextmanager
async def fetching(peer: Peer, **options: Any) -> AsyncIterator[Client]:
    options.setdefault("clock", Clock())
    async with sending(peer.rules, per_host=4) as sender:
        client = Client(sender, **options)
        try:
            yield client
        finally:
            await client.close()


def pages(table: dict[str, bytes]) -> Handler:
    """Serve by "host/path"; 404 for the rest."""

    def answer(asked: Asked) -> bytes:
        return table.get(asked.all("host")[0] + asked.target, ok(b"", "", status=404))

    return answering(answer)


def note(identity: Any) -> bytes:
    return ok(json.dumps({"id": identity, "type": "Note"}).encode())


def signer(method: str, url: str) -> list[tuple[str, str]]:
    return [("Signature", f"{method} {url}")]


def visit(table: dict[str, bytes], then: Callable[[Client, Peer], Awaitable[None]]) -> None:
    """Run a story against a peer that serves the table."""

    async def main() -> None:
        async with Peer(pages(table)) as peer, fetching(peer) as client:
            await then(client, peer)

    asyncio.run(main())
