"""A house with people in it, and apps that hold their tokens: what the API's tests ask through.

Kari and Ola are employees; Kari also speaks for the department IT. Every JSON answer is held
against Mastodon's schema (oracle.py) where that is at hand.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from actors.membership import Role
from actors.people import Actor
from fedi.app import House, application, opened_house
from fedi.config import parse
from fedi.net.dispatch import Dispatch
from fedi.oauth.tokens import new_token
from fedi.organisation import add_person, find_actor, find_person, let_speak
from tests.fedi.asking import Answered, ask
from tests.fedi.mastodon import oracle
from tests.hostile.peer import Clock, founded

ALL = "read write follow push profile"
ORIGIN = "http://127.0.0.1:21999"


@dataclass
class Client:
    """An app signed in as one actor (or as nobody, without a token)."""

    table: Dispatch
    bearer: str = ""
    actor: Actor | None = None

    @property
    def id(self) -> str:
        assert self.actor is not None
        return f"{self.actor.id:018d}"

    async def call(
        self,
        method: str,
        path: str,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **query: Any,
    ) -> Answered:
        """Send JSON (or nothing) and return the whole answer, checked against the schema."""
        given, body = dict(headers or {}), b""
        if data is not None:
            given = {"content-type": "application/json", **given}
            body = json.dumps(data).encode()
        target = f"{path}?{urlencode(query, doseq=True)}" if query else path
        return await self._sent(method, target, given, body)

    async def _sent(
        self, method: str, target: str, given: Mapping[str, str], body: bytes
    ) -> Answered:
        mine = {"authorization": f"Bearer {self.bearer}"} if self.bearer else {}
        path = target.partition("?")[0]
        answered = await ask(self.table, target, method, headers={**mine, **given}, body=body)
        if answered.body and answered.headers.get("content-type", "").startswith(
            "application/json"
        ):
            oracle.check(method, path, answered.status, answered.json())
        return answered

    async def form(self, method: str, path: str, body: str) -> Answered:
        """Send a body as browsers and older apps do, checked against the schema."""
        form = {"content-type": "application/x-www-form-urlencoded"}
        return await self._sent(method, f"/api/{path}", form, body.encode())

    async def ok(self, method: str, path: str, data: Any = None, **query: Any) -> Any:
        """Send a request that must be answered with 200, and return the JSON."""
        answered = await self.call(method, path, data, **query)
        assert answered.status == 200, (method, path, answered.status, answered.text)
        return answered.json()

    async def get(self, path: str, **query: Any) -> Any:
        return await self.ok("GET", f"/api/{path}", **query)

    async def post(self, path: str, data: Any = None) -> Any:
        return await self.ok("POST", f"/api/{path}", {} if data is None else data)

    async def put(self, path: str, data: Any = None) -> Any:
        return await self.ok("PUT", f"/api/{path}", {} if data is None else data)

    async def delete(self, path: str, data: Any = None) -> Any:
        return await self.ok("DELETE", f"/api/{path}", data)

    async def says(self, text: str, **rest: Any) -> Any:
        """Publish a post and return its Status."""
        return await self.post("v1/statuses", {"status": text, **rest})

    async def refused(self, method: str, path: str, data: Any = None, **query: Any) -> int:
        """Send a request that must be refused in Mastodon's shape; return the status."""
        answered = await self.call(method, f"/api/{path}", data, **query)
        assert answered.status >= 400, (method, path, answered.status, answered.text[:200])
        assert isinstance(answered.json()["error"], str)
        return answered.status


@dataclass
class Apps:
    house: House
    clock: Clock
    table: Dispatch
    kari: Client
    ola: Client
    it: Client
    nobody: Client

    async def client(self, username: str, handle: str, scopes: str = ALL) -> Client:
        """Return an app that a person lets speak as an actor."""
        performer = self.house.performer
        person, actor = await find_person(performer, username), await find_actor(performer, handle)
        return Client(self.table, await new_token(performer, person, actor, scopes), actor)


@contextlib.asynccontextmanager
async def apps(folder: Path, **sections: Any) -> AsyncIterator[Apps]:
    """Open the house and sign everybody in."""
    config = parse(
        {
            "server": {"origin": ORIGIN, "data_dir": str(folder)},
            "organisation": {"name": "Nordvik"},
            "lab": {"enabled": True},
            "log": {"level": "error"},
            **sections,
        }
    )
    await founded(config)
    clock = Clock()
    async with opened_house(config, clock=clock) as house:
        table = application(house)
        nobody = Client(table)
        here = Apps(house, clock, table, nobody, nobody, nobody, nobody)
        await add_person(house.performer, "ola", "Ola")
        kari = await find_person(house.performer, "kari")
        await let_speak(
            house.performer, kari, await find_actor(house.performer, "it"), Role.MANAGER
        )
        here.kari = await here.client("kari", "kari")
        here.ola = await here.client("ola", "ola")
        here.it = await here.client("kari", "it")
        yield here


def tell(folder: Path, story: Callable[[Apps], Awaitable[None]], **sections: Any) -> None:
    """Run one story in a house of its own."""

    async def main() -> None:
        async with apps(folder, **sections) as here:
            await story(here)

    asyncio.run(main())
