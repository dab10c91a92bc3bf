"""Whose key is it? Public keys by their exact id: from memory, from the store, from their owner.

A key counts only once its owner's own document lists it (security.md S35). A failed fetch is
remembered by the client, and a key is fetched anew at most once a minute, so that a flood of bad
signatures makes no flood of requests.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

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
from actors.signatures.keys import PublicKey, from_multibase, load_public
from actors.urls import host_of, same_host
from fedi.fetching import Fetcher
from fedi.net.failures import Reason, reason_of
from fedi.store import profiles
from fedi.store.engine import Engine

_KEYS: Final = 20_000
_KEEP_MS: Final = 3_600_000
_REFETCH_MS: Final = 60_000
_AGAIN: Final = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Known:
    """A public key whose owner has confirmed it, and that owner's uri."""

    key_id: str
    public: PublicKey
    owner: str
    at: int

    @property
    def host(self) -> str:
        return host_of(self.owner)


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
        known = self._known.get(key_id)
        if known is not None and self._clock() - known.at < _KEEP_MS:
            return known
        found = await self._engine.glance(lambda tx: profiles.key_with_owner(tx, key_id))
        if found is None:
            return None
        key, owner = found
        if owner.gone and owner.deleted is not None:
            return None
        return self._keep(Known(key_id, _loaded(key), owner.uri, self._clock()))

    async def fetch(self, key_id: str) -> Known:
        """Ask the owner. Unauthorized where the key isn't theirs, Unavailable to try later."""
        self._note_fetch(key_id)
        try:
            return await self._confirmed(key_id)
        except (FetchError, Invalid) as problem:
            raise _answer_for(problem) from problem

    def may_refetch(self, key_id: str) -> bool:
        """Return whether a key that failed may be asked for anew now (once a minute)."""
        last = self._fetched.get(key_id)
        return last is None or self._clock() - last >= _REFETCH_MS

    def forget(self, owner: str) -> None:
        """Drop what is remembered of an actor whose keys changed."""
        for key_id in [k for k, known in self._known.items() if known.owner == owner]:
            del self._known[key_id]

    async def _confirmed(self, key_id: str) -> Known:
        url = key_id.partition("#")[0]
        document = await self._fetcher.document(url, fresh=True)
        material = owner_holds(key_id, document, now_ms=self._clock())
        if material is None:
            owner = key_stub_owner(document, key_id)
            if owner is None or owner == document.get("id") or not same_host(owner, key_id):
                raise Unauthorized("The signature's key was not found.", detail=key_id)
            document = await self._fetcher.document(owner, fresh=True)
            material = owner_holds(key_id, document, now_ms=self._clock())
        owner_uri = document.get("id")
        if material is None or not isinstance(owner_uri, str) or not same_host(owner_uri, key_id):
            raise Unauthorized("The signature's key was not found.", detail=key_id)
        return self._keep(Known(key_id, material.key, owner_uri, self._clock()))

    def _keep(self, known: Known) -> Known:
        self._known[known.key_id] = known
        self._known.move_to_end(known.key_id)
        while len(self._known) > _KEYS:
            self._known.popitem(last=False)
        return known

    def _note_fetch(self, key_id: str) -> None:
        self._fetched[key_id] = self._clock()
        self._fetched.move_to_end(key_id)
        while len(self._fetched) > _KEYS:
            self._fetched.popitem(last=False)


def _loaded(key: Key) -> PublicKey:
    return load_public(key.public) if key.kind is KeyKind.RSA else from_multibase(key.public)


def _answer_for(problem: FetchError | Invalid) -> Unauthorized | Unavailable:
    """Say 503 where the peer should come back, 401 where it should try another way."""
    later = isinstance(problem, FetchTimeout)
    if isinstance(problem, FetchAnswered):
        later = problem.answered >= 500 or problem.answered in _AGAIN
    if isinstance(problem, FetchRefused) and reason_of(problem) in (Reason.BUSY, Reason.CLOSED):
        later = True
    if later:
        return Unavailable(
            "We could not fetch the key of the signature now.", detail=problem.detail
        )
    return Unauthorized("The signature's key was not found.", detail=problem.detail)
