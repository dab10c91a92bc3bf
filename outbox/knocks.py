"""What a host's answer to one signed POST means: done, knock again, later, or never.

And the signature dialect to knock with: the older one first, RFC 9421 after a 400 or 401, and
whatever got a 2xx is remembered per host (federation.md §0.1; Mastodon 4.7 has the same order).
Hosts that sign with RFC 9421 themselves, or ask for it, are knocked with it first.
Next: outbox/schedule.py says what the answer does to the host.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from outbox.schedule import DAY, OK, Outcome, Trouble, read_retry_after

KNOCKS_MAX: Final = 3
NEWER_RESTS: Final = DAY  # after a demotion, evidence for RFC 9421 is not believed for so long

_OTHER_DIALECT: Final = frozenset({400, 401})
# Some servers fall over RFC 9421 instead of refusing it; 502 to 504 tell of their proxy or load.
_FELL_OVER: Final = frozenset({500, 501})
_COME_BACK: Final = frozenset({401, 408, 421, 425, 429})


class Dialect(StrEnum):
    """The ways to sign a request; the older one comes with the query in its target or without."""

    CAVAGE = "cavage"
    CAVAGE_WITHOUT_QUERY = "cavage-without-query"
    RFC9421 = "rfc9421"


@dataclass(frozen=True, slots=True)
class DialectMemory:
    """What is remembered of a host: the dialect that got a 2xx, whether it shows signs of reading
    RFC 9421, and until when such signs are not believed because it refused it after all."""

    proven: Dialect | None = None
    hinted: bool = False
    rests_until_ms: int = 0


class Next(StrEnum):
    """What becomes of the delivery."""

    DONE = "done"
    KNOCK_AGAIN = "knock-again"  # at once, in the dialect named
    LATER = "later"
    FAILED = "failed"  # for good


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means for the row (`next`, `reason`), for the host (`outcome`), and for the
    follower behind the inbox (`inbox_gone`: forget it)."""

    next: Next
    outcome: Outcome = OK
    dialect: Dialect | None = None
    reason: str = ""
    inbox_gone: bool = False


def knocks(memory: DialectMemory, has_query: bool) -> tuple[Dialect, ...]:
    """The dialects to try at a host, best first; at most three, the queryless only with a query."""
    order = [Dialect.CAVAGE, Dialect.CAVAGE_WITHOUT_QUERY, Dialect.RFC9421]
    first = memory.proven
    if memory.hinted and first is not Dialect.RFC9421:
        first = Dialect.RFC9421
    if first is not None:
        order.remove(first)
        order.insert(0, first)
    if not has_query:
        order.remove(Dialect.CAVAGE_WITHOUT_QUERY)
    return tuple(order[:KNOCKS_MAX])


def learned(memory: DialectMemory, dialect: Dialect, status: int, now: int) -> DialectMemory:
    """The memory after an answer: a 2xx proves a dialect, a refusal of RFC 9421 demotes it."""
    if 200 <= status < 300:
        # One path without a query says nothing about how this host reads paths with one.
        keeps = dialect is Dialect.CAVAGE and memory.proven is Dialect.CAVAGE_WITHOUT_QUERY
        proven = memory.proven if keeps else dialect
        return replace(memory, proven=proven)
    if dialect is Dialect.RFC9421 and _refuses_newer(status):
        proven = None if memory.proven is Dialect.RFC9421 else memory.proven
        return DialectMemory(proven, hinted=False, rests_until_ms=now + NEWER_RESTS)
    return memory


def speaks_9421(memory: DialectMemory, now: int) -> DialectMemory:
    """The memory after a sign that the host reads RFC 9421: it signed so, sent Accept-Signature,
    or published the FEP-844e capability."""
    if memory.proven is Dialect.RFC9421 or now < memory.rests_until_ms:
        return memory
    return replace(memory, hinted=True)


def classify(
    status: int,
    headers: Mapping[str, str],
    now: int,
    *,
    tried: Sequence[Dialect],
    order: Sequence[Dialect],
    shared: bool = False,
) -> Verdict:
    """Read an answer to a delivery; `tried` ends with the dialect that got it, `order` is what
    `knocks` gave. `shared` says that the inbox is a shared one. Header names are lower case.
    """
    if 200 <= status < 300:
        return Verdict(Next.DONE, dialect=tried[-1])
    other = _other_dialect(status, tried, order)
    if other is not None:
        return Verdict(Next.KNOCK_AGAIN, dialect=other)
    reason = f"status {status}"
    if status == 410 and shared:
        return Verdict(Next.LATER, Outcome(Trouble.GONE, status), reason=reason)
    if 400 <= status < 500 and status not in _COME_BACK:
        return Verdict(Next.FAILED, OK, reason=reason, inbox_gone=status == 410)
    wait = read_retry_after(headers.get("retry-after"), now) if status in (429, 503) else None
    trouble = Trouble.BUSY if status == 429 else Trouble.STATUS
    return Verdict(Next.LATER, Outcome(trouble, status, wait), reason=reason)


def classify_failure(trouble: Trouble) -> Verdict:
    """A delivery that got no answer: later, whatever the reason."""
    return Verdict(Next.LATER, Outcome(trouble), reason=str(trouble))


def _other_dialect(
    status: int, tried: Sequence[Dialect], order: Sequence[Dialect]
) -> Dialect | None:
    newer_broke = tried[-1] is Dialect.RFC9421 and status in _FELL_OVER
    if status not in _OTHER_DIALECT and not newer_broke:
        return None
    if len(tried) >= KNOCKS_MAX:
        return None
    return next((dialect for dialect in order if dialect not in tried), None)


def _refuses_newer(status: int) -> bool:
    return status in _OTHER_DIALECT or status in _FELL_OVER
