"""What the worker and the house hand one another: leased deliveries out, what became of them back.

A host is leased as a whole to one worker, under a number (the fence): so its deliveries keep
their order, and a worker that slept through the end of its lease can't report on them any more.
Next: deliver.py makes one delivery, worker.py all of them; fedi/store/queue.py keeps the rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from outbox.knocks import Dialect, DialectMemory, Verdict
from outbox.schedule import HostState


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One row of the queue with all that is needed to send it. Times in Unix ms.

    `shared` says that the inbox is a shared one, `to_followers` that the activity goes to the
    actor's followers, `itself` that it is an Update of the actor, which may carry a new key.
    """

    id: int
    activity_id: int
    actor_id: int
    kind: str
    host: str
    inbox: str
    shared: bool
    body: bytes
    created: int
    tries: int = 0
    to_followers: bool = False
    itself: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a host: how it is, and which dialect it reads."""

    health: HostState = field(default_factory=HostState)
    dialects: DialectMemory = field(default_factory=DialectMemory)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A host leased until `until` (ms) under `fence`, and the next deliveries to it, in order."""

    host: str
    fence: int
    until: int
    known: Known
    deliveries: tuple[Delivery, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How one delivery ended. `verdict` None: our own limits or our stopping kept it from being
    tried. `answers` are the statuses by dialect, `reads_9421` that the host asked for RFC 9421;
    `uncertain` that it may have been taken although no answer says so."""

    delivery: Delivery
    fence: int
    verdict: Verdict | None
    answers: tuple[tuple[Dialect, int], ...] = ()
    reads_9421: bool = False
    uncertain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a worker tells and asks at once: what ended; what it still holds, by host (fence and
    ids); how many deliveries it could start; and how many of them may be probes of unwell hosts."""

    done: tuple[Done, ...] = ()
    holding: Mapping[str, tuple[int, frozenset[int]]]
    room: int
    probes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The answer to a report: what is known now of the hosts reported on (None: the lease is
    lost, forget the host), and what to do next, of new hosts and of those held. `more` says that
    more is due at once than was taken."""

    known: Mapping[str, Known | None]
    leases: tuple[Lease, ...] = ()
    more: bool = False
