"""What became of deliveries, written down: rows gone, kept for later or given up; hosts judged.

Grouped: one statement for all that was delivered, one update per host and per activity. Only for
whoever still has the lease. queue.py is the user; outbox/schedule.py and knocks.py judge.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

import msgspec

from outbox.knocks import Next, learned, speaks_9421
from outbox.leases import Done, Known
from outbox.schedule import DAY, DORMANT_AFTER, MINUTE, Trouble, after, back_off

from . import events
from .engine import Tx

NEVER: Final = 1 << 62
"""The `due` of a host for which nothing waits."""
SHOWN_MS: Final = 30 * DAY
"""How long a delivery that was given up can be looked at."""
PATIENT_TRIES: Final = 3
"""After so many answers that blame it, a row steps aside for those behind it."""

_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Known)
_NEW: Final = Known()


def known_of(memory: str) -> Known:
    """Read what a host row remembers."""
    return _DECODER.decode(memory) if memory else _NEW


def text_of(known: Known) -> str:
    """Write what a host row remembers."""
    return _ENCODER.encode(known).decode()


async def record(
    tx: Tx,
    done: Sequence[Done],
    now: int,
    worker: str,
    fraction: Callable[[], float],
    dormant_after: int = DORMANT_AFTER,
) -> dict[str, Known | None]:
    """Write down how deliveries ended; return what is known of their hosts, None where the lease
    has been lost and nothing was written."""
    by_host: dict[str, list[Done]] = {}
    for one in done:
        by_host.setdefault(one.delivery.host, []).append(one)
    known: dict[str, Known | None] = {}
    delivered: list[Done] = []
    for name in sorted(by_host):
        results = by_host[name]
        known[name] = await _host(tx, name, results, now, worker, fraction, dormant_after)
        if known[name] is None:
            continue
        for one in results:
            if one.verdict is not None and one.verdict.next is Next.DONE:
                delivered.append(one)
            elif one.verdict is not None:
                await _not_delivered(tx, one, now, fraction)
            elif one.uncertain:
                await tx.run("UPDATE delivery SET uncertain = 1 WHERE id = ?", (one.delivery.id,))
    await _delivered(tx, delivered, now)
    return known


async def _host(
    tx: Tx,
    name: str,
    results: Sequence[Done],
    now: int,
    worker: str,
    fraction: Callable[[], float],
    dormant_after: int,
) -> Known | None:
    lock = " FOR UPDATE" if tx.dialect == "postgres" else ""
    row = await tx.one(f"SELECT memory, fence, owner FROM host WHERE name = ?{lock}", (name,))
    if row is None or row[2] != worker or any(one.fence != row[1] for one in results):
        return None
    old = known_of(row[0])
    health, dialects = old.health, old.dialects
    for one in results:
        for dialect, status in one.answers:
            dialects = learned(dialects, dialect, status, now)
        if one.reads_9421:
            dialects = speaks_9421(dialects, now)
        if one.verdict is not None:
            health = after(health, one.verdict.outcome, now, fraction(), dormant_after)
    new = Known(health=health, dialects=dialects)
    if _worth_writing(old, new):
        await write_known(tx, name, new, now)
        return new
    return old


def _worth_writing(old: Known, new: Known) -> bool:
    """That a well host is still well is written once a minute."""
    if old.dialects != new.dialects or old.health.state != new.health.state:
        return True
    if new.health.last_ok_ms - old.health.last_ok_ms > MINUTE:
        return True
    return replace(old.health, last_ok_ms=new.health.last_ok_ms) != new.health


async def write_known(tx: Tx, name: str, known: Known, now: int) -> None:
    """Store what is known of a host, and when its back-off ends."""
    await tx.run(
        "UPDATE host SET changed = CASE WHEN state = ? THEN changed ELSE ? END, state = ?,"
        " memory = ?, opens = ? WHERE name = ?",
        (
            known.health.state.value,
            now,
            known.health.state.value,
            text_of(known),
            known.health.next_probe_ms,
            name,
        ),
    )


async def _delivered(tx: Tx, done: Sequence[Done], now: int) -> None:
    gone: list[int] = []
    for start in range(0, len(done), 200):
        ids = [one.delivery.id for one in done[start : start + 200]]
        found = await tx.rows(
            f"DELETE FROM delivery WHERE id IN ({', '.join('?' * len(ids))}) RETURNING activity_id",
            ids,
        )
        gone += [row[0] for row in found]
    await _count(tx, "delivered", gone)
    for one in done:
        if one.delivery.itself:
            await _told(tx, one, now)


async def _told(tx: Tx, one: Done, now: int) -> None:
    """Note that a host has taken an Update of an actor whose new key waits to be used."""
    await tx.run(
        "INSERT INTO key_told (host, actor_id, at) SELECT ?, ?, ? WHERE EXISTS"
        " (SELECT 1 FROM actor_key WHERE actor_id = ? AND private IS NOT NULL AND active_from > ?)"
        " ON CONFLICT (host, actor_id) DO UPDATE SET at = excluded.at",
        (
            one.delivery.host,
            one.delivery.actor_id,
            one.delivery.created,
            one.delivery.actor_id,
            now,
        ),
    )


async def _not_delivered(tx: Tx, one: Done, now: int, fraction: Callable[[], float]) -> None:
    verdict, delivery = one.verdict, one.delivery
    if verdict is None:
        return
    if verdict.next is Next.FAILED:
        await give_up(tx, [(delivery.id, verdict.reason)], now)
        if verdict.inbox_gone:
            await _forget_inbox(tx, delivery.host, delivery.inbox, now)
        return
    tries = delivery.tries + 1
    steps_aside = verdict.outcome.trouble is Trouble.STATUS and tries >= PATIENT_TRIES
    due = now + back_off(tries, fraction()) if steps_aside else 0
    await tx.run(
        "UPDATE delivery SET tries = ?, due = ?, problem = ?,"
        " uncertain = CASE WHEN ? = 1 THEN 1 ELSE uncertain END WHERE id = ? AND state = 0",
        (tries, due, verdict.reason[:500], int(one.uncertain), delivery.id),
    )


async def give_up(tx: Tx, rows: Iterable[tuple[int, str]], now: int) -> None:
    """Keep these waiting rows, with the reason, as given up: nobody sends them any more."""
    failed: list[int] = []
    for id, why in rows:
        found = await tx.rows(
            "UPDATE delivery SET state = 1, problem = CASE WHEN problem = '' OR ? = problem"
            " THEN ? ELSE ? || ' (' || problem || ')' END, expires = ? WHERE id = ? AND state = 0"
            " RETURNING activity_id",
            (why, why, why, now + SHOWN_MS, id),
        )
        failed += [row[0] for row in found]
    await _count(tx, "failed", failed)


async def _count(tx: Tx, column: str, activities: Iterable[int]) -> None:
    counts: dict[int, int] = {}
    for id in activities:
        counts[id] = counts.get(id, 0) + 1
    await tx.many(
        f"UPDATE activity SET {column} = {column} + ? WHERE id = ?",
        [(count, id) for id, count in sorted(counts.items())],
    )


async def _forget_inbox(tx: Tx, host: str, inbox: str, now: int) -> None:
    """The inbox is gone for good (410): its owner follows nobody here any more."""
    followed = (
        "FROM relation WHERE kind = 'follow' AND source_id IN"
        " (SELECT id FROM actor WHERE host = ? AND inbox = ? AND local = 0)"
    )
    await events.append_each(
        tx, "unfollow", "source_id", "target_id", followed, (host, inbox), at=now
    )
    await tx.run(f"DELETE {followed}", (host, inbox))
    rest = await tx.rows(
        "SELECT id FROM delivery WHERE host = ? AND state = 0 AND inbox = ?", (host, inbox)
    )
    await give_up(tx, [(row[0], "the inbox is gone") for row in rest], now)
