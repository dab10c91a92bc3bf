"""NodeInfo 2.0 and 2.1 as FEP-0151 has them: what this server is, and in rough figures how used.

The figures are counted at most once in some hours, and by no more than one question at a time.
The discovery document also names the Application actor (FEP-2677).
"""

import asyncio
from typing import Any, Final

import msgspec

from actors.errors import Unavailable
from actors.ports import Clock
from actors.urls import Urls
from fedi.store import directory
from fedi.store.directory import Usage
from fedi.store.engine import Engine
from fedi.version import VERSION

VERSIONS: Final = ("2.1", "2.0")
FIGURES_KEPT_MS: Final = 6 * 3_600_000
SOFTWARE: Final = "fedihus"
APPLICATION: Final = "https://www.w3.org/ns/activitystreams#Application"
_SCHEMA: Final = "http://nodeinfo.diaspora.software/ns/schema/"
_NOTHING_YET: Final = Usage(0, 0, 0, 0)


def agent(origin: str) -> str:
    """Return how we call ourselves where we ask or deliver: what runs, and whom to turn to."""
    return f"{SOFTWARE}/{VERSION} (+{Urls(origin, '').page('')})"


def schema(version: str) -> str:
    """Return the name of a version's schema, which is its link relation and its profile."""
    return _SCHEMA + version


def discovery(urls: Urls) -> bytes:
    """Return /.well-known/nodeinfo: a link for each version, and the Application actor's."""
    links = [
        {"rel": schema(version), "href": urls.page(f"nodeinfo/{version}")} for version in VERSIONS
    ]
    links.append({"rel": APPLICATION, "href": urls.application()})
    return msgspec.json.encode({"links": links})


class NodeInfo:
    """Makes the documents of one house."""

    def __init__(self, engine: Engine, clock: Clock, *, name: str, version: str) -> None:
        self._engine = engine
        self._clock = clock
        self._name = name
        self._version = version
        self._usage = _NOTHING_YET
        self._counted: int | None = None
        self._counting = asyncio.Lock()

    async def document(self, version: str) -> bytes:
        """Return the document of a schema version, "2.0" or "2.1"."""
        usage = await self._figures()
        shape: dict[str, Any] = {
            "version": version,
            "software": {"name": SOFTWARE, "version": self._version},
            "protocols": ["activitypub"],
            "services": {"inbound": [], "outbound": ["atom1.0"]},
            "openRegistrations": False,
            "usage": {
                "users": {
                    "total": usage.actors,
                    "activeMonth": usage.active_month,
                    "activeHalfyear": usage.active_half_year,
                },
                "localPosts": usage.posts,
            },
            # What libraries look for that know no software of our name (megalodon's detector).
            "metadata": {"nodeName": self._name, "upstream": {"name": "mastodon"}},
        }
        return msgspec.json.encode(shape)

    async def _figures(self) -> Usage:
        if not self._due() or self._counting.locked():
            return self._usage
        async with self._counting:
            now = self._clock.now()
            try:
                self._usage = await self._engine.read(lambda tx: directory.usage(tx, now))
            except Unavailable:
                return self._usage
            self._counted = now
        return self._usage

    def _due(self) -> bool:
        return self._counted is None or self._clock.now() - self._counted >= FIGURES_KEPT_MS
