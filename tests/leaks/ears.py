"""What is heard without asking: streams, and a phone that is told."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fedi.push.pusher import Pusher
from tests.leaks.twins import HOST, Twin

STREAMS = (
    "user", "user/notification", "public", "public/local", "public/media", "public/local/media",
    "hashtag?tag=hemmelig", "hashtag/local?tag=hemmelig", "direct",
)  # fmt: skip
PATIENCE = 20.0
_PLACE = re.compile(rb"^id:.*\n", re.MULTILINE)


@dataclass
class Ear:
    """One stream, open, and all that came over it but the places of its events."""

    heard: bytearray = field(default_factory=bytearray)

    @property
    def events(self) -> bytes:
        return _PLACE.sub(b"", bytes(self.heard)).replace(b":thump\n", b"")


@asynccontextmanager
async def listening(twin: Twin, whos: tuple[str, ...]) -> AsyncIterator[dict[str, Ear]]:
    """Open every stream for each of some readers; yield them by "reader stream"."""
    ears = {f"{who} {stream}": Ear() for who in whos for stream in STREAMS}
    gone = asyncio.Event()
    tasks = [asyncio.create_task(_open(twin, name, ear, gone)) for name, ear in ears.items()]
    try:
        async with asyncio.timeout(PATIENCE):
            while not all(ear.heard for ear in ears.values()):  # noqa: ASYNC110 - ASGI's own way
                await asyncio.sleep(0.01)
        yield ears
    finally:
        gone.set()
        await asyncio.gather(*tasks)


async def _open(twin: Twin, name: str, ear: Ear, gone: asyncio.Event) -> None:
    who, stream = name.split(" ")
    path, _, query = stream.partition("?")
    headers = [(b"host", HOST.encode())]
    if who in twin.stage.tokens:
        headers.append((b"authorization", f"Bearer {twin.stage.tokens[who]}".encode()))
    scope = {
        "type": "http", "method": "GET", "path": f"/api/v1/streaming/{path}",
        "query_string": query.encode(), "headers": headers, "scheme": "https",
    }  # fmt: skip

    async def receive() -> Any:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        ear.heard.extend(message.get("body", b"") or b"")

    await twin.table(scope, receive, send)


async def quiet(ears: dict[str, Ear], last: bytes) -> None:
    """Wait until what was said last, openly, has been heard by all who hear what is open."""
    public = [ear for name, ear in ears.items() if name.endswith(" public")]
    async with asyncio.timeout(PATIENCE):
        while not all(last in ear.heard for ear in public):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)


async def pushed(twin: Twin) -> None:
    """Tell the phones all there is to tell."""
    house = twin.house
    pusher = Pusher(
        engine=house.engine, bus=house.bus, clock=house.clock, random=house.random,
        urls=house.urls, sender=twin.post, subscriptions=house.push,
    )  # fmt: skip
    while await pusher.collect():
        pass
    while await pusher.send_some():
        pass
    await pusher.idle()
