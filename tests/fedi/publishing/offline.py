"""A resolver without a network: it knows the cast and can fetch nothing."""

from typing import cast

from actors.errors import FetchRefused, Invalid, NotFound
from actors.people import Actor
from actors.urls import host_of
from fedi.resolve import HouseResolver
from tests.people import EVERYONE


class Offline:
    """Fills the Resolver port from the cast alone; nothing is exchanged with evil.test."""

    async def need(self, uri: str, *, since: int = 0) -> None:
        raise FetchRefused("There is no network here.")

    async def check_host(self, uri: str) -> None:
        if host_of(uri) == "evil.test":
            raise Invalid("Nothing is exchanged with evil.test.", code="blocked")

    async def handle(self, handle: str) -> Actor:
        username, _, domain = handle.removeprefix("@").partition("@")
        for actor in EVERYONE:
            if (actor.username, actor.domain) == (username, domain):
                return actor
        raise NotFound(f"We find no {handle}.")


OFFLINE = cast(HouseResolver, Offline())
