"""A resolver without a network: it knows the cast and can fetch nothing."""

from typing import cast

from actors.errors import FetchRefused, NotFound
from actors.people import Actor
from fedi.resolve import HouseResolver
from tests.people import EVERYONE


class Offline:
    """Fills the Resolver port from the cast alone."""

    async def need(self, uri: str) -> None:
        raise FetchRefused("There is no network here.")

    async def handle(self, handle: str) -> Actor:
        username, _, domain = handle.removeprefix("@").partition("@")
        for actor in EVERYONE:
            if (actor.username, actor.domain) == (username, domain):
                return actor
        raise NotFound(f"We find no {handle}.")


OFFLINE = cast(HouseResolver, Offline())
