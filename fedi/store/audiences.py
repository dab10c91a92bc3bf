"""How many get a post that is about to be written: people here, followers elsewhere by server.

Who gets it is said by the verb's rule (fedi/publishing/foreseeing.py); here it is only counted, in
a number of statements that grows neither with the house nor with the followers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from actors.effects import Recipients
from actors.handles import Handle
from actors.people import Actor

from .engine import Param, Tx
from .recipients import NOT_BLOCKED, THERE, welcome
from .rows import ACTOR

# Asked once for the whole statement: those left out are few, those counted may be many.
_HERE = (
    "p.departed IS NULL AND p.actor_id NOT IN (SELECT g.id FROM actor g WHERE g.local = 1"
    " AND (g.suspended IS NOT NULL OR g.deleted IS NOT NULL))"
)
_GUEST = "p.actor_id IN (SELECT g.id FROM actor g WHERE g.guest = 1)"
_BLOCKED = (
    "p.actor_id IN (SELECT b.target_id FROM relation b WHERE b.kind = 'block' AND b.source_id = ?)"
)
_OPEN = "m.starts <= ? AND (m.ends IS NULL OR m.ends > ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """Those for whom a post is: these actors, and the followers of those."""

    author: int
    actors: tuple[int, ...] = ()
    followers_of: tuple[int, ...] = ()

    def inside(self) -> tuple[str, list[Param]]:
        """Return (SQL that selects the ids of those here, parameters)."""
        actors = tuple(dict.fromkeys((self.author, *self.actors)))
        sql = f"SELECT o.id FROM actor o WHERE o.local = 1 AND o.id IN ({_marks(actors)})"
        if self.followers_of:
            sql += (
                " UNION SELECT f.source_id FROM relation f WHERE f.kind = 'follow'"
                f" AND f.inside = 1 AND f.target_id IN ({_marks(self.followers_of)})"
                " AND f.state = 'accepted'"
            )
        return sql, [*actors, *self.followers_of]


async def people(tx: Tx, circle: Circle, now: int, *, everyone: bool) -> int:
    """Return how many people here see a post for this circle: `everyone` who works here, or those
    who speak at `now` (ms) for someone in it. Whom its author blocks, and guests whom it isn't
    meant for, are not counted."""
    among, params = circle.inside()
    speaking = (
        f"SELECT m.person_id FROM membership m WHERE m.actor_id IN ({among}) AND {_OPEN}"
        " UNION SELECT d.stand_in_id FROM delegation d JOIN membership m"
        " ON m.person_id = d.absent_id AND m.actor_id = d.actor_id JOIN person o"
        f" ON o.id = d.absent_id AND o.departed IS NULL WHERE d.actor_id IN ({among})"
        f" AND d.starts <= ? AND d.ends > ? AND {_OPEN}"
    )
    times: list[Param] = [now, now]
    meant = [*params, *times, *params, *times, *times]
    if everyone:
        where = f"((NOT {_GUEST} AND NOT {_BLOCKED}) OR p.id IN ({speaking}))"
        values: list[Param] = [circle.author, *meant]
    else:
        where = f"p.id IN ({speaking}) AND (NOT {_BLOCKED} OR p.actor_id = ?)"
        values = [*meant, circle.author, circle.author]
    row = await tx.one(f"SELECT count(*) FROM person p WHERE {_HERE} AND {where}", values)
    return int(row[0]) if row is not None else 0


async def outside(
    tx: Tx, author: int, sent: Sequence[Recipients], *, only_allowed: bool
) -> dict[str, int]:
    """Return how many actors elsewhere a post is sent to, by host, of hosts that we send to."""
    named = tuple(dict.fromkeys(id for one in sent for id in one.actors))
    followed = tuple(one.followers_of for one in sent if one.followers_of is not None)
    if not named and not followed:
        return {}
    rows = await tx.rows(
        "SELECT a.host, count(*) FROM (SELECT f.source_id AS id FROM relation f"
        f" WHERE f.kind = 'follow' AND f.target_id IN ({_marks(followed) or 'NULL'})"
        " AND f.state = 'accepted' AND f.inside = 0 UNION SELECT o.id FROM actor o"
        f" WHERE o.id IN ({_marks(named) or 'NULL'})) u JOIN actor a ON a.id = u.id"
        f" WHERE {THERE} AND {NOT_BLOCKED.format(str(int(author)), 'a.id')} GROUP BY a.host",
        (*followed, *named),
    )
    by_host = {str(row[0]): int(row[1]) for row in rows}
    reached = await welcome(tx, by_host, only_allowed)
    return {host: count for host, count in by_host.items() if host in reached}


async def members(tx: Tx, groups: Sequence[int]) -> dict[int, int]:
    """Return how many members each of these groups has, here and elsewhere."""
    if not groups:
        return {}
    rows = await tx.rows(
        "SELECT f.target_id, count(*) FROM relation f JOIN actor a ON a.id = f.source_id"
        f" WHERE f.kind = 'follow' AND f.target_id IN ({_marks(groups)})"
        " AND f.state = 'accepted' AND a.deleted IS NULL GROUP BY f.target_id",
        groups,
    )
    found = {int(row[0]): int(row[1]) for row in rows}
    return {id: found.get(id, 0) for id in groups}


async def known(tx: Tx, handles: Sequence[Handle]) -> dict[Handle, Actor]:
    """Return those of the actors with these handles that are known here; nothing is fetched. A
    handle of ours has no domain."""
    ours = {one.username.lower(): one for one in handles if one.domain is None}
    others = {(one.username.lower(), one.domain or ""): one for one in handles if one.domain}
    found: dict[Handle, Actor] = {}
    if ours:
        rows = await tx.rows(
            f"SELECT h.username, {ACTOR.selected('a')} FROM handle h JOIN actor a"
            f" ON a.id = h.actor_id WHERE h.username IN ({_marks(tuple(ours))})"
            " AND a.suspended IS NULL AND a.deleted IS NULL",
            tuple(ours),
        )
        found |= {ours[row[0]]: ACTOR.decode(row[1:]) for row in rows}
    if others:
        rows = await tx.rows(
            f"{ACTOR.select} WHERE local = 0 AND deleted IS NULL AND suspended IS NULL AND ("
            + " OR ".join(["(username = ? AND domain = ?)"] * (2 * len(others)))
            + ")",
            [
                part
                for (_, domain), one in others.items()
                for username in (one.username, one.username.lower())
                for part in (username, domain)
            ],
        )
        for actor in map(ACTOR.decode, rows):
            one = others.get((actor.username.lower(), actor.domain))
            if one is not None:
                found[one] = actor
    return found


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
