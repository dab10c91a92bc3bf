"""Who calls: a bearer token to its person, actor, role and scopes, as they are at this moment.

The role is looked up through membership each time, or taken from an answer that is at most a
second old; what is revoked in this process is forgotten at once, and whoever holds a socket open
hears of it by the bus (TOKENS). fedi/mastodon and fedi/streaming ask here and nowhere else.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from actors.errors import FediError, Forbidden, Unauthorized
from actors.membership import Role
from actors.people import Actor, Person
from actors.ports import Clock
from fedi.net.answer import Scope
from fedi.oauth import scopes
from fedi.store import tokens
from fedi.store.engine import Engine
from fedi.store.tokens import Bearer

TOKENS: Final = "tokens"
"""The bus topic that is woken when tokens are revoked: look at yours again."""
KEPT_SECONDS: Final = 1.0
KEPT_MOST: Final = 10_000
USED_EVERY_MS: Final = 3_600_000
BUSY: Final = 50  # units waiting to be written; beyond that a use goes unnoted

LONGEST_BEARER: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whoever holds a token. `person`, `actor` and `role` are None for an app's own token.

    `scopes` are those granted; `held` those and all they hold.
    """

    token_id: int
    app_id: int | None
    person: Person | None
    actor: Actor | None
    role: Role | None
    scopes: tuple[str, ...]
    held: frozenset[str]

    def may(self, needed: str) -> bool:
        """Return whether the token covers one of these scopes, separated by spaces; "" is none."""
        return not needed or any(scope in self.held for scope in needed.split())


def hash_of(secret: str) -> bytes:
    """Return what is kept of a secret that somebody else holds."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def bearer_of(scope: Scope) -> str | None:
    """Return the bearer token of a request's Authorization header (RFC 6750 §2.1)."""
    for name, value in scope["headers"]:
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return str(value[7:].strip().decode("latin-1"))
    return None


class Callers:
    """Finds callers, and keeps each for a second at most."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        *,
        kept_seconds: float = KEPT_SECONDS,
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._kept_seconds = kept_seconds
        self._elapsed = elapsed
        self._kept: OrderedDict[bytes, tuple[float, Caller]] = OrderedDict()
        self._generation = 0

    async def find(self, bearer: str) -> Caller:
        """Return who holds this token; Unauthorized in Mastodon's words if it is none or no more,
        Forbidden where its actor is suspended."""
        if not bearer or len(bearer) > LONGEST_BEARER:
            raise Unauthorized("The access token is invalid", code="invalid_token")
        hash = hash_of(bearer)
        known = self._kept.get(hash)
        moment = self._elapsed()
        if known is not None and moment < known[0]:
            return known[1]
        generation = self._generation
        found = await self._engine.glance(lambda tx: tokens.by_hash(tx, hash, self._clock.now()))
        if found is None:
            raise Unauthorized("The access token is invalid", code="invalid_token")
        caller = caller_of(found, self._clock.now())
        await self._note(found)
        if generation == self._generation:  # nothing was revoked meanwhile
            self._keep(hash, moment + self._kept_seconds, caller)
        return caller

    async def again(self, caller: Caller) -> Caller:
        """Return a caller as they are now, from the database; raises as `find` does. For whoever
        keeps a connection open: when TOKENS wakes, and once a second."""
        found = await self._engine.glance(
            lambda tx: tokens.by_id(tx, caller.token_id, self._clock.now())
        )
        if found is None:
            raise Unauthorized("The access token was revoked", code="invalid_token")
        return caller_of(found, self._clock.now())

    def forget(self) -> None:
        """Keep nothing of what was found so far: something was revoked, or a role changed."""
        self._generation += 1
        self._kept.clear()

    def _keep(self, hash: bytes, until: float, caller: Caller) -> None:
        self._kept[hash] = (until, caller)
        self._kept.move_to_end(hash)
        while len(self._kept) > KEPT_MOST:
            self._kept.popitem(last=False)

    async def _note(self, found: Bearer) -> None:
        """Note the use of a token, once an hour at most and not while many wait to write."""
        now, last = self._clock.now(), found.token.last_used
        if (last is not None and now - last < USED_EVERY_MS) or self._engine.backlog > BUSY:
            return
        try:
            await self._engine.write(lambda tx: tokens.used(tx, found.token.id, now))
        except FediError:
            return  # a full disk is no reason to refuse a reader


def caller_of(found: Bearer, now: int) -> Caller:
    """Return the caller that a token's rows make at `now` (ms), or raise as Callers.find does."""
    token, person, actor = found.token, found.person, found.actor
    if token.revoked is not None:
        raise Unauthorized("The access token was revoked", code="invalid_token")
    role = None
    if token.person_id is not None:
        membership = found.membership
        departed = person is None or person.departed is not None
        gone = actor is None or actor.deleted is not None
        if departed or gone or membership is None or not membership.holds(now):
            raise Unauthorized("The access token was revoked", code="invalid_token")
        if actor is not None and actor.suspended is not None:
            raise Forbidden("Your login is currently disabled")
        role = membership.role
    granted = tuple(token.scopes.split())
    return Caller(
        token_id=token.id,
        app_id=token.app_id,
        person=person,
        actor=actor,
        role=role,
        scopes=granted,
        held=scopes.held(granted),
    )
