"""Fetching as the server itself: signed by the Application actor, in the dialect the host takes.

draft-cavage with the query and without, then RFC 9421 on 400, 401 and 403, in the order of
outbox/knocks.py; what worked is remembered per host. What was fetched stays for a minute, so that
a key and its actor, asked for within one arrival, are one request; as text and within a budget, for
strangers decide what it is.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from actors.documents import read_document
from actors.errors import FetchAnswered, Invalid
from actors.signatures import cavage, rfc9421
from actors.urls import host_of
from fedi.net.client import Client, Signer
from outbox.knocks import Dialect, DialectMemory, knocks, learned

_KEEP_MS: Final = 60_000
_KEEP_COUNT: Final = 512
_KEEP_BYTES: Final = 8_000_000
_KEEP_ONE: Final = 200_000
_TRY_OTHER: Final = frozenset({400, 401, 403})
_HOSTS: Final = 10_000

Plain = Callable[[Mapping[str, Any], str], Awaitable[Mapping[str, Any]]]


async def _as_it_is(document: Mapping[str, Any], host: str) -> Mapping[str, Any]:
    """Change nothing: where nobody expands, plain reading refuses what it could misread."""
    del host
    return document


class Fetcher:
    """Signed fetches; `key` is the Application actor's (id, private key), None: unsigned. `plain`
    puts a document of a host in the words that are read here."""

    def __init__(
        self,
        client: Client,
        clock: Callable[[], int],
        key: tuple[str, RSAPrivateKey] | None,
        plain: Plain = _as_it_is,
    ) -> None:
        self.client = client
        self._clock = clock
        self._own_key = key
        self._plain = plain
        self._recent: OrderedDict[str, tuple[int, bytes]] = OrderedDict()
        self._recent_bytes = 0
        self._dialects: OrderedDict[str, DialectMemory] = OrderedDict()

    async def read(self, uri: str, *, fresh: bool = False, since: int = 0) -> dict[str, Any]:
        """Return the object that lives at `uri` in plain words, whatever its context calls them.

        Raises as `document` does, and Invalid where its id in those words is another.
        """
        document = await self.document(uri, fresh=fresh, since=since)
        plain = dict(await self._plain(document, host_of(uri)))
        if plain.get("id") != document.get("id", document.get("@id")):
            raise Invalid("The document's context makes another of it.", detail=uri)
        return plain

    async def document(
        self, uri: str, *, fresh: bool = False, alias: bool = False, since: int = 0
    ) -> dict[str, Any]:
        """Return the ActivityStreams object that lives at `uri`, at most a minute old and not
        from before `since` (Unix ms): who hears of a change asks for what there is after it.

        FetchError where it can't be had, Invalid where what came is not that object.
        """
        kept = None if fresh else self._recent.get(uri)
        if kept is not None and kept[0] > since and 0 <= self._clock() - kept[0] < _KEEP_MS:
            return read_document(kept[1])
        asked = self._clock()
        document = await self._knock(uri, alias)
        if not alias:  # that one may live on another host than it was asked for at
            self._keep(uri, document, asked)
        return document

    async def _knock(self, uri: str, alias: bool) -> dict[str, Any]:
        """Ask in one dialect after the other, in the order that outbox/knocks.py has for all."""
        host = host_of(uri)
        memory = self._dialects.get(host, DialectMemory())
        order = knocks(memory, has_query="?" in uri)
        for dialect in order:
            try:
                document = await self.client.get_activity(uri, self._signer(dialect), alias=alias)
            except FetchAnswered as refused:
                memory = learned(memory, dialect, refused.answered, self._clock())
                if refused.answered not in _TRY_OTHER or dialect is order[-1]:
                    raise
            else:
                self._remember(host, learned(memory, dialect, 200, self._clock()))
                return document
        raise AssertionError(order)

    def _signer(self, dialect: Dialect) -> Signer:
        def sign(method: str, url: str) -> list[tuple[str, str]]:
            if self._own_key is None:
                return []
            (key_id, key), now = self._own_key, self._clock()
            if dialect is Dialect.RFC9421:
                return rfc9421.sign(
                    method, url, created_ms=now, body=None, key_id=key_id, private_key=key
                )
            return cavage.sign(
                method,
                url,
                date_ms=now,
                body=None,
                key_id=key_id,
                private_key=key,
                with_query=dialect is not Dialect.CAVAGE_WITHOUT_QUERY,
            )

        return sign

    def signer(self) -> Signer:
        """Return the signer for requests that follow rules of their own."""
        return self._signer(Dialect.CAVAGE)

    def _keep(self, uri: str, document: dict[str, Any], asked: int) -> None:
        self._forget(uri)
        text = msgspec.json.encode(document)
        if len(text) > _KEEP_ONE:
            return
        self._recent[uri] = (asked, text)
        self._recent_bytes += len(text)
        while len(self._recent) > _KEEP_COUNT or self._recent_bytes > _KEEP_BYTES:
            self._forget(next(iter(self._recent)))

    def _forget(self, uri: str) -> None:
        old = self._recent.pop(uri, None)
        if old is not None:
            self._recent_bytes -= len(old[1])

    def _remember(self, host: str, memory: DialectMemory) -> None:
        self._dialects[host] = memory
        self._dialects.move_to_end(host)
        while len(self._dialects) > _HOSTS:
            self._dialects.popitem(last=False)
