"""Deliveries as people see and steer them: how far a post came, how each host is, hold and retry.

Read by the author's page, the command line and the admin pages. Also what signing a delivery
asks of the tables. The queue itself is queue.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from actors.people import Actor
from actors.urls import host_of
from outbox.knocks import speaks_9421
from outbox.leases import Known
from outbox.schedule import FAILURES_TO_DOWN, Health, HostState, inbound_seen
from outbox.synchronize import digest

from .engine import Tx
from .fanout import wake_hosts
from .recording import NEVER, give_up, known_of, write_known
from .rows import ACTOR

AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHost:
    """How far a post came at one host: `waiting` until `next_try` (ms; None: held or nobody knows)
    for the reason `why`, and what the host's last `trouble` was (outbox/schedule.py); `failed` for
    good, and `failed_why`."""

    host: str
    waiting: int = 0
    why: str = ""
    trouble: str = ""
    next_try: int | None = None
    failed: int = 0
    failed_why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Delivered `delivered` of `total`, by inboxes, over all that was sent about a post. While
    `expanding`, more may be added to the total. Hosts where all arrived are not listed."""

    total: int
    delivered: int
    failed: int
    waiting: int
    expanding: bool
    hosts: tuple[AtHost, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRow:
    """A host as an administrator sees it. Times in ms; `next_try` None when nothing waits."""

    name: str
    state: str
    since: int
    waiting: int
    failed: int
    held: bool
    next_try: int | None
    last_ok: int
    last_error: str


async def status_of_post(tx: Tx, post_id: int) -> Status:
    """Return how far a post, and what was sent about it later, has come; in two statements."""
    row = await tx.one(
        "SELECT sum(a.total), sum(a.delivered), sum(a.failed), max(CASE WHEN EXISTS (SELECT 1"
        " FROM fanout f WHERE f.actor_id = a.actor_id AND f.activity_id = a.id) THEN 1 ELSE 0 END)"
        " FROM activity a WHERE a.post_id = ?",
        (post_id,),
    )
    counts = (int(n or 0) for n in row) if row is not None else (0, 0, 0, 0)
    total, delivered, failed, expanding = counts
    found = await tx.rows(
        "SELECT d.host, d.state, count(*), max(d.problem), min(d.due), h.state, h.memory, h.opens,"
        " h.held FROM activity a JOIN delivery d ON d.activity_id = a.id"
        " JOIN host h ON h.name = d.host WHERE a.post_id = ?"
        " GROUP BY d.host, d.state, h.state, h.memory, h.opens, h.held ORDER BY d.host, d.state",
        (post_id,),
    )
    hosts: dict[str, AtHost] = {}
    for name, state, count, problem, due, health, memory, opens, held in found:
        before = hosts.get(name, AtHost(host=name))
        if state == 1:
            hosts[name] = AtHost(
                host=name,
                waiting=before.waiting,
                why=before.why,
                trouble=before.trouble,
                next_try=before.next_try,
                failed=count,
                failed_why=problem,
            )
            continue
        trouble = known_of(memory).health.last_error or ("" if health == "healthy" else health)
        hosts[name] = AtHost(
            host=name,
            waiting=count,
            why="held here" if held else problem or trouble,
            trouble="" if held else trouble,
            next_try=None if held else max(opens, due),
        )
    return Status(
        total=total,
        delivered=delivered,
        failed=failed,
        waiting=sum(host.waiting for host in hosts.values()),
        expanding=bool(expanding),
        hosts=tuple(hosts.values()),
    )


async def of_author(tx: Tx, post_id: int, actor_id: int) -> Status | None:
    """Return how far a post of one of our actors has come; None where it is none of the actor's,
    or is deleted."""
    author = await author_of(tx, post_id)
    if author is None or author.id != actor_id:
        return None
    return await status_of_post(tx, post_id)


async def author_of(tx: Tx, post_id: int) -> Actor | None:
    """Return which of our actors wrote a post that is still there."""
    row = await tx.one(
        f"SELECT {ACTOR.selected('a')} FROM post p JOIN actor a ON a.id = p.author_id"
        " WHERE p.id = ? AND p.local = 1 AND p.deleted IS NULL",
        (post_id,),
    )
    return ACTOR.decode(row) if row is not None else None


async def hosts(tx: Tx, *, limit: int = 1_000) -> list[HostRow]:
    """Return the hosts that we send to, those that are not well first."""
    found = await tx.rows(
        "SELECT h.name, h.state, h.changed, h.held, h.due, h.opens, h.memory,"
        " coalesce(c.waiting, 0), coalesce(c.failed, 0) FROM host h LEFT JOIN"
        " (SELECT host, sum(1 - state) AS waiting, sum(state) AS failed FROM delivery"
        " GROUP BY host) c ON c.host = h.name"
        " ORDER BY CASE WHEN h.state = 'healthy' THEN 1 ELSE 0 END, h.name LIMIT ?",
        (limit,),
    )
    return [_host_row(row) for row in found]


def _host_row(row: tuple[object, ...]) -> HostRow:
    name, state, changed, held, due, opens, memory, waiting, failed = row
    health = known_of(str(memory)).health
    next_try = max(int(str(due)), int(str(opens)))
    return HostRow(
        name=str(name),
        state=str(state),
        since=int(str(changed)),
        waiting=int(str(waiting)),
        failed=int(str(failed)),
        held=bool(held),
        next_try=next_try if waiting and not held and next_try < NEVER else None,
        last_ok=health.last_ok_ms,
        last_error=health.last_error,
    )


async def retry_host(tx: Tx, name: str, now: int) -> bool:
    """Try a host again now, also what was given up there and isn't over; False if unknown."""
    row = await tx.one("SELECT memory FROM host WHERE name = ?", (name,))
    if row is None:
        return False
    known = known_of(row[0])
    health = HostState()
    if known.health.state not in (Health.HEALTHY, Health.SLOW):
        health = HostState(state=Health.DOWN, failures=FAILURES_TO_DOWN, since_ms=now)
    await write_known(tx, name, Known(health=health, dialects=known.dialects), now)
    again = await tx.rows(
        "UPDATE delivery SET state = 0, due = 0, expires = ? WHERE host = ? AND state = 1"
        " AND id IN (SELECT id FROM delivery WHERE host = ? AND state = 1 ORDER BY id LIMIT ?)"
        " RETURNING activity_id",
        (now + 7 * 86_400_000, name, name, AT_ONCE),
    )
    for (activity_id,) in again:
        await tx.run("UPDATE activity SET failed = failed - 1 WHERE id = ?", (activity_id,))
    await tx.run("UPDATE delivery SET due = 0 WHERE host = ? AND state = 0 AND due > 0", (name,))
    await tx.run("UPDATE host SET held = 0 WHERE name = ?", (name,))
    await wake_hosts(tx, [name], now)
    return True


async def hold_host(tx: Tx, name: str, now: int, *, held: bool) -> bool:
    """Hold back, or let go again, what waits for a host; False if the host is unknown."""
    changed = await tx.run(
        "UPDATE host SET held = ?, due = ? WHERE name = ?", (int(held), NEVER, name)
    )
    if changed and not held:
        await wake_hosts(tx, [name], now)
    return changed > 0


async def drop_host(tx: Tx, name: str, now: int, why: str = "dropped by an administrator") -> int:
    """Give up what waits for a host, AT_ONCE rows a unit; return how many went."""
    found = await tx.rows(
        "SELECT id FROM delivery WHERE host = ? AND state = 0 ORDER BY turn, id LIMIT ?",
        (name, AT_ONCE),
    )
    await give_up(tx, [(row[0], why) for row in found], now)
    return len(found)


async def expire(tx: Tx, now: int) -> int:
    """Give up what has waited too long and forget what was given up long ago, AT_ONCE rows a
    unit; return how many of both."""
    found = await tx.rows(
        "SELECT d.id FROM delivery d JOIN host h ON h.name = d.host"
        " WHERE d.expires <= ? AND d.state = 0 AND d.id > h.taken LIMIT ?",
        (now, AT_ONCE),
    )
    why = "its time was over before the server could be reached"
    await give_up(tx, [(row[0], why) for row in found], now)
    forgotten = await tx.rows(
        "SELECT id FROM delivery WHERE expires <= ? AND state = 1 LIMIT ?", (now, AT_ONCE)
    )
    await tx.many("DELETE FROM delivery WHERE id = ?", forgotten)
    return len(found) + len(forgotten)


async def seen_alive(tx: Tx, name: str, dialect: str, now: int, write: bool = True) -> bool:
    """Note a valid signature from a host: probe it at once if it was unwell, remember that it
    reads RFC 9421. Return whether that changes anything; without `write`, only that."""
    lock = " FOR UPDATE" if write and tx.dialect == "postgres" else ""
    row = await tx.one(f"SELECT memory FROM host WHERE name = ?{lock}", (name,))
    old = known_of(row[0]) if row is not None else Known()
    dialects = speaks_9421(old.dialects, now) if dialect == "rfc9421" else old.dialects
    new = Known(health=inbound_seen(old.health, now), dialects=dialects)
    if new == old or not write:
        return new != old
    if row is None:
        await wake_hosts(tx, [name], now)
    await write_known(tx, name, new, now)
    if new.health != old.health:
        await tx.run(
            "UPDATE host SET due = ? WHERE name = ? AND held = 0 AND due > ?",
            (new.health.next_probe_ms, name, new.health.next_probe_ms),
        )
    return True


# -- for signing


async def told(tx: Tx, host: str, actor_id: int) -> int | None:
    """Return when the newest Update that a host took of an actor with changing keys was made.

    A host that never took anything of ours has no older key: it counts as told of every key,
    for it will look up the one that the actor's document shows.
    """
    row = await tx.one("SELECT at FROM key_told WHERE host = ? AND actor_id = ?", (host, actor_id))
    if row is not None:
        return int(row[0])
    memory = await tx.one("SELECT memory FROM host WHERE name = ?", (host,))
    met = memory is not None and known_of(memory[0]).health.last_ok_ms > 0
    return None if met else NEVER


async def digests(tx: Tx, actor_id: int) -> Mapping[str, str]:
    """Return the digest of an actor's followers at each host (FEP-8fcf)."""
    found = await tx.rows(
        "SELECT a.uri FROM relation f JOIN actor a ON a.id = f.source_id AND a.local = 0"
        " WHERE f.kind = 'follow' AND f.target_id = ? AND f.state = 'accepted'",
        (actor_id,),
    )
    there: dict[str, list[str]] = {}
    for (uri,) in found:
        there.setdefault(host_of(uri), []).append(uri)
    return {host: digest(uris) for host, uris in there.items()}
