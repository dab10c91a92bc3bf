"""Apps that listen to a whole house over real sockets, with a client library that is not ours."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection, connect

from actors.people import Actor
from actors.posts import Post, Visibility
from fedi.oauth.tokens import new_token
from fedi.organisation import add_person, find_actor, find_person
from fedi.publishing import Draft, Writing
from fedi.store.engine import Tx
from fedi.store.rows import TABLES
from outbox.acts import Acting
from tests.hostile.peer import Town, town

PATH = "/api/v1/streaming"
PATIENCE = 10.0


class Heard:
    """One open WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, kind: str, stream: str, **more: Any) -> None:
        await self.connection.send(json.dumps({"type": kind, "stream": stream, **more}))

    async def message(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            found: dict[str, Any] = json.loads(await self.connection.recv())
        return found

    async def next(self) -> tuple[list[str], str, Any]:
        """Return stream, event and payload (of a JSON one, what it says)."""
        said = await self.message()
        payload = said.get("payload")
        shown = json.loads(payload) if payload and payload[0] == "{" else payload
        return said["stream"], said["event"], shown

    async def closed(self) -> int | None:
        """Wait until the other side has closed; its code."""
        async with asyncio.timeout(PATIENCE):
            try:
                while True:
                    await self.connection.recv()
            except websockets.ConnectionClosed as end:
                return end.rcvd.code if end.rcvd else None


@dataclass
class Square:
    """A house where people write and listen."""

    here: Town

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.here.port}{PATH}"

    @property
    def writing(self) -> Writing:
        house = self.here.house
        return Writing(house.performer, house.resolver, house.config.limits)

    async def person(self, name: str) -> Actor:
        """Somebody of ours, new if there was none of that name."""
        performer = self.here.house.performer
        try:
            return await find_actor(performer, name)
        except Exception:
            await add_person(performer, name, name.title())
            return await find_actor(performer, name)

    async def token(self, name: str, scopes: str = "read write") -> str:
        actor = await self.person(name)
        performer = self.here.house.performer
        return await new_token(performer, await find_person(performer, name), actor, scopes)

    async def says(
        self, author: Actor, text: str, visibility: Visibility = Visibility.PUBLIC, **more: Any
    ) -> Post:
        return await self.writing.publish(author, Draft(text=text, visibility=visibility, **more))

    async def edits(self, author: Actor, post: Post, text: str) -> None:
        await self.writing.edit(author, post, Draft(text=text, visibility=post.visibility))

    async def deletes(self, author: Actor, post: Post) -> None:
        house = self.here.house
        acting = Acting(actor=author, urls=house.urls, id=house.performer.new_id())
        await self.writing.perform(acting.remove(post))

    async def put(self, *rows: Any) -> None:
        async def unit(tx: Tx) -> None:
            for row in rows:
                table = TABLES[type(row)]
                await tx.run(table.replace, table.encode(row))

        await self.here.house.engine.write(unit)

    @asynccontextmanager
    async def hears(self, bearer: str, query: str = "", **more: Any) -> AsyncIterator[Heard]:
        """Open a socket with a token in the Authorization header (none where it is "")."""
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        async with connect(f"{self.url}{query}", additional_headers=headers, **more) as connection:
            yield Heard(connection)

    async def settled(self, count: int) -> None:
        """Wait until so many streams are heard in all."""
        hub = self.here.house.hub
        async with asyncio.timeout(PATIENCE):
            while sum(hub.streams.values()) != count:  # noqa: ASYNC110 - nobody sets an event for it
                await asyncio.sleep(0.005)


def tell(folder: Path, story: Callable[[Square], Awaitable[None]]) -> None:
    async def main() -> None:
        async with town(folder) as here:
            await story(Square(here))

    asyncio.run(main())
