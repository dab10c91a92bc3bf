"""Push subscriptions, and the small queue of what waits to be pushed.

A subscription is one token's and goes with it. What waits is written in the same unit as how far
the event table has been read, so that a crash loses nothing; it is taken under a lease that runs
out, so that one may be pushed twice, under the same notification's id. Who may be told is asked
again for each message when it is sent. fedi/push is the user.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from actors.people import Actor
from actors.posts import Post
from actors.relationships import Notification

from . import drafts, events, roles, told
from .engine import Param, Tx
from .events import Event, Place
from .queue import sending_held
from .rows import ACTOR, NOTIFICATION, POST
from .settings import put_setting, setting
from .timelines import Span
from .visibility import condition_by_row

PUSH_PLACE: Final = "push_place"
"""How far the event table has been read for push: `tx.position`."""
KEPT_MS: Final = 24 * 3_600_000
"""What could not be pushed for so long is given up: nobody waits for it any more."""
EVENTS_AT_ONCE: Final = 1_000

_SUBSCRIPTION: Final = (
    "id, token_id, actor_id, endpoint, p256dh, auth, standard, alerts, policy, bearer, created,"
    " failing"
)
_COLUMNS: Final = tuple(name.strip() for name in _SUBSCRIPTION.split(","))
_SELECTED: Final = ", ".join(f"s.{name}" for name in _COLUMNS)
_OF_DRAFT: Final = drafts.told()
_HOLDS: Final = (
    "t.revoked IS NULL AND h.departed IS NULL AND a.suspended IS NULL AND a.deleted IS NULL"
    f" AND {roles.holds('t.person_id', 't.actor_id')}"
)
"""That a token (t) still speaks for its actor (a), by its person (h) and their role; it takes
the moment roles.HOLDS_TIMES times."""
_SPEAKER: Final = "JOIN person h ON h.id = t.person_id JOIN actor a ON a.id = t.actor_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Where one token's app is told, of what (`alerts`) and by whom (`policy`); `bearer` is
    sealed. `standard` is whether the app reads RFC 8291; times in ms."""

    id: int
    token_id: int
    actor_id: int
    endpoint: str
    p256dh: bytes
    auth: bytes
    standard: bool
    alerts: frozenset[str]
    policy: str
    bearer: bytes
    created: int
    failing: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message in a worker's hands, after so many tries; `created` is when it was written."""

    subscription_id: int
    notification_id: int
    created: int
    tries: int


@dataclass(frozen=True, slots=True)
class Due:
    """All that a message is made of. `language` is its reader's; `post` is what it is about, if
    anything, `waiting` (HTML) what a draft says; `answers_them` is whether the post answers one of
    the reader's."""

    subscription: Subscription
    notification: Notification
    language: str
    by: Actor
    post: Post | None
    answers_them: bool
    waiting: str = ""


def _read(row: Sequence[Any]) -> Subscription:
    values = dict(zip(_COLUMNS, row, strict=False))
    values["standard"] = bool(values["standard"])
    values["alerts"] = frozenset(values["alerts"].split())
    return Subscription(**values)


# -- subscriptions


async def of_token(tx: Tx, token_id: int) -> Subscription | None:
    """Return a token's subscription."""
    row = await tx.one(
        f"SELECT {_SUBSCRIPTION} FROM push_subscription WHERE token_id = ?", (token_id,)
    )
    return _read(row) if row is not None else None


async def subscribe(tx: Tx, new: Subscription) -> Subscription:
    """Give a token its one subscription, in place of any before it; `new.id` is not looked at."""
    await unsubscribe(tx, new.token_id)
    await tx.run(
        "INSERT INTO push_subscription (token_id, actor_id, endpoint, p256dh, auth, standard,"
        " alerts, policy, bearer, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.token_id,
            new.actor_id,
            new.endpoint,
            new.p256dh,
            new.auth,
            int(new.standard),
            " ".join(sorted(new.alerts)),
            new.policy,
            new.bearer,
            new.created,
        ),
    )
    made = await of_token(tx, new.token_id)
    if made is None:
        raise LookupError("the subscription was not written")
    return made


async def change(tx: Tx, token_id: int, alerts: frozenset[str], policy: str) -> Subscription | None:
    """Change what a token's app is told of; None where it has no subscription."""
    await tx.run(
        "UPDATE push_subscription SET alerts = ?, policy = ? WHERE token_id = ?",
        (" ".join(sorted(alerts)), policy, token_id),
    )
    return await of_token(tx, token_id)


async def unsubscribe(tx: Tx, token_id: int) -> None:
    """Drop a token's subscription and what waits for it."""
    await tx.run(
        "DELETE FROM push_message WHERE subscription_id IN"
        " (SELECT id FROM push_subscription WHERE token_id = ?)",
        (token_id,),
    )
    await tx.run("DELETE FROM push_subscription WHERE token_id = ?", (token_id,))


async def drop(tx: Tx, subscription_id: int) -> None:
    """Drop a subscription that its service knows no more, and what waits for it."""
    await tx.run("DELETE FROM push_message WHERE subscription_id = ?", (subscription_id,))
    await tx.run("DELETE FROM push_subscription WHERE id = ?", (subscription_id,))


async def drop_unheld(tx: Tx, now: int) -> int:
    """Drop the subscriptions whose token was revoked or speaks for its actor no more."""
    gone = await unheld(tx, now)
    for id in gone:
        await drop(tx, id)
    return len(gone)


async def unheld(tx: Tx, now: int) -> list[int]:
    """Return the subscriptions that `drop_unheld` would drop."""
    rows = await tx.rows(
        "SELECT s.id FROM push_subscription s WHERE NOT EXISTS (SELECT 1 FROM token t"
        f" {_SPEAKER} WHERE t.id = s.token_id AND {_HOLDS})",
        (now,) * roles.HOLDS_TIMES,
    )
    return [row[0] for row in rows]


# -- from events to messages


class News(NamedTuple):
    """How far the events go, whether some of them concern a subscription, whether more follow."""

    place: Place
    concern: bool
    more: bool


async def news(tx: Tx, after: Place) -> News:
    """Look at the next events after a place. Reads only; `collect` writes."""
    found = await events.read(tx, after, EVENTS_AT_ONCE)
    if not found:
        return News(after, False, False)
    whom = (e.recipient_id for e in found if e.kind == "notification")
    concerned = sorted({id for id in whom if id is not None})
    some = False
    for start in range(0, len(concerned), 500):
        part = concerned[start : start + 500]
        row = await tx.one(
            f"SELECT 1 FROM push_subscription WHERE actor_id IN ({_marks(part)}) LIMIT 1", part
        )
        some = some or row is not None
    return News(found[-1].place, some, len(found) == EVENTS_AT_ONCE)


async def collect(tx: Tx, now: int) -> bool:
    """Write a message for each subscription that the next events concern; True while more follow.

    Events older than a day are passed over, as is what happened before somebody subscribed.
    """
    await tx.lock("push")
    after = await place(tx)
    if after is None:
        await _note(tx, await events.newest(tx))
        return False
    found = await events.read(tx, after, EVENTS_AT_ONCE)
    news = [e for e in found if _is_told(e) and e.at > now - KEPT_MS]
    for start in range(0, len(news), 500):
        messages = await _wanted(tx, [e.subject_id for e in news[start : start + 500]])
        await tx.many(
            "INSERT INTO push_message (subscription_id, notification_id, created, due, tries)"
            " VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
            [(*message, now, now) for message in messages],
        )
    if found:
        await _note(tx, found[-1].place)
    return len(found) == EVENTS_AT_ONCE


async def place(tx: Tx) -> Place | None:
    """Return how far the event table has been read for push; None before the first time."""
    kept = await setting(tx, PUSH_PLACE)
    if not kept:
        return None
    number, _, position = kept.partition(".")
    return Place(int(number), int(position))


async def _note(tx: Tx, at: Place) -> None:
    await put_setting(tx, PUSH_PLACE, f"{at.tx}.{at.position}")


def _is_told(event: Event) -> bool:
    return event.kind == "notification" and event.recipient_id is not None


async def _wanted(tx: Tx, notifications: list[int]) -> list[tuple[int, int]]:
    """Return (subscription, notification) of what apps asked to be told of."""
    follow = (
        "EXISTS (SELECT 1 FROM relation f WHERE f.kind = 'follow' AND f.state = 'accepted'"
        " AND f.source_id = {} AND f.target_id = {})"
    )
    rows = await tx.rows(
        "SELECT s.id, n.id, n.kind, s.alerts, s.policy,"
        f" {follow.format('n.recipient_id', 'n.by_id')},"
        f" {follow.format('n.by_id', 'n.recipient_id')}"
        " FROM notification n JOIN push_subscription s ON s.actor_id = n.recipient_id"
        f" WHERE n.id IN ({_marks(notifications)}) AND s.created <= n.created",
        notifications,
    )
    return [
        (subscription, notification)
        for subscription, notification, kind, alerts, policy, follows, followed in rows
        if kind in alerts.split() and _passes(policy, bool(follows), bool(followed))
    ]


def _passes(policy: str, follows: bool, followed: bool) -> bool:
    """Return whether whoever did it is one of those whom the reader wants to be told of."""
    match policy:
        case "all":
            return True
        case "followed":
            return follows
        case "follower":
            return followed
    return False


# -- the queue

_THIS: Final = "(w.subscription_id = ? AND w.notification_id = ?)"


async def lease(tx: Tx, now: int, until: int, limit: int) -> list[Waiting]:
    """Take the messages that are due, the longest waiting first; none in a restored copy that
    nobody has confirmed yet. What is too old is dropped."""
    await tx.lock("push")
    if await sending_held(tx):
        return []
    await tx.run("DELETE FROM push_message WHERE due <= ? AND created <= ?", (now, now - KEPT_MS))
    rows = await tx.rows(
        "SELECT subscription_id, notification_id, created, tries FROM push_message"
        " WHERE due <= ? ORDER BY due, notification_id LIMIT ?",
        (now, limit),
    )
    taken = [Waiting(*row) for row in rows]
    await tx.many(
        "UPDATE push_message SET due = ? WHERE subscription_id = ? AND notification_id = ?",
        [(until, one.subscription_id, one.notification_id) for one in taken],
    )
    return taken


async def is_due(tx: Tx, now: int) -> bool:
    """Return whether there is anything to take."""
    row = await tx.one("SELECT 1 FROM push_message WHERE due <= ? LIMIT 1", (now,))
    return row is not None


async def hydrate(tx: Tx, taken: Sequence[Waiting], now: int) -> dict[tuple[int, int], Due]:
    """Return what each message is made of, by (subscription, notification).

    Left out is what may not be told (any more): the token was revoked, the role has ended, the
    notification or its post is gone; and what its reader's own list of notifications would not
    show: from somebody blocked or muted, of a muted conversation, held back by their policy.
    """
    if not taken:
        return {}
    rows = await tx.rows(
        f"SELECT {_SELECTED}, {NOTIFICATION.selected('n')}, {ACTOR.selected('b')}, h.language,"
        " (SELECT q.author_id FROM post q WHERE q.id = p.in_reply_to),"
        " (SELECT x.html FROM draft x WHERE x.id = n.post_id),"
        f" {POST.selected('p')} FROM push_message w"
        f" JOIN push_subscription s ON s.id = w.subscription_id"
        f" JOIN token t ON t.id = s.token_id {_SPEAKER}"
        " JOIN notification n ON n.id = w.notification_id AND n.recipient_id = s.actor_id"
        " JOIN actor b ON b.id = n.by_id AND b.suspended IS NULL AND b.deleted IS NULL"
        f" LEFT JOIN post p ON p.id = n.post_id AND {condition_by_row('s.actor_id')}"
        f" WHERE ({' OR '.join([_THIS] * len(taken))})"
        f" AND {_HOLDS} AND (n.post_id = 0 OR p.id IS NOT NULL OR n.kind = '{told.REPORT}'"
        f" OR {_OF_DRAFT})",
        [
            *(key for one in taken for key in (one.subscription_id, one.notification_id)),
            *(now,) * (roles.HOLDS_TIMES + drafts.TOLD_TIMES),
        ],
    )
    found = [due for row in rows if await _is_listed(tx, due := _due(row), now)]
    return {(due.subscription.id, due.notification.id): due for due in found}


async def _is_listed(tx: Tx, due: Due, now: int) -> bool:
    id = due.notification.id
    only = Span(limit=1, above=id - 1, below=id + 1)
    return bool(await told.listed(tx, due.subscription.actor_id, told.Choice(), only, now))


def _due(row: Sequence[Any]) -> Due:
    told = row[len(_COLUMNS) :]
    by = told[len(NOTIFICATION.columns) :]
    language, answered, waiting, *post = by[len(ACTOR.columns) :]
    subscription = _read(row)
    return Due(
        subscription=subscription,
        notification=NOTIFICATION.decode(told),
        language=language,
        by=ACTOR.decode(by),
        post=POST.decode(post) if post[0] is not None else None,
        answers_them=answered == subscription.actor_id,
        waiting=waiting or "",
    )


async def done(tx: Tx, one: Waiting, *, reached: bool) -> None:
    """Forget a message that was pushed (`reached`) or has nobody left to be pushed to."""
    await tx.run(
        "DELETE FROM push_message WHERE subscription_id = ? AND notification_id = ?",
        (one.subscription_id, one.notification_id),
    )
    if reached:
        await tx.run(
            "UPDATE push_subscription SET failing = NULL WHERE id = ? AND failing IS NOT NULL",
            (one.subscription_id,),
        )


async def again(tx: Tx, one: Waiting, due: int, now: int) -> int:
    """Put a message back until `due` (ms), and with it what else waits for that app; return since
    when nothing has reached it."""
    await tx.run(
        "UPDATE push_message SET tries = tries + 1, due = ?"
        " WHERE subscription_id = ? AND notification_id = ?",
        (due, one.subscription_id, one.notification_id),
    )
    params: list[Param] = [due, one.subscription_id, due]
    await tx.run("UPDATE push_message SET due = ? WHERE subscription_id = ? AND due < ?", params)
    await tx.run(
        "UPDATE push_subscription SET failing = ? WHERE id = ? AND failing IS NULL",
        (now, one.subscription_id),
    )
    row = await tx.one("SELECT failing FROM push_subscription WHERE id = ?", (one.subscription_id,))
    return int(row[0]) if row is not None and row[0] is not None else now


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
