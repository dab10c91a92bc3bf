"""Whose key is it? Public keys by their exact id: from memory, from the store, from their owner.

A key counts only once its owner's own document lists it (security.md S35). No document is asked
for keys more than once a minute, whatever keys are said to be in it, so that a flood of bad
signatures makes no flood of requests; what it held a moment ago answers meanwhile.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from actors.errors import (
    FetchAnswered,
    FetchError,
    FetchRefused,
    FetchTimeout,
    Invalid,
    Unauthorized,
    Unavailable,
)
from actors.people import Key, KeyKind
from actors.signatures.authenticate import key_stub_owner, owner_holds
from actors.signatures.keys import PublicKey, from_multibase, load_private, load_public
from actors.urls import same_host
from actors.vocabulary import ACTOR_TYPES
from fedi.fetching import Fetcher
from fedi.net.client import DEADLINE_SECONDS
from fedi.net.failures import Reason, reason_of
from fedi.store import profiles
from fedi.store.engine import Engine
from inbox.values import types

_KEYS: Final = 20_000
_STORED_MS: Final = 60_000
"""How long a key from the store is kept in memory: its owner may take it back at any time, and
another process then writes that down."""
_FETCHED_MS: Final = 300_000
_REFETCH_MS: Final = 60_000
_AGAIN: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Known:
    """A public key whose owner has confirmed it, and that owner's uri."""

    key_id: str
    public: PublicKey
    owner: str
    until: int


class KeyRing:
    """Finds keys; one for each process."""

    def __init__(self, engine: Engine, fetcher: Fetcher, clock: Callable[[], int]) -> None:
        self._engine = engine
        self._fetcher = fetcher
        self._clock = clock
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._fetched: OrderedDict[str, int] = OrderedDict()

    async def find(self, key_id: str) -> Known | None:
        """Return the key if we have it: no other server is asked."""
        now, known = self._clock(), self._known.get(key_id)
        if known is not None and now < known.until <= now + _FETCHED_MS:
            return known
        found = await self._engine.glance(lambda tx: profiles.key_with_owner(tx, key_id))
        if found is None:
            return None
        key, owner = found
        over = key.retired is not None and key.retired <= now
        if over or owner.deleted is not None:
            return None
        until = now + _STORED_MS if key.retired is None else min(now + _STORED_MS, key.retired)
        return self._keep(Known(key_id, _loaded(key), owner.uri, until))

    async def fetch(self, key_id: str) -> Known:
        """Ask the owner. Unauthorized where the key isn't theirs, Unavailable to try later."""
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                return await self._confirmed(key_id)
        except (FetchError, Invalid, TimeoutError) as problem:
            raise _answer_for(problem) from problem

    def may_refetch(self, key_id: str) -> bool:
        """Return whether a key that failed may be asked for anew now (once a minute)."""
        return self._may_ask(_document_of(key_id))

    async def _confirmed(self, key_id: str) -> Known:
        document = await self._document(_document_of(key_id))
        material = owner_holds(key_id, document, now_ms=self._clock())
        if material is None:
            owner = key_stub_owner(document, key_id)
            if owner is None or owner == document.get("id") or not same_host(owner, key_id):
                raise Unauthorized("The signature's key was not found.", detail=key_id)
            document = await self._document(owner)
            material = owner_holds(key_id, document, now_ms=self._clock())
        owner_uri = document.get("id")
        if material is None or not isinstance(owner_uri, str) or not same_host(owner_uri, key_id):
            raise Unauthorized("The signature's key was not found.", detail=key_id)
        if ACTOR_TYPES.isdisjoint(types(document)):
            # Where people may publish any object, a post that lists a key is nobody.
            raise Unauthorized("The signature's key is not an actor's.", detail=key_id)
        until = self._clock() + _FETCHED_MS
        return self._keep(Known(key_id, material.key, owner_uri, until))

    async def _document(self, url: str) -> dict[str, Any]:
        """Return a document with keys, from its server at most once a minute."""
        fresh = self._may_ask(url)
        if fresh:
            self._note_fetch(url)
        return await self._fetcher.document(url, fresh=fresh)

    def _may_ask(self, url: str) -> bool:
        last = self._fetched.get(url)
        return last is None or not 0 <= self._clock() - last < _REFETCH_MS

    def _keep(self, known: Known) -> Known:
        self._known[known.key_id] = known
        self._known.move_to_end(known.key_id)
        while len(self._known) > _KEYS:
            self._known.popitem(last=False)
        return known

    def _note_fetch(self, url: str) -> None:
        self._fetched[url] = self._clock()
        self._fetched.move_to_end(url)
        while len(self._fetched) > _KEYS:
            self._fetched.popitem(last=False)


def _document_of(key_id: str) -> str:
    return key_id.partition("#")[0]


def _loaded(key: Key) -> PublicKey:
    return load_public(key.public) if key.kind is KeyKind.RSA else from_multibase(key.public)


def _answer_for(problem: FetchError | Invalid | TimeoutError) -> Unauthorized | Unavailable:
    """Say 503 where the peer should come back, 401 where it should try another way."""
    later = isinstance(problem, FetchTimeout | TimeoutError)
    detail = problem.detail if isinstance(problem, FetchError | Invalid) else "too slow"
    if isinstance(problem, FetchAnswered):
        later = problem.answered >= 500 or problem.answered in _AGAIN
    if isinstance(problem, FetchRefused) and reason_of(problem) in (Reason.BUSY, Reason.CLOSED):
        later = True
    if later:
        return Unavailable("We could not fetch the key of the signature now.", detail=detail)
    return Unauthorized("The signature's key was not found.", detail=detail)


async def application_key(engine: Engine, now: int) -> tuple[str, RSAPrivateKey] | None:
    """Return the key that signs our fetches; None in a house that isn't founded yet."""
    actor = await engine.read(profiles.application)
    if actor is None:
        return None
    key = await engine.read(lambda tx: profiles.signing_key(tx, actor.id, KeyKind.RSA, now))
    if key is None or key.private is None:
        return None
    private = load_private(key.private)
    return (key.uri, private) if isinstance(private, RSAPrivateKey) else None
