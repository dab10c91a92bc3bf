"""Groups: their rules, who is in them and who manages them.

A post is in a group that is among its addressees; authored.py reads a group's. Who may see it is
visibility.py's to say, who may know of the group knowing.py's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from actors.elsewhere import is_closed, is_elsewhere
from actors.grouping import Access, Grouping, Invitation, Standing
from actors.people import Actor, Person

from .engine import Param, Tx
from .rows import ACTOR, GROUPING, INVITATION, PERSON
from .timelines import Row, Span

_IS_MEMBER: Final = (
    "EXISTS (SELECT 1 FROM relation m WHERE m.kind = 'follow' AND m.source_id = ?"
    " AND m.target_id = g.actor_id AND m.state = 'accepted')"
)
_IS_INVITED: Final = (
    "EXISTS (SELECT 1 FROM invitation i WHERE i.group_id = g.actor_id AND i.actor_id = ?)"
)
_MANAGERS: Final = (
    "SELECT q.actor_id FROM membership r JOIN person q ON q.id = r.person_id"
    " AND q.departed IS NULL WHERE r.actor_id = {0} AND r.role = 'manager' AND r.starts <= ?"
    " AND (r.ends IS NULL OR r.ends > ?)"
    " UNION SELECT x.actor_id FROM group_manager x WHERE x.group_id = {0}"
)
_STANDING: Final = (
    f"SELECT {GROUPING.selected('g')}, {_IS_MEMBER}, {_IS_INVITED},"
    f" CASE WHEN ? IN ({_MANAGERS.format('g.actor_id')}) THEN 1 ELSE 0 END"
    " FROM grouping g WHERE g.actor_id = ?"
)


async def standing(tx: Tx, group: Actor, who: int, now: int) -> Standing | None:
    """Return how an actor stands to a group; None where it has no rules. A group manages itself."""
    row = await tx.one(_STANDING, (who, who, who, now, now, group.id))
    if row is None:
        return await _standing_elsewhere(tx, group, who)
    member, invited, manager = row[len(GROUPING.columns) :][:3]
    return Standing(
        group=group,
        rules=GROUPING.decode(row),
        member=bool(member),
        manager=bool(manager) or who == group.id,
        invited=bool(invited),
    )


async def _standing_elsewhere(tx: Tx, group: Actor, who: int) -> Standing | None:
    """Return how one of ours stands to a closed group of another server; what else its rules are
    is for that server to say."""
    if not (is_elsewhere(group) and is_closed(group)):
        return None
    closed = Grouping(actor_id=group.id, access=Access.CLOSED)
    member = await members_among(tx, (group.id,), (who,))
    return Standing(group=group, rules=closed, member=bool(member))


async def rules(tx: Tx, group_id: int) -> Grouping | None:
    """Return the rules of a group, None where it is none or has none."""
    row = await tx.one(f"{GROUPING.select} WHERE actor_id = ?", (group_id,))
    return None if row is None else GROUPING.decode(row)


async def of_post(tx: Tx, post_id: int) -> tuple[Actor, ...]:
    """Return the groups that a post was posted in: of ours those with rules, of other servers the
    closed ones."""
    rows = await tx.rows(
        f"SELECT {ACTOR.selected('a')} FROM addressee d JOIN actor a ON a.id = d.actor_id"
        " AND a.kind = 'Group' LEFT JOIN grouping g ON g.actor_id = a.id WHERE d.post_id = ?"
        " AND ((a.local = 1 AND g.actor_id IS NOT NULL)"
        " OR (a.local = 0 AND a.shares_groups = 1 AND a.locked = 1)) ORDER BY a.id",
        (post_id,),
    )
    return tuple(ACTOR.decode(row) for row in rows)


async def managers(tx: Tx, group_id: int, now: int) -> tuple[int, ...]:
    """Return the actors that manage a group at `now` (ms): of ours who have that role, and those
    of other servers that were made so."""
    rows = await tx.rows(_MANAGERS.format("?"), (group_id, now, now, group_id))
    return tuple(sorted(row[0] for row in rows))


async def managed_by(tx: Tx, person_id: int, now: int) -> list[int]:
    """Return the groups that a person manages by a role of their own."""
    rows = await tx.rows(
        "SELECT r.actor_id FROM membership r JOIN grouping g ON g.actor_id = r.actor_id"
        " WHERE r.person_id = ? AND r.role = 'manager' AND r.starts <= ?"
        " AND (r.ends IS NULL OR r.ends > ?) ORDER BY r.actor_id",
        (person_id, now, now),
    )
    return [row[0] for row in rows]


async def members_among(tx: Tx, groups: Sequence[int], ids: Sequence[int]) -> frozenset[int]:
    """Return those of these actors that are members of one of the groups."""
    if not groups or not ids:
        return frozenset()
    rows = await tx.rows(
        "SELECT DISTINCT source_id FROM relation WHERE kind = 'follow' AND state = 'accepted'"
        f" AND target_id IN ({_marks(groups)}) AND source_id IN ({_marks(ids)})",
        (*groups, *ids),
    )
    return frozenset(row[0] for row in rows)


async def invitation(tx: Tx, group_id: int, actor_id: int) -> Invitation | None:
    """Return the invitation of an actor to a group."""
    row = await tx.one(
        f"{INVITATION.select} WHERE group_id = ? AND actor_id = ?", (group_id, actor_id)
    )
    return None if row is None else INVITATION.decode(row)


async def invited(tx: Tx, group_id: int) -> list[Actor]:
    """Return who is invited to a group and has not joined, the newest first."""
    rows = await tx.rows(
        f"SELECT {ACTOR.selected('a')} FROM invitation i JOIN actor a ON a.id = i.actor_id"
        " WHERE i.group_id = ? AND a.deleted IS NULL ORDER BY i.created DESC, a.id",
        (group_id,),
    )
    return [ACTOR.decode(row) for row in rows]


async def answered(tx: Tx, group_id: int, follower_id: int) -> None:
    """Take from the managers of a group that somebody asks to join: it was answered, or taken
    back. Of one whom others ask nothing is taken."""
    await tx.run(
        "DELETE FROM notification WHERE kind = 'follow_request' AND by_id = ? AND recipient_id IN"
        " (SELECT q.actor_id FROM grouping g JOIN membership r ON r.actor_id = g.actor_id"
        " JOIN person q ON q.id = r.person_id WHERE g.actor_id = ?)"
        " AND NOT EXISTS (SELECT 1 FROM relation w WHERE w.kind = 'follow' AND w.source_id = ?"
        " AND w.target_id = notification.recipient_id AND w.state = 'pending')",
        (follower_id, group_id, follower_id),
    )


async def asking(tx: Tx, targets: Sequence[int], span: Span) -> list[Row]:
    """Return a page of (cursor, actor) of who asks to follow any of these actors, to join any of
    these groups, newest first; the cursor is the number of the newest request."""
    order = "ASC" if span.upward else "DESC"
    rows = await tx.rows(
        # CROSS JOIN: from each of those who are asked on.
        "SELECT max(r.number) AS newest, r.source_id FROM actor t CROSS JOIN relation r"
        f" CROSS JOIN actor a WHERE t.id IN ({_marks(targets)}) AND r.kind = 'follow'"
        " AND r.target_id = t.id AND r.state = 'pending' AND a.id = r.source_id"
        " AND a.deleted IS NULL AND a.suspended IS NULL"
        " GROUP BY r.source_id HAVING max(r.number) > ? AND max(r.number) < ?"
        f" ORDER BY newest {order} LIMIT ?",
        (*targets, span.above, span.below, span.limit),
    )
    found = [(row[0], row[1]) for row in rows]
    return found[::-1] if span.upward else found


async def asked_of(tx: Tx, targets: Sequence[int], follower_id: int) -> int | None:
    """Return whom of these an actor has asked first, and waits for an answer."""
    row = await tx.one(
        "SELECT target_id FROM relation WHERE kind = 'follow' AND source_id = ?"
        f" AND target_id IN ({_marks(targets)}) AND state = 'pending'"
        " ORDER BY created, target_id LIMIT 1",
        (follower_id, *targets),
    )
    return None if row is None else int(row[0])


async def person_of(tx: Tx, actor_id: int) -> Person | None:
    """Return the person whose own actor this is."""
    row = await tx.one(f"{PERSON.select} WHERE actor_id = ?", (actor_id,))
    return None if row is None else PERSON.decode(row)


# -- which there are


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A group as a list shows it, to one who may know of it; `state` is how they stand to it:
    member, asked, invited or ""."""

    group: Actor
    rules: Grouping
    members: int
    state: str = ""


_STATE: Final = (
    "CASE WHEN EXISTS (SELECT 1 FROM relation s WHERE s.kind = 'follow' AND s.source_id = ?"
    " AND s.target_id = a.id AND s.state = 'accepted') THEN 'member'"
    " WHEN EXISTS (SELECT 1 FROM relation s WHERE s.kind = 'follow' AND s.source_id = ?"
    " AND s.target_id = a.id) THEN 'asked'"
    " WHEN EXISTS (SELECT 1 FROM invitation v WHERE v.group_id = a.id AND v.actor_id = ?)"
    " THEN 'invited' ELSE '' END"
)
_COUNTED: Final = (
    "(SELECT count(*) FROM relation c WHERE c.kind = 'follow' AND c.target_id = a.id"
    " AND c.state = 'accepted')"
)


async def listed(
    tx: Tx, known: tuple[str, Sequence[Param]], who: int, *, joined: bool = False, id: int = 0
) -> list[Entry]:
    """Return the groups with rules by name, of which `known` (SQL over alias a, parameters) is
    true; with `joined` those that `who` is a member of, with `id` that one alone."""
    more = " AND a.id = ?" if id else ""
    if joined:
        more += (
            " AND EXISTS (SELECT 1 FROM relation j WHERE j.kind = 'follow' AND j.source_id = ?"
            " AND j.target_id = a.id AND j.state = 'accepted')"
        )
    rows = await tx.rows(
        f"SELECT {ACTOR.selected('a')}, {GROUPING.selected('g')}, {_COUNTED}, {_STATE}"
        " FROM grouping g JOIN actor a ON a.id = g.actor_id WHERE a.deleted IS NULL"
        f" AND a.suspended IS NULL AND {known[0]}{more} ORDER BY a.name, a.id",
        [who, who, who, *known[1], *([id] if id else []), *([who] if joined else [])],
    )
    return [_entry(row) for row in rows]


def _entry(row: Sequence[Any]) -> Entry:
    at = len(ACTOR.columns)
    members, state = row[at + len(GROUPING.columns) :][:2]
    return Entry(
        group=ACTOR.decode(row),
        rules=GROUPING.decode(row[at:]),
        members=int(members),
        state=state,
    )


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
