"""Who gets an activity of ours, as the tables say: follows, names, earlier reach, blocks, rules.

Pages of remote actors, then of inboxes a post was sent to. That a recipient is local, gone or
blocked is settled here; which of its inboxes, in outbox/address.py. fanout.py is the user.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from actors.effects import Recipients
from actors.people import Actor, ActorKind, Exposure
from actors.posts import Visibility
from actors.urls import host_of
from inbox.policies.blocklist import covering
from inbox.verdicts import without_port
from outbox.address import inbox_for

from .engine import Tx

REACHES_BLOCKED: Final = frozenset({"Block", "Undo", "Reject"})
TAKES_BACK: Final = frozenset({"Block", "Undo", "Reject", "Delete"})
SHAREABLE: Final = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})

_COLUMNS: Final = "a.id, a.uri, a.inbox, a.shared_inbox"
THERE: Final = "a.local = 0 AND a.suspended IS NULL AND a.deleted IS NULL"
NOT_BLOCKED: Final = (
    "NOT EXISTS (SELECT 1 FROM relation b WHERE b.kind = 'block' AND b.source_id = {0}"
    " AND b.target_id = {1}) AND NOT EXISTS (SELECT 1 FROM relation b WHERE b.kind = 'block'"
    " AND b.source_id = {1} AND b.target_id = {0})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fanout:
    """A fan-out row and what it says of its activity. `position` is how far it came."""

    id: int
    fence: int
    position: str
    recipients: Recipients
    activity_id: int
    uri: str
    actor_id: int
    actor_uri: str
    kind: str
    about: str
    post_id: int | None
    visible: Visibility
    created: int


class Target(NamedTuple):
    """One inbox; `actor_id` is 0 at a shared one. They sort as the cursor of a fan-out goes."""

    host: str
    inbox: str
    actor_id: int


async def may_leave(tx: Tx, fanout: Fanout) -> tuple[Fanout | None, bool]:
    """Return what of this may be sent, None for nothing, and whether to allow-listed servers
    alone.

    Whom a narrower exposure leaves out is still told what goes: a Delete where the post was
    sent, a Reject whoever followed.
    """
    row = await tx.one(
        "SELECT exposure, suspended, deleted FROM actor WHERE id = ?", (fanout.actor_id,)
    )
    if row is None or fanout.visible is Visibility.INTERNAL:
        return None, True
    if row[2] is not None and fanout.kind != "Delete":
        return None, True
    if row[1] is not None and fanout.kind not in TAKES_BACK:
        return None, True
    if row[0] == Exposure.OPEN.value:
        return fanout, False
    known = _where_known(fanout)
    if known is not None:
        return known, False
    return (fanout, True) if row[0] == Exposure.ALLOWED.value else (None, True)


def _where_known(fanout: Fanout) -> Fanout | None:
    """Return a withdrawal for those alone who have what it takes back; None for all else."""
    wanted = fanout.recipients
    if fanout.kind == "Delete" and wanted.of_post is not None:
        return replace(fanout, recipients=Recipients(of_post=wanted.of_post))
    if fanout.kind == "Reject":
        return replace(fanout, recipients=Recipients(actors=wanted.actors))
    return None


async def followers(tx: Tx, fanout: Fanout, after: int, limit: int) -> list[Actor]:
    """Return the next remote followers by id, without those blocked either way."""
    alike = fanout.recipients.alike
    kind = "" if alike is None else f" AND a.shares_groups = {int(alike)}"
    found = await tx.rows(
        f"SELECT {_COLUMNS} FROM relation f JOIN actor a ON a.id = f.source_id"
        " WHERE f.kind = 'follow' AND f.target_id = ? AND f.state = 'accepted'"
        f" AND f.source_id > ? AND {THERE}{kind}"
        f" AND {NOT_BLOCKED.format('f.target_id', 'f.source_id')} ORDER BY f.source_id LIMIT ?",
        (fanout.recipients.followers_of, after, limit),
    )
    return [_actor(row) for row in found]


async def named(tx: Tx, fanout: Fanout, ids: Sequence[int]) -> list[Actor]:
    """Return those of the named actors who may be sent this; a Block itself reaches the blocked."""
    blocks = "" if fanout.kind in REACHES_BLOCKED else f" AND {NOT_BLOCKED}"
    blocks = blocks.format(str(int(fanout.actor_id)), "a.id")
    found = await tx.rows(
        f"SELECT {_COLUMNS} FROM actor a WHERE a.id IN ({', '.join('?' * len(ids))})"
        f" AND {THERE}{blocks} ORDER BY a.id",
        ids,
    )
    return [_actor(row) for row in found]


async def reached(tx: Tx, fanout: Fanout, after: str, limit: int) -> list[Target]:
    """Return the next inboxes, by name, that a post was sent to and that this goes to as well.

    A Delete goes wherever the post went, also to those blocked since; new words of a post only
    where everyone may read them, for who has left its audience since isn't told more.
    """
    if fanout.kind != "Delete" and fanout.visible not in SHAREABLE:
        return []
    blocks = ""
    if fanout.kind != "Delete":
        blocks = f" AND {NOT_BLOCKED}".format(str(int(fanout.actor_id)), "r.actor_id")
    found = await tx.rows(
        "SELECT r.inbox, r.actor_id FROM reach r LEFT JOIN actor a ON a.id = r.actor_id"
        " WHERE r.post_id = ? AND r.inbox > ? AND a.suspended IS NULL AND a.deleted IS NULL"
        f"{blocks} ORDER BY r.inbox LIMIT ?",
        (fanout.recipients.of_post, after, limit),
    )
    return [Target(host_of(row[0]), row[0], row[1]) for row in found]


def targets_of(actors: Iterable[Actor], fanout: Fanout) -> Iterable[tuple[Target, str]]:
    """Yield each actor's inbox for a thing of this visibility, and the host the actor is of."""
    visible = Visibility.UNLISTED if fanout.recipients.by_name else fanout.visible
    for actor in actors:
        inbox = inbox_for(actor, visible)
        host = host_of(inbox)
        if host:
            shared = inbox == actor.shared_inbox
            yield Target(host, inbox, 0 if shared else actor.id), host_of(actor.uri)


async def welcome(tx: Tx, hosts: Iterable[str], only_allowed: bool) -> frozenset[str]:
    """Return those of the hosts that may be sent to: not blocked and, if so asked, on the list."""
    asked = set(hosts)
    names = {name for host in asked for name in _names(host)}
    kinds: dict[str, str] = {}
    ordered = sorted(names)
    for start in range(0, len(ordered), 500):
        part = ordered[start : start + 500]
        found = await tx.rows(
            f"SELECT domain, kind FROM domain_rule WHERE domain IN ({', '.join('?' * len(part))})",
            part,
        )
        kinds.update((row[0], row[1]) for row in found)
    return welcomed(asked, kinds, only_allowed=only_allowed)


def welcomed(
    hosts: Iterable[str], kinds: Mapping[str, str], *, only_allowed: bool
) -> frozenset[str]:
    """Return those of the hosts that may be sent to by these rules (domain -> allow or block)."""
    blocked = frozenset(name for name, kind in kinds.items() if kind == "block")
    allowed = frozenset(name for name, kind in kinds.items() if kind == "allow")
    return frozenset(
        host
        for host in hosts
        if not covering(host, blocked)
        and (not only_allowed or host in allowed or without_port(host) in allowed)
    )


def _names(host: str) -> Iterable[str]:
    labels = without_port(host).split(".")
    yield host
    for start in range(len(labels)):
        yield ".".join(labels[start:])


def _actor(row: tuple[Any, ...]) -> Actor:
    return Actor(
        id=row[0],
        kind=ActorKind.PERSON,
        uri=row[1],
        username="",
        inbox=row[2],
        shared_inbox=row[3],
    )
