"""The delivery queue: hosts leased to workers, what became of their deliveries, what comes next.

All in one unit, the turn: a worker reports what ended and gets what to do, so that a commit
serves many deliveries. A host is one worker's at a time, under a fence number: an expired lease
completes nothing (security.md trial 11). While a host is unwell only what outbox/schedule.py
lets through is leased. Rows come from fanout.py; what people see of them is in deliveries.py.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from outbox.leases import Delivery, Known, Lease, Report, Turn
from outbox.schedule import DORMANT_AFTER, Health, is_closed, may_send, started

from . import recording
from .engine import Tx
from .recipients import welcome
from .recording import NEVER, give_up

LEASE_MS: Final = 180_000
"""Longer than three knocks with the longest patience, so that only a stopped worker loses one."""
DEPTH: Final = 16
"""Deliveries of one well host in a worker's hands: enough to go on while a turn is written."""
CLOSED_AT_ONCE: Final = 500

_WELL: Final = ("healthy", "slow")
_TO_FOLLOWERS: Final = frozenset({"public", "unlisted", "followers"})
_HOSTS: Final = "SELECT name, memory, lease_until, owner, fence, taken, opens FROM host WHERE"
_ROWS: Final = (
    "SELECT d.id, d.activity_id, d.inbox, d.shared, d.turn, d.tries, d.expires, a.actor_id,"
    " a.kind, a.visible, a.created, s.deleted FROM delivery d"
    " JOIN activity a ON a.id = d.activity_id JOIN actor s ON s.id = a.actor_id"
    " WHERE d.host = ? AND d.state = 0 AND d.due <= ? AND NOT EXISTS (SELECT 1 FROM delivery e"
    " WHERE e.about = d.about AND e.host = d.host AND e.state = 0 AND e.id < d.id"
    " AND e.activity_id <> d.activity_id) ORDER BY d.turn, d.id LIMIT ?"
)
_NOBODY: Final[tuple[int, frozenset[int]]] = (0, frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one turn goes by: the time (ms), who asks, so many at once to a host, chance, and after
    how long a silence (ms) a host is dormant."""

    now: int
    worker: str
    per_host: int
    fraction: Callable[[], float]
    dormant_after: int = DORMANT_AFTER


@dataclass(frozen=True, slots=True)
class _Host:
    """A host row in the hands of this unit."""

    name: str
    known: Known
    fence: int
    opens: int
    held: frozenset[int]


async def turn(tx: Tx, report: Report, terms: Terms) -> Turn:
    """Record what ended and lease what comes next."""
    await _hold(tx, report)
    known = await recording.record(
        tx, report.done, terms.now, terms.worker, terms.fraction, terms.dormant_after
    )
    if await sending_held(tx):
        for name, (fence, held) in report.holding.items():
            if not held:
                await _let_go(tx, name, fence, terms)
        return Turn(known=known)
    leases: list[Lease] = []
    bodies = _Bodies(tx)
    for name, (fence, held) in report.holding.items():
        if not held and name not in known:
            await _let_go(tx, name, fence, terms)
    for name in sorted(known):
        fence, held = report.holding.get(name, _NOBODY)
        now_known = known[name]
        if now_known is None or len(held) > DEPTH // 2:
            continue
        host = _Host(name, now_known, fence, now_known.health.next_probe_ms, held)
        lease = await _take(tx, host, terms, bodies)
        if lease is not None:
            leases.append(lease)
    room = report.room - sum(min(len(one.deliveries), terms.per_host) for one in leases)
    fresh, more = await _lease_new(tx, report, terms, room, bodies, skip=frozenset(known))
    return Turn(known=known, leases=(*leases, *fresh), more=more)


async def _hold(tx: Tx, report: Report) -> None:
    """Lock the hosts reported on, in one order and before anything else (PostgreSQL)."""
    names = {one.delivery.host for one in report.done}
    names |= {name for name, (_, held) in report.holding.items() if not held}
    if names and tx.dialect == "postgres":
        await tx.rows(
            f"SELECT name FROM host WHERE name IN ({', '.join('?' * len(names))})"
            " ORDER BY name FOR UPDATE",
            sorted(names),
        )


async def sending_held(tx: Tx) -> bool:
    """Return whether nothing may be sent now: a restored copy waits until somebody confirms."""
    row = await tx.one("SELECT value FROM setting WHERE name = 'sending_held'")
    return row is not None and row[0] not in ("", "0")


async def release(tx: Tx, holding: Mapping[str, tuple[int, frozenset[int]]], terms: Terms) -> None:
    """Give hosts back whose deliveries have all ended or were never begun (graceful stop)."""
    for name, (fence, _) in sorted(holding.items()):
        await _let_go(tx, name, fence, terms)


async def recover(tx: Tx, worker: str, now: int) -> int:
    """Take over what a worker of the same name left behind when it died; return how many hosts.

    Call it once, before that worker's first turn. What it may have begun is uncertain.
    """
    # Of fan-outs nobody knows whose they were; a live worker loses its turn, and nothing else.
    await tx.run("UPDATE fanout SET lease_until = 0 WHERE lease_until > 0")
    return await tx.run(
        "UPDATE host SET lease_until = 0, owner = '', due = ? WHERE owner = ?", (now, worker)
    )


# -- leasing


async def _lease_new(
    tx: Tx, report: Report, terms: Terms, room: int, bodies: "_Bodies", skip: frozenset[str]
) -> tuple[list[Lease], bool]:
    """Lease hosts that are due: the well ones first, of the others so many as may be probed."""
    leases: list[Lease] = []
    more = False
    for state, limit in (*((state, room) for state in _WELL), ("", min(report.probes, room))):
        if limit <= 0 or room <= 0:
            continue
        found = await _due_hosts(tx, state, terms, min(limit, room))
        more = more or len(found) == min(limit, room)
        hosts = [_host_of(row, report) for row in found if row[0] not in skip]
        allowed = await welcome(tx, (host.name for host in hosts), only_allowed=False)
        for host, row in zip(hosts, (r for r in found if r[0] not in skip), strict=True):
            if host.name not in allowed:
                await _close(tx, host, terms, "the server is blocked here")
                continue
            if row[5] and not host.held:
                await _left_uncertain(tx, host.name, row[5])
            lease = await _take(tx, host, terms, bodies)
            if lease is not None:
                leases.append(lease)
                room -= min(len(lease.deliveries), terms.per_host)
    return leases, more


async def _due_hosts(tx: Tx, state: str, terms: Terms, limit: int) -> list[tuple[Any, ...]]:
    skip = " FOR UPDATE SKIP LOCKED" if tx.dialect == "postgres" else ""
    which = "state = ?" if state else "state IN ('down', 'dormant', 'gone')"
    params = (state,) if state else ()
    return await tx.rows(
        f"{_HOSTS} {which} AND due <= ? AND (lease_until <= ? OR owner = ?)"
        f" ORDER BY due LIMIT ?{skip}",
        (*params, terms.now, terms.now, terms.worker, limit),
    )


def _host_of(row: tuple[Any, ...], report: Report) -> _Host:
    fence, held = report.holding.get(row[0], _NOBODY)
    # A lease of this name that the worker knows nothing of is left from before it was restarted.
    still_ours = bool(held) and fence == row[4]
    return _Host(
        row[0],
        recording.known_of(row[1]),
        row[4] if still_ours else row[4] + 1,
        row[6],
        held if still_ours else frozenset(),
    )


async def _take(tx: Tx, host: _Host, terms: Terms, bodies: "_Bodies") -> Lease | None:
    """Lease what may be sent to a host now, or note when it is to be looked at again."""
    health = host.known.health
    if health.state is Health.GONE:
        await _close(tx, host, terms, "the server is gone")
        return None
    count = may_send(health, terms.now, len(host.held), terms.per_host)
    if health.state is Health.HEALTHY and terms.now >= health.next_probe_ms:
        count = DEPTH - len(host.held)  # the worker starts so many at once as it may
    rows = await _rows(tx, host, terms, count) if count > 0 else []
    deliveries = tuple([await bodies.put_in(row, host.name) for row in rows])
    if not deliveries:
        await _nothing_now(tx, host, terms, waits=terms.now < health.next_probe_ms)
        return None
    health = started(health, terms.now, len(deliveries))
    until = terms.now + LEASE_MS
    due = until
    if health.state is not Health.HEALTHY:
        due = min(until, max(terms.now + 1, health.next_probe_ms))
    known = replace(host.known, health=health)
    await tx.run(
        "UPDATE host SET owner = ?, lease_until = ?, fence = ?, due = ?, opens = ?, memory = ?,"
        " taken = CASE WHEN taken > ? THEN taken ELSE ? END WHERE name = ?",
        (
            terms.worker,
            until,
            host.fence,
            due,
            health.next_probe_ms,
            recording.text_of(known),
            *(max(one.id for one in deliveries),) * 2,
            host.name,
        ),
    )
    return Lease(host=host.name, fence=host.fence, until=until, known=known, deliveries=deliveries)


async def _rows(tx: Tx, host: _Host, terms: Terms, count: int) -> list[tuple[Any, ...]]:
    """Return the next rows that may go: in order, past those in hand, behind a change of keys."""
    found = await tx.rows(_ROWS, (host.name, terms.now, count + len(host.held)))
    fit: list[tuple[Any, ...]] = []
    over: list[tuple[int, str]] = []
    telling = {row[7]: row[0] for row in reversed(found) if row[4] == 0}
    in_hand = {row[7] for row in found if row[0] in host.held}
    for row in found:
        if row[0] in host.held:
            continue
        if is_closed(host.known.health, row[6], terms.now):
            over.append((row[0], "its time was over before the server could be reached"))
        elif row[11] is not None and row[8] != "Delete":
            over.append((row[0], "its author is gone"))
        elif telling.get(row[7], row[0]) == row[0] and not (row[4] == 0 and row[7] in in_hand):
            fit.append(row)
    await give_up(tx, over, terms.now)
    return fit[:count]


async def _nothing_now(tx: Tx, host: _Host, terms: Terms, *, waits: bool) -> None:
    """Look again when the host opens, or when its next row is due; give it back if none is held."""
    if waits:
        due = max(host.known.health.next_probe_ms, terms.now + 1)
    else:
        row = await tx.one(
            "SELECT min(due) FROM delivery WHERE host = ? AND state = 0 AND due > ?",
            (host.name, terms.now),
        )
        due = row[0] if row is not None and row[0] is not None else NEVER
        if due == NEVER and not host.held and await _any(tx, host.name):
            due = terms.now + 1_000
    if host.held:
        until = terms.now + LEASE_MS
        await tx.run(
            "UPDATE host SET due = ?, lease_until = ? WHERE name = ? AND fence = ?",
            (min(due, until), until, host.name, host.fence),
        )
        return
    await tx.run(
        "UPDATE host SET owner = '', lease_until = 0, taken = 0, due = ?, opens = ?, fence = ?"
        " WHERE name = ?",
        (due, host.known.health.next_probe_ms, host.fence, host.name),
    )


async def _any(tx: Tx, name: str) -> bool:
    return (
        await tx.one("SELECT 1 FROM delivery WHERE host = ? AND state = 0 LIMIT 1", (name,))
    ) is not None


async def _let_go(tx: Tx, name: str, fence: int, terms: Terms) -> None:
    due = terms.now if await _any(tx, name) else NEVER
    await tx.run(
        "UPDATE host SET owner = '', lease_until = 0, taken = 0,"
        " due = CASE WHEN opens > ? AND ? < ? THEN opens ELSE ? END"
        " WHERE name = ? AND fence = ? AND owner = ?",
        (due, due, NEVER, due, name, fence, terms.worker),
    )


async def _left_uncertain(tx: Tx, name: str, taken: int) -> None:
    """A worker died or slept: whatever it had in hand may have been sent."""
    await tx.run(
        "UPDATE delivery SET uncertain = 1 WHERE host = ? AND state = 0 AND id <= ?", (name, taken)
    )
    await tx.run("UPDATE host SET taken = 0 WHERE name = ?", (name,))


async def _close(tx: Tx, host: _Host, terms: Terms, why: str) -> None:
    """Give up what waits for a host, visibly, so many rows at a time."""
    found = await tx.rows(
        "SELECT id FROM delivery WHERE host = ? AND state = 0 ORDER BY turn, id LIMIT ?",
        (host.name, CLOSED_AT_ONCE),
    )
    await give_up(tx, [(row[0], why) for row in found], terms.now)
    due = terms.now if len(found) == CLOSED_AT_ONCE else NEVER
    await tx.run(
        "UPDATE host SET owner = '', lease_until = 0, taken = 0, due = ?, fence = ? WHERE name = ?",
        (due, host.fence, host.name),
    )


class _Bodies:
    """The bodies of this turn's activities, each read once, however many inboxes it is for."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._read: dict[int, bytes] = {}

    async def put_in(self, row: Sequence[Any], host: str) -> Delivery:
        """Return a row with its activity's body, ready to be sent."""
        activity_id = row[1]
        if activity_id not in self._read:
            found = await self._tx.one("SELECT body FROM activity WHERE id = ?", (activity_id,))
            self._read[activity_id] = bytes(found[0]) if found is not None else b""
        return Delivery(
            id=row[0],
            activity_id=activity_id,
            actor_id=row[7],
            kind=row[8],
            host=host,
            inbox=row[2],
            shared=bool(row[3]),
            body=self._read[activity_id],
            created=row[10],
            tries=row[5],
            to_followers=row[9] in _TO_FOLLOWERS,
            itself=row[4] == 0,
        )
