"""What a check-up and the figures read from the tables: queues and their age, hosts, keys amiss."""

from dataclasses import dataclass

from .engine import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """Figures of one moment. Times in Unix ms; None where there is nothing of the kind.

    `oldest_due` is the creation of the oldest activity that waits for a host that is well,
    `newest_event` the time of the last thing that happened.
    """

    waiting: int
    oldest_due: int | None
    hosts: int
    hosts_unwell: int
    arrivals: int
    oldest_arrival: int | None
    newest_event: int | None
    without_keys: tuple[str, ...]


async def hosts_by_state(tx: Tx) -> dict[str, int]:
    """Return how many hosts we deliver to are in each state."""
    rows = await tx.rows("SELECT state, count(*) FROM host GROUP BY state")
    return {str(row[0]): int(row[1]) for row in rows}


async def vitals(tx: Tx) -> Vitals:
    """Return the figures; counts walk an index each."""
    waiting = await tx.one("SELECT count(*) FROM delivery WHERE state = 0")
    oldest = await tx.one(
        "SELECT min(a.created) FROM host h JOIN delivery d ON d.host = h.name AND d.state = 0"
        " JOIN activity a ON a.id = d.activity_id"
        " WHERE h.state IN ('healthy', 'slow') AND h.held = 0"
    )
    hosts = await tx.one(
        "SELECT count(*), coalesce(sum(CASE WHEN state IN ('healthy', 'slow') THEN 0 ELSE 1 END),"
        " 0) FROM host WHERE state <> 'gone'"
    )
    arrivals = await tx.one("SELECT count(*), min(received) FROM arrival")
    event = await tx.one("SELECT at FROM event ORDER BY position DESC LIMIT 1")
    keyless = await tx.rows(
        "SELECT a.username FROM actor a WHERE a.local = 1 AND a.deleted IS NULL"
        # Whoever has none at all has needed none yet (keys.py).
        " AND EXISTS (SELECT 1 FROM actor_key o WHERE o.actor_id = a.id AND o.kind = 'rsa')"
        " AND (SELECT count(DISTINCT k.kind) FROM actor_key k WHERE k.actor_id = a.id"
        " AND k.private IS NOT NULL AND k.retired IS NULL) < 2 ORDER BY a.username LIMIT 20"
    )
    return Vitals(
        waiting=int(waiting[0]) if waiting is not None else 0,
        oldest_due=oldest[0] if oldest is not None else None,
        hosts=int(hosts[0]) if hosts is not None else 0,
        hosts_unwell=int(hosts[1]) if hosts is not None else 0,
        arrivals=int(arrivals[0]) if arrivals is not None else 0,
        oldest_arrival=arrivals[1] if arrivals is not None else None,
        newest_event=event[0] if event is not None else None,
        without_keys=tuple(str(row[0]) for row in keyless),
    )
