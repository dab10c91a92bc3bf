"""The event table as its readers follow it: streaming, push, other processes, each at its place.

A reader keeps a Place and asks for what comes after it. On PostgreSQL positions commit out of
order, so rows are read by (transaction, position), and only below the oldest transaction that
still runs: whatever may yet appear comes after what was read. SQLite has one writer, and the
position alone is the order. Nothing but ids is here; what they stand for is read by its viewer.
KINDS says what there is; changes.py and applying.py write most of it, chores.py the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from .engine import Dialect, Param, Tx


class Place(NamedTuple):
    """How far a reader has come; `tx` is 0 on SQLite and for events taken over from elsewhere."""

    tx: int
    position: int


BEGINNING: Final = Place(0, 0)

KINDS: Final = {
    # A post looks different, or is new, or gone: `subject_id` is the post, `actor_id` who did it.
    "post": "a new post (or boost) stands before its readers",
    "fetched": "a post of another server's was fetched; nobody's page shows it yet",
    "edit": "new words, pictures or poll",
    "delete": "gone (a post, or a boost)",
    "thread": "what it answers has become known",
    "reply": "an answer came, changed or went: the number of answers may differ",
    "like": "somebody likes it, or reacts with an emoji",
    "unlike": "no more",
    "boost": "somebody shares it; the boost itself is a `post`",
    "unboost": "no more; the boost itself is a `delete`",
    "quote": "a quote of it was allowed, refused, taken back or removed; `actor_id` is 0",
    "vote": "a vote in its poll, told by the poll's author",
    "poll": "the poll's count was told anew, or the poll has closed; `actor_id` is 0",
    "card": "the preview of the page that it links to has come",
    "pin": "its author features it",
    "unpin": "no more",
    # An actor: `subject_id` is the actor, `actor_id` who did it.
    "actor": "new, or changed: name, picture, fields, settings, moved, suspended, gone",
    "follow_request": "`actor_id` asks to follow",
    "follow": "`actor_id` follows",
    "unfollow": "`actor_id` follows no more, or asks no more, whoever ended it",
    "block": "`actor_id` blocks",
    "unblock": "no more",
    "mute": "`actor_id` mutes",
    "unmute": "no more",
    # For somebody alone.
    "notification": "`recipient_id` has a notification, `subject_id`",
    "report": "a report, `subject_id`, for those who keep order",
    "question": "what the department `actor_id` was asked is new, changed or gone; `subject_id`",
}
"""Every kind of event there is. Readers pass over kinds that they don't know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened (KINDS) to a post, a notification or an actor (`subject_id`), by
    `actor_id` at `at` (ms); `recipient_id` is the only one to be told, where it is not None.
    `person_id` is who of ours acted for the actor; it stays inside."""

    place: Place
    kind: str
    actor_id: int
    subject_id: int
    recipient_id: int | None
    at: int
    person_id: int | None = None


_SETTLED: Final = "{0}.tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_SELECT: Final = (
    "SELECT e.tx, e.position, e.kind, e.actor_id, e.subject_id, e.recipient_id, e.at, e.person_id"
    " FROM event e"
)


def _written_by(dialect: Dialect) -> str:
    """Return the SQL of the id of the transaction that writes."""
    return "0" if dialect == "sqlite" else "pg_current_xact_id()::text::bigint"


async def append(
    tx: Tx,
    kind: str,
    actor_id: int,
    subject_id: int,
    *,
    at: int,
    recipient: int | None = None,
    person: int | None = None,
) -> None:
    """Append one event, in the transaction of what it tells. Ids only, never content, so that
    erasure stays possible. Wake the topic `event` after the commit."""
    await tx.last(
        "INSERT INTO event (kind, actor_id, subject_id, recipient_id, person_id, at, tx)"
        f" VALUES (?, ?, ?, ?, ?, ?, {_written_by(tx.dialect)})",
        (kind, actor_id, subject_id, recipient, person, at),
    )


async def append_each(
    tx: Tx, kind: str, actor: str, subject: str, rest: str, params: Sequence[Param], *, at: int
) -> None:
    """Append one event for each row of a query, with the columns `actor` and `subject` of `rest`
    (FROM … WHERE …): what is to be changed by the next statement."""
    await tx.run(
        "INSERT INTO event (kind, actor_id, subject_id, at, tx)"
        f" SELECT ?, {actor}, {subject}, ?, {_written_by(tx.dialect)} {rest}",
        (kind, at, *params),
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
    row = await tx.one(newest_of(tx.dialect))
    if row is None and tx.dialect == "postgres":
        row = await tx.one("SELECT 0, max(position) FROM event WHERE tx = 0")
    return Place(row[0], row[1]) if row is not None and row[1] is not None else BEGINNING


def newest_of(dialect: Dialect) -> str:
    """Return the SQL of the place of the last event that may be read; no row where there is none,
    or only such as were taken over."""
    where, order = " WHERE e.position > 0", "e.position DESC"
    if dialect == "postgres":
        where, order = f" WHERE e.tx > 0 AND {_SETTLED.format('e')}", "e.tx DESC, e.position DESC"
    return f"SELECT e.tx, e.position FROM event e{where} ORDER BY {order} LIMIT 1"


async def _rows(tx: Tx, rest: str, params: list[Param]) -> list[Event]:
    return [
        Event(
            place=Place(row[0], row[1]),
            kind=row[2],
            actor_id=row[3],
            subject_id=row[4],
            recipient_id=row[5],
            at=row[6],
            person_id=row[7],
        )
        for row in await tx.rows(f"{_SELECT} WHERE {rest}", params)
    ]
