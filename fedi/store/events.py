"""The event table as its readers follow it: streaming, push, other processes, each at its place.

A reader keeps a Place and asks for what comes after it. On PostgreSQL positions commit out of
order, so rows are read by (transaction, position), and only below the oldest transaction that
still runs: whatever may yet appear comes after what was read. SQLite has one writer, and the
position alone is the order. Nothing but ids is here; what they stand for is read by its viewer.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from .engine import Dialect, Param, Tx


class Place(NamedTuple):
    """How far a reader has come; `tx` is 0 on SQLite and for events taken over from elsewhere."""

    tx: int
    position: int


BEGINNING: Final = Place(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened (`kind`) to a post, a notification or an actor (`subject_id`), by
    `actor_id` at `at` (ms); `recipient_id` is the only one to be told, where it is not None."""

    place: Place
    kind: str
    actor_id: int
    subject_id: int
    recipient_id: int | None
    at: int


_SETTLED: Final = "{0}.tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_SELECT: Final = (
    "SELECT e.tx, e.position, e.kind, e.actor_id, e.subject_id, e.recipient_id, e.at FROM event e"
)


def beyond(dialect: Dialect, alias: str, place: Place) -> tuple[str, list[Param]]:
    """Return (SQL, parameters): true of the events after a place that may be read by now."""
    if dialect == "sqlite":
        return f"{alias}.position > ?", [place.position]
    settled = _SETTLED.format(alias)
    return f"{alias}.tx > 0 AND ({alias}.tx, {alias}.position) > (?, ?) AND {settled}", [*place]


async def read(tx: Tx, after: Place, limit: int) -> list[Event]:
    """Return the next events after a place, in their order. Each comes once to whoever goes on
    from the place of the last; it is enough to look again when woken, and once a second."""
    found: list[Event] = []
    if tx.dialect == "postgres" and after.tx == 0:  # taken over from SQLite, or an older cluster
        found = await _rows(
            tx, "e.tx = 0 AND e.position > ? ORDER BY e.position LIMIT ?", [after.position, limit]
        )
    if len(found) < limit:
        condition, params = beyond(tx.dialect, "e", after)
        order = "e.position" if tx.dialect == "sqlite" else "e.tx, e.position"
        found += await _rows(
            tx, f"{condition} ORDER BY {order} LIMIT ?", [*params, limit - len(found)]
        )
    return found


async def newest(tx: Tx) -> Place:
    """Return the place of the last event that may be read: where one begins who wants only news."""
    where = ""
    order = "e.position DESC"
    if tx.dialect == "postgres":
        where, order = f" WHERE e.tx > 0 AND {_SETTLED.format('e')}", "e.tx DESC, e.position DESC"
    row = await tx.one(f"SELECT e.tx, e.position FROM event e{where} ORDER BY {order} LIMIT 1")
    if row is None and tx.dialect == "postgres":
        row = await tx.one("SELECT 0, max(position) FROM event WHERE tx = 0")
    return Place(row[0], row[1]) if row is not None and row[1] is not None else BEGINNING


async def _rows(tx: Tx, rest: str, params: list[Param]) -> list[Event]:
    return [
        Event(
            place=Place(row[0], row[1]),
            kind=row[2],
            actor_id=row[3],
            subject_id=row[4],
            recipient_id=row[5],
            at=row[6],
        )
        for row in await tx.rows(f"{_SELECT} WHERE {rest}", params)
    ]
