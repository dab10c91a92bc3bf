"""An app that searches in a house that runs, and what goes on there."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from actors.people import Actor
from actors.posts import Visibility
from fedi.app import application
from fedi.net.dispatch import Dispatch
from fedi.oauth.tokens import new_token
from fedi.organisation import find_actor, find_person
from fedi.publishing import Draft, Writing
from fedi.search.indexing import Indexer
from tests.fedi.asking import Answered, ask
from tests.fedi.mastodon.oracle import check
from tests.hostile.peer import Town, town


class App:
    """An app that holds a token, and what goes on in its house."""

    def __init__(self, here: Town, table: Dispatch, bearer: str) -> None:
        self.here = here
        self.house = here.house
        self._table = table
        self._bearer = bearer

    async def get(self, path: str, *, signed_in: bool = True, **query: Any) -> Answered:
        return await self.call("GET", path, signed_in=signed_in, **query)

    async def call(
        self, method: str, path: str, *, signed_in: bool = True, **query: Any
    ) -> Answered:
        headers = {"authorization": f"Bearer {self._bearer}"} if signed_in else {}
        target = f"{path}?{urlencode(query)}" if query else path
        answered = await ask(self._table, target, method, headers=headers)
        check(method, path, answered.status, answered.json())
        return answered

    async def finds(self, text: str, **query: Any) -> dict[str, list[Any]]:
        """Index what is new, and return what /api/v2/search finds."""
        house = self.house
        await Indexer(house.engine, house.urls, house.clock.now, lambda: 0.0).all()
        answered = await self.get("/api/v2/search", q=text, **query)
        assert answered.status == 200, answered.text
        found: dict[str, list[Any]] = answered.json()
        assert set(found) >= {"accounts", "statuses", "hashtags"}
        return found

    async def writes(self, author: Actor, text: str, visibility: Visibility) -> str:
        """Have one of ours write; the id of the post."""
        house = self.house
        writing = Writing(house.performer, house.resolver, house.config.limits)
        post = await writing.publish(author, Draft(text=text, visibility=visibility))
        return f"{post.id:018d}"


def tell(folder: Path, story: Callable[[App], Awaitable[None]], scopes: str = "read write") -> None:
    async def main() -> None:
        async with town(folder) as here:
            person = await find_person(here.house.performer, "kari")
            kari = await find_actor(here.house.performer, "kari")
            bearer = await new_token(here.house.performer, person, kari, scopes)
            await story(App(here, application(here.house), bearer))

    asyncio.run(main())
