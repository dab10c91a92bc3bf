"""Notifications as their recipient reads them: which there are, in groups, and by whose leave.

Mutes, blocks and the policy are applied on reading, so that what was hidden comes back with the
end of a mute; only `dropped` ones are never shown. A request is the pile of one sender's
notifications that the policy holds back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from actors import ids
from actors.audience import LocalActor
from actors.relationships import NotificationKind

from . import drafts, visibility
from .collections import NOTICES
from .engine import Param, Tx
from .timelines import Span

REPORT: Final = NotificationKind.REPORT.value
NEW_ACCOUNT_MS: Final = 30 * 86_400_000
NEW_FOLLOWER_MS: Final = 3 * 86_400_000
GROUPED: Final = ("favourite", "reblog", "follow", "admin.sign_up")
GROUP_MS: Final = 12 * 3_600_000
"""Notifications of one kind about one post are one group within twelve hours."""
_LAST_GROUP: Final = (1 << 62) // GROUP_MS
"""Beyond it the end of a group would be no number that a database keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What to do with notifications of each sort: accept, filter (ask first) or drop."""

    for_not_following: str = "accept"
    for_not_followers: str = "accept"
    for_new_accounts: str = "accept"
    for_private_mentions: str = "filter"
    for_limited_accounts: str = "filter"


SORTS: Final = tuple(one.name for one in fields(Policy))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notification about a post, a collection or a report, or about none of them (0)."""

    id: int
    kind: str
    by_id: int
    post_id: int
    created: int
    collection_id: int = 0
    report_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which notifications: of these kinds (all if empty), without those, of one sender; `held`
    ones are shown only where they are asked for."""

    kinds: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    by_id: int | None = None
    held: bool = False


# -- the policy


async def policy(tx: Tx, me: int) -> Policy:
    """Return an actor's policy."""
    row = await tx.one(
        f"SELECT {', '.join(SORTS)} FROM notification_policy WHERE actor_id = ?", (me,)
    )
    return Policy() if row is None else Policy(**dict(zip(SORTS, row, strict=True)))


async def set_policy(tx: Tx, me: int, new: Policy) -> None:
    """Keep an actor's policy."""
    names = ", ".join(SORTS)
    changes = ", ".join(f"{name} = excluded.{name}" for name in SORTS)
    await tx.run(
        f"INSERT INTO notification_policy (actor_id, {names}) VALUES (?, ?, ?, ?, ?, ?)"
        f" ON CONFLICT (actor_id) DO UPDATE SET {changes}",
        (me, *(getattr(new, name) for name in SORTS)),
    )


_SORTS: Final[dict[str, tuple[str, str]]] = {
    # Condition over notification n, and the parameters it takes: me, or a time.
    "for_not_following": (
        "NOT EXISTS (SELECT 1 FROM relation s1 WHERE s1.kind = 'follow' AND s1.source_id = ?"
        " AND s1.target_id = n.by_id AND s1.state = 'accepted')",
        "m",
    ),
    "for_not_followers": (
        "NOT EXISTS (SELECT 1 FROM relation s2 WHERE s2.kind = 'follow' AND s2.target_id = ?"
        " AND s2.source_id = n.by_id AND s2.state = 'accepted' AND s2.created < ?)",
        "mf",
    ),
    "for_new_accounts": (
        "EXISTS (SELECT 1 FROM actor s3 WHERE s3.id = n.by_id AND s3.created > ?)",
        "n",
    ),
    "for_private_mentions": (
        "(n.kind = 'mention' AND EXISTS (SELECT 1 FROM post s4 WHERE s4.id = n.post_id"
        " AND s4.visibility = 'direct' AND NOT EXISTS (SELECT 1 FROM post s5"
        " WHERE s5.id = s4.in_reply_to AND s5.author_id = ?)))",
        "m",
    ),
}


def _meets(me: int, chosen: Policy, what: str, now: int) -> tuple[str, list[Param]]:
    """Return (SQL, parameters): true of a notification that the policy says `what` to."""
    parts: list[str] = []
    params: list[Param] = []
    values = {"m": me, "f": now - NEW_FOLLOWER_MS, "n": now - NEW_ACCOUNT_MS}
    for sort, (condition, takes) in _SORTS.items():
        if getattr(chosen, sort) == what:
            parts.append(condition)
            params += [values[one] for one in takes]
    if not parts:
        return "", []
    # Colleagues are never strangers, whom one follows has leave, and so has whom one let in.
    text = (
        f"(({' OR '.join(parts)}) AND n.kind NOT LIKE 'admin.%' AND n.kind <> 'poll'"
        " AND NOT EXISTS (SELECT 1 FROM actor c WHERE c.id = n.by_id AND c.local = 1)"
        " AND NOT EXISTS (SELECT 1 FROM notification_request l WHERE l.actor_id = ?"
        " AND l.by_id = n.by_id AND l.state = 'accepted'))"
    )
    return text, [*params, me]


# -- lists

_COLUMNS: Final = "n.id, n.kind, n.by_id, n.post_id, n.created"
_OF_DRAFT: Final = drafts.told()
_NOTICES: Final = ", ".join(f"'{kind}'" for kind in NOTICES)
_WANTED: Final = (
    " AND NOT EXISTS (SELECT 1 FROM relation b WHERE b.source_id = ? AND b.target_id = n.by_id"
    " AND b.kind = 'block')"
    " AND NOT EXISTS (SELECT 1 FROM relation u JOIN acquaintance q ON q.owner_id = u.source_id"
    " AND q.other_id = u.target_id WHERE u.kind = 'mute' AND u.source_id = ?"
    " AND u.target_id = n.by_id AND q.mutes_notifications = 1)"
    " AND EXISTS (SELECT 1 FROM actor g WHERE g.id = n.by_id AND g.deleted IS NULL"
    " AND g.suspended IS NULL AND NOT EXISTS (SELECT 1 FROM domain_mute v"
    " WHERE v.actor_id = ? AND v.domain = g.domain AND g.local = 0))"
)
_ORDER: Final = (
    " AND (n.kind NOT LIKE 'admin.%' OR EXISTS (SELECT 1 FROM person k WHERE k.actor_id = ?"
    " AND k.admin = 1 AND k.departed IS NULL))"
)


async def listed(tx: Tx, me: int, choice: Choice, span: Span, now: int) -> list[Told]:
    """Return a page of notifications, newest first."""
    where, params = await _where(tx, me, choice, now)
    order = "ASC" if span.upward else "DESC"
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM notification n WHERE n.recipient_id = ? AND n.id > ?"
        f" AND n.id < ?{where} ORDER BY n.id {order} LIMIT ?",
        [me, span.above, span.below, *params, span.limit],
    )
    found = [_told(row) for row in rows]
    return found[::-1] if span.upward else found


async def one(tx: Tx, me: int, id: int, now: int) -> Told | None:
    """Return one notification of an actor's."""
    where, params = await _where(tx, me, Choice(held=True), now)
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM notification n WHERE n.recipient_id = ? AND n.id = ?{where}",
        [me, id, *params],
    )
    return None if row is None else _told(row)


async def unread(tx: Tx, me: int, choice: Choice, after: int, most: int, now: int) -> int:
    """Return how many notifications lie above an id, `most` at most."""
    where, params = await _where(tx, me, choice, now)
    row = await tx.one(
        "SELECT count(*) FROM (SELECT 1 FROM notification n WHERE n.recipient_id = ? AND n.id > ?"
        f"{where} LIMIT ?) counted",
        [me, after, *params, most],
    )
    return 0 if row is None else int(row[0])


async def _where(tx: Tx, me: int, choice: Choice, now: int) -> tuple[str, list[Param]]:
    parts = [_WANTED]
    params: list[Param] = [me, me, me]
    # A post that the recipient may see no more takes its notifications with it, and so does a
    # collection that the recipient is in no more; who keeps order no more isn't told what was.
    condition, seen = visibility.condition(LocalActor(me))
    parts.append(
        f"{_ORDER} AND (n.post_id = 0 OR n.kind = '{REPORT}'"
        f" OR (n.kind IN ({_NOTICES}) AND EXISTS (SELECT 1 FROM collection_item i"
        " WHERE i.collection_id = n.post_id AND i.account_id = ?"
        " AND i.state = 'accepted')) OR EXISTS (SELECT 1 FROM post p WHERE p.id = n.post_id"
        f" AND {condition} AND NOT EXISTS (SELECT 1 FROM thread_mute h WHERE h.actor_id = ?"
        " AND h.root = CASE WHEN p.context <> '' THEN p.context ELSE p.uri END))"
        f" OR {_OF_DRAFT})"
    )
    params += [me, me, *seen, me, *(now,) * drafts.TOLD_TIMES]
    if choice.kinds:
        parts.append(f" AND n.kind IN ({', '.join('?' * len(choice.kinds))})")
        params += choice.kinds
    if choice.without:
        parts.append(f" AND n.kind NOT IN ({', '.join('?' * len(choice.without))})")
        params += choice.without
    if choice.by_id is not None:
        parts.append(" AND n.by_id = ?")
        params.append(choice.by_id)
    chosen = await policy(tx, me)
    for what in ("drop",) if choice.held else ("drop", "filter"):
        text, values = _meets(me, chosen, what, now)
        if text:
            parts.append(f" AND NOT {text}")
            params += values
    return "".join(parts), params


def _told(row: Sequence[Any]) -> Told:
    id, kind, by_id, about, created = row
    collection, report = about * (kind in NOTICES), about * (kind == REPORT)
    return Told(
        id=id,
        kind=kind,
        by_id=by_id,
        post_id=about - collection - report,
        created=created,
        collection_id=collection,
        report_id=report,
    )


async def dismiss(tx: Tx, me: int, ids: Sequence[int]) -> None:
    """Take notifications away."""
    if ids:
        await tx.run(
            "DELETE FROM notification WHERE recipient_id = ?"
            f" AND id IN ({', '.join('?' * len(ids))})",
            (me, *ids),
        )


async def clear(tx: Tx, me: int) -> None:
    """Take all of an actor's notifications away."""
    await tx.run("DELETE FROM notification WHERE recipient_id = ?", (me,))


# -- groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Notifications of one kind about one post (or none), near in time; newest first."""

    key: str
    kind: str
    post_id: int
    members: tuple[Told, ...]


def key_of(told: Told, grouped: Sequence[str]) -> str:
    """Return the key of the group that a notification belongs to; it has no slash."""
    if told.kind not in grouped or told.kind not in GROUPED:
        return f"ungrouped-{told.id}"
    return f"{told.kind}-{told.post_id}-{told.created // GROUP_MS}"


def groups(told: Sequence[Told], grouped: Sequence[str]) -> list[Group]:
    """Return notifications in groups, in the order of the newest of each."""
    found: dict[str, list[Told]] = {}
    for member in told:
        found.setdefault(key_of(member, grouped), []).append(member)
    return [
        Group(key=key, kind=one[0].kind, post_id=one[0].post_id, members=tuple(one))
        for key, one in found.items()
    ]


async def members(tx: Tx, me: int, key: str, span: Span, now: int) -> list[Told]:
    """Return the notifications of one group, newest first."""
    kind, _, rest = key.partition("-")
    if kind == "ungrouped":
        found = await one(tx, me, ids.parse(rest) or 0, now)
        return [] if found is None else [found]
    post, _, bucket = rest.partition("-")
    about, number = ids.parse(post), ids.parse(bucket)
    if kind not in GROUPED or about is None or number is None or number > _LAST_GROUP:
        return []
    where, params = await _where(tx, me, Choice(kinds=(kind,), held=True), now)
    start = number * GROUP_MS
    rows = await tx.rows(
        f"SELECT {_COLUMNS} FROM notification n WHERE n.recipient_id = ? AND n.post_id = ?"
        f" AND n.created >= ? AND n.created < ? AND n.id > ? AND n.id < ?{where}"
        " ORDER BY n.id DESC LIMIT ?",
        [me, about, start, start + GROUP_MS, span.above, span.below, *params, span.limit],
    )
    return [_told(row) for row in rows]


async def counts(tx: Tx, me: int, found: Sequence[Group]) -> dict[str, int]:
    """Return how many notifications each of these groups has in all."""
    wide = [group for group in found if not group.key.startswith("ungrouped-")]
    if not wide:
        return {}
    rows = await tx.rows(
        "SELECT kind, post_id, span, count(*) FROM (SELECT kind, post_id, created / ? AS span"
        " FROM notification WHERE recipient_id = ?"
        f" AND post_id IN ({', '.join('?' * len(wide))})) n GROUP BY kind, post_id, span",
        (GROUP_MS, me, *(group.post_id for group in wide)),
    )
    return {f"{row[0]}-{row[1]}-{row[2]}": row[3] for row in rows}


# -- requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody whose notifications are held; its id is the sender's."""

    by_id: int
    count: int
    first: int
    last: int
    post_id: int


async def requests(
    tx: Tx, me: int, span: Span, now: int, *, by_id: int | None = None
) -> list[Request]:
    """Return who waits to be let in, those heard of last first; cursors are notifications' ids."""
    held, params = _meets(me, await policy(tx, me), "filter", now)
    if not held:
        return []
    only = "" if by_id is None else " AND n.by_id = ?"
    rows = await tx.rows(
        "SELECT n.by_id, count(*), min(n.created), max(n.id),"
        f" max(CASE WHEN n.kind IN ({_NOTICES}) THEN 0 ELSE n.post_id END) FROM notification n"
        f" WHERE n.recipient_id = ? AND {held}{_WANTED}{only}"
        " AND NOT EXISTS (SELECT 1 FROM notification_request d WHERE d.actor_id = ?"
        " AND d.by_id = n.by_id AND d.state = 'dismissed' AND n.created <= d.at)"
        " GROUP BY n.by_id HAVING max(n.id) > ? AND max(n.id) < ? ORDER BY max(n.id) DESC LIMIT ?",
        [
            me, *params, me, me, me, *([] if by_id is None else [by_id]), me,
            span.above, span.below, span.limit,
        ],
    )  # fmt: skip
    return [
        Request(by_id=row[0], count=row[1], first=row[2], last=row[3], post_id=row[4])
        for row in rows
    ]


async def answer(tx: Tx, me: int, by_ids: Sequence[int], state: str, now: int) -> int:
    """Let senders in (accepted), or put what they sent away (dismissed); return how many of these
    have sent anything. Of others nothing is noted."""
    return sum(
        [
            await tx.run(
                "INSERT INTO notification_request (actor_id, by_id, state, at)"
                " SELECT ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM notification n"
                " WHERE n.recipient_id = ? AND n.by_id = ?) ON CONFLICT (actor_id, by_id)"
                " DO UPDATE SET state = excluded.state, at = excluded.at",
                (me, by_id, state, now, me, by_id),
            )
            for by_id in by_ids
        ]
    )
