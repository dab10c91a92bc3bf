"""Which other servers may come in, and how fast: rules from the store, buckets in memory.

Rules are read again when somebody changes them (topic `domains`) and at least once a second,
so that a block made on the command line holds in every process.
"""

from collections.abc import Callable
from typing import Final

from actors.errors import Forbidden, TooMany
from fedi.config.settings import Federation
from fedi.store.domain_rules import rules
from fedi.store.engine import Engine
from inbox.policies.allowlist import is_listed
from inbox.policies.blocklist import covering
from inbox.policies.rate import Buckets
from inbox.verdicts import Facts, domain

_FRESH_MS: Final = 1_000


class Domains:
    """One for each process."""

    def __init__(self, engine: Engine, clock: Callable[[], int], config: Federation) -> None:
        self._engine = engine
        self._clock = clock
        self._config = config
        self._read_at = -_FRESH_MS
        self._blocked: frozenset[str] = frozenset()
        self._allowed: frozenset[str] = frozenset()
        self._buckets = Buckets(clock, float(config.rate_per_host))

    async def facts(self, host: str) -> Facts:
        """Return what the inbound policies know of this moment."""
        del host  # the door has counted it already; a queued arrival is never dropped for pace
        await self._read()
        return Facts(
            now=self._clock(),
            allowed=self._allowed if self._config.mode == "allowlist" else None,
            blocked=self._blocked,
            max_bytes=self._config.max_body_bytes,
            max_depth=self._config.max_depth,
        )

    async def welcome(self, host: str) -> None:
        """Raise Forbidden for a host that may not come in."""
        if not await self.welcomes(host):
            raise Forbidden("This server does not take anything from yours.", code="blocked")

    async def welcomes(self, host: str) -> bool:
        """Return whether anything of this host may come in, sent by it or fetched by us."""
        await self._read()
        return self.is_welcome(domain(host))

    async def why_not(self, host: str) -> str:
        """Return why nothing of this host may come in; "" where it may."""
        if await self.welcomes(host):
            return ""
        blocked = covering(domain(host), self._blocked)
        return "blocked here" if blocked else "not on the list of those allowed here"

    def admit(self, host: str, *, cost: float = 1.0, purpose: str = "") -> None:
        """Raise TooMany for a host that is too fast. Each purpose has buckets of its own."""
        name = f"{purpose} {domain(host)}" if purpose else domain(host)
        wait = self._buckets.take(name, cost)
        if wait:
            raise TooMany("Too many requests.", retry_after=max(1, -(-wait // 1000)))

    def is_welcome(self, name: str) -> bool:
        """Return whether a domain is neither blocked nor, with an allow-list, missing on it."""
        if covering(name, self._blocked):
            return False
        return self._config.mode != "allowlist" or is_listed(name, self._allowed)

    async def _read(self) -> None:
        if 0 <= self._clock() - self._read_at < _FRESH_MS:
            return
        now, found = self._clock(), await self._engine.glance(rules)
        self._blocked = frozenset(one.domain for one in found if one.kind == "block")
        self._allowed = frozenset(one.domain for one in found if one.kind == "allow")
        self._read_at = now  # not before: who asks meanwhile must not go by an empty list

    def forget(self) -> None:
        """Read the rules anew at the next question."""
        self._read_at = -_FRESH_MS
