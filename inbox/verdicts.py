"""What a policy may answer about an arrival, and the facts that the house hands to all of them.

A Drop names its reason, so that an administrator can see why something never appeared.
Next: inbox/policies/.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from actors.errors import Invalid
from actors.handles import domain_of
from actors.urls import host_of
from inbox import values
from inbox.parse import Arrived


@dataclass(frozen=True, slots=True)
class Pass:
    """Nothing against it."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Go on with this instead."""

    arrived: Arrived


@dataclass(frozen=True, slots=True)
class Drop:
    """Not taken. `code` is for machines, `sentence` for the administrator."""

    code: str
    sentence: str


Verdict = Pass | Rewrite | Drop
PASS = Pass()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What policies know: `now` in Unix ms, domains in their canonical spelling.

    `allowed` is None in open mode. `max_age` (ms) is 0 where old posts are as good as new ones.
    `wait` is what inbox/policies/rate.py's `take` said about the sending host, in ms.
    """

    now: int
    allowed: frozenset[str] | None = None
    blocked: frozenset[str] = field(default_factory=frozenset)
    max_bytes: int = 1_000_000
    max_depth: int = 32
    max_age: int = 0
    wait: int = 0


def domains(arrived: Arrived) -> tuple[str, ...]:
    """Return the domains that an arrival comes from or brings in: the actor's, and those of a
    shared or embedded post and its author (a blocked author returns in others' boosts, S17)."""
    brought = [arrived.actor]
    if arrived.type in ("Create", "Update", "Announce"):
        brought.append(arrived.object_uri)
        if isinstance(arrived.object, dict):
            inner = arrived.object
            brought += values.uris(inner.get("attributedTo"), 20)
            brought += values.uris(inner.get("actor"), 20)
            brought.append(values.uri(inner.get("object")))
    return tuple(dict.fromkeys(domain(host_of(uri)) for uri in brought if uri))


@lru_cache(maxsize=1024)
def domain(host: str) -> str:
    """Return the canonical domain of a host, or the host as it is where it has none."""
    try:
        return domain_of(f"https://{host}")
    except Invalid:
        return host


def without_port(domain: str) -> str:
    """Return a domain without its port; lists of domains seldom name one."""
    name, colon, port = domain.rpartition(":")
    return name if colon and port.isdigit() else domain
