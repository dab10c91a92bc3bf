"""What is cut where a server may have less of us than before: counted first, then done.

A rule about servers, or a narrower exposure of an actor, leaves follows as they are for what comes
to be allowed again; what waits to be sent goes at once. fedi/publishing/ruling.py is the user.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from actors.people import Actor, Exposure

from .domain_rules import rules
from .engine import Param, Tx
from .recipients import welcomed
from .rows import ACTOR

_PART: Final = 400
_TAKES_BACK: Final = ("Delete", "Reject")
_IN_HAND: Final = (
    # Nobody can tell whether what a worker has in hand has been sent.
    "EXISTS (SELECT 1 FROM host h WHERE h.name = d.host AND h.owner <> '' AND d.id <= h.taken)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfActor:
    """What one of our actors loses: who follows it there (a group's members), whom it follows,
    what waits to be sent."""

    actor: Actor
    followers: int = 0
    following: int = 0
    waiting: int = 0


_Counts = dict[int, Counter[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What a change cuts. `hosts` are the servers that we know of there; `posts` of theirs are
    kept here, `media` of them with files; `groups` of theirs are followed from here. `sent` are
    posts of ours that were sent there and stay, where it is about one actor."""

    hosts: tuple[str, ...] = ()
    actors: tuple[OfActor, ...] = ()
    groups: tuple[Actor, ...] = ()
    posts: int = 0
    media: int = 0
    sent: int = 0

    @property
    def waiting(self) -> int:
        """Return how many deliveries wait that will not be made."""
        return sum(one.waiting for one in self.actors)

    @property
    def nothing(self) -> bool:
        """Return whether nobody would notice."""
        return not (self.actors or self.groups or self.posts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Which servers have less than before of which actors of ours: by how far these are seen. With
    `actor_id` it is about that one alone."""

    hosts: Mapping[Exposure, frozenset[str]] = field(default_factory=dict)
    actor_id: int | None = None

    @property
    def every(self) -> list[str]:
        """Return all the servers, in order."""
        return sorted(frozenset[str]().union(*self.hosts.values()))

    def covers(self, exposure: str, host: str) -> bool:
        """Return whether this server is one that actors of this exposure lose."""
        return host in self.hosts.get(Exposure(exposure), frozenset())


async def hosts(tx: Tx) -> frozenset[str]:
    """Return every server that we know an actor of, or have something waiting for."""
    rows = await tx.rows(
        "SELECT DISTINCT host FROM actor WHERE local = 0"
        " UNION SELECT DISTINCT host FROM delivery WHERE state = 0"
    )
    return frozenset(row[0] for row in rows if row[0])


async def changing(
    tx: Tx, before: Mapping[str, str], after: Mapping[str, str], *, listed: bool
) -> Closed:
    """Return which servers a change of rules (domain -> allow or block) closes to us; `listed` is
    whether we federate with those on the list alone."""
    known = await hosts(tx)

    def lost(*, only_allowed: bool) -> frozenset[str]:
        had = welcomed(known, before, only_allowed=only_allowed)
        return had - welcomed(known, after, only_allowed=only_allowed)

    return Closed(
        hosts={
            Exposure.OPEN: lost(only_allowed=listed),
            Exposure.ALLOWED: lost(only_allowed=True),
        }
    )


async def narrowing(tx: Tx, actor: Actor, exposure: Exposure) -> Closed:
    """Return which servers are closed to an actor of ours by a narrower exposure."""
    known = await hosts(tx)
    kinds = {one.domain: one.kind for one in await rules(tx)}
    had = welcomed(known, kinds, only_allowed=actor.exposure is Exposure.ALLOWED)
    kept: frozenset[str] = frozenset()
    if exposure is Exposure.OPEN or actor.exposure is Exposure.INTERNAL:
        kept = had
    elif exposure is Exposure.ALLOWED:
        kept = welcomed(known, kinds, only_allowed=True)
    return Closed(hosts={actor.exposure: had - kept}, actor_id=actor.id)


async def counted(tx: Tx, closed: Closed) -> Cut:
    """Return what would be cut."""
    found: _Counts = {}
    groups: set[int] = set()
    posts = media = 0
    for part in _parts(closed.every):
        for side, of_ours, of_theirs in (
            ("followers", "target_id", "source_id"),
            ("following", "source_id", "target_id"),
        ):
            await _relations(tx, closed, part, found, (side, of_ours, of_theirs))
        await _waiting(tx, closed, part, found)
        if closed.actor_id is None:
            groups |= await _groups(tx, part)
            more = await _posts(tx, part)
            posts, media = posts + more[0], media + more[1]
    return Cut(
        hosts=tuple(closed.every),
        actors=tuple(await _named(tx, found)),
        groups=tuple(await _by_id(tx, sorted(groups))),
        posts=posts,
        media=media,
        sent=0 if closed.actor_id is None else await _sent(tx, closed.actor_id),
    )


async def cut(tx: Tx, closed: Closed) -> int:
    """Take back what waits to be sent there, but what takes something back from who has it;
    return how many deliveries that were. What a worker has in hand is left to it."""
    gone = 0
    for exposure, some in closed.hosts.items():
        for part in _parts(sorted(some)):
            gone += await _cut(tx, exposure, part, closed.actor_id)
    return gone


async def _cut(tx: Tx, exposure: Exposure, part: Sequence[str], actor_id: int | None) -> int:
    who: list[Param] = [exposure.value]
    where = "s.exposure = ?"
    if actor_id is not None:
        where, who = f"a.actor_id = ? AND a.kind NOT IN ({_marks(_TAKES_BACK)})", [actor_id]
        who += _TAKES_BACK
    rows = await tx.rows(
        "SELECT d.id, d.activity_id FROM delivery d JOIN activity a ON a.id = d.activity_id"
        f" JOIN actor s ON s.id = a.actor_id WHERE d.state = 0 AND d.host IN ({_marks(part)})"
        f" AND {where} AND NOT {_IN_HAND}",
        (*part, *who),
    )
    await tx.many("DELETE FROM delivery WHERE id = ?", [(row[0],) for row in rows])
    fewer: dict[int, int] = {}
    for _, activity_id in rows:
        fewer[activity_id] = fewer.get(activity_id, 0) + 1
    await tx.many(
        "UPDATE activity SET total = total - ? WHERE id = ?",
        [(count, id) for id, count in sorted(fewer.items())],
    )
    return len(rows)


# -- counting


async def _relations(
    tx: Tx,
    closed: Closed,
    part: Sequence[str],
    found: _Counts,
    named: tuple[str, str, str],
) -> None:
    side, of_ours, of_theirs = named
    rows = await tx.rows(
        "SELECT o.id, o.exposure, t.host, count(*) FROM actor t"
        f" JOIN relation f ON f.{of_theirs} = t.id AND f.kind = 'follow'"
        f" JOIN actor o ON o.id = f.{of_ours} AND o.local = 1"
        f" WHERE t.local = 0 AND t.host IN ({_marks(part)}){_alone(closed, 'o.id')}"
        " GROUP BY o.id, o.exposure, t.host",
        part,
    )
    for id, exposure, host, count in rows:
        if closed.covers(exposure, host):
            found.setdefault(id, Counter())[side] += int(count)


async def _waiting(tx: Tx, closed: Closed, part: Sequence[str], found: _Counts) -> None:
    rows = await tx.rows(
        "SELECT o.id, o.exposure, d.host, a.kind, count(*) FROM delivery d"
        " JOIN activity a ON a.id = d.activity_id JOIN actor o ON o.id = a.actor_id"
        f" WHERE d.state = 0 AND d.host IN ({_marks(part)}){_alone(closed, 'o.id')}"
        " GROUP BY o.id, o.exposure, d.host, a.kind",
        part,
    )
    for id, exposure, host, kind, count in rows:
        kept = closed.actor_id is not None and kind in _TAKES_BACK
        if closed.covers(exposure, host) and not kept:
            found.setdefault(id, Counter())["waiting"] += int(count)


async def _groups(tx: Tx, part: Sequence[str]) -> set[int]:
    rows = await tx.rows(
        "SELECT t.id FROM actor t WHERE t.local = 0 AND t.kind = 'Group'"
        f" AND t.host IN ({_marks(part)}) AND EXISTS (SELECT 1 FROM relation f"
        " WHERE f.kind = 'follow' AND f.target_id = t.id AND f.inside = 1)",
        part,
    )
    return {row[0] for row in rows}


async def _posts(tx: Tx, part: Sequence[str]) -> tuple[int, int]:
    row = await tx.one(
        "SELECT count(*), sum(CASE WHEN p.media <> '[]' THEN 1 ELSE 0 END) FROM actor t"
        " JOIN post p ON p.author_id = t.id AND p.deleted IS NULL AND p.boost_of IS NULL"
        f" WHERE t.local = 0 AND t.host IN ({_marks(part)})",
        part,
    )
    return (0, 0) if row is None else (int(row[0]), int(row[1] or 0))


async def _sent(tx: Tx, actor_id: int) -> int:
    row = await tx.one(
        "SELECT count(*) FROM post p WHERE p.author_id = ? AND p.deleted IS NULL"
        " AND EXISTS (SELECT 1 FROM reach r WHERE r.post_id = p.id)",
        (actor_id,),
    )
    return 0 if row is None else int(row[0])


def _alone(closed: Closed, column: str) -> str:
    return "" if closed.actor_id is None else f" AND {column} = {int(closed.actor_id)}"


async def _named(tx: Tx, found: _Counts) -> list[OfActor]:
    """Return what was found with the actors it is about, by name."""
    return [
        OfActor(
            actor=actor,
            followers=found[actor.id]["followers"],
            following=found[actor.id]["following"],
            waiting=found[actor.id]["waiting"],
        )
        for actor in await _by_id(tx, sorted(found))
    ]


async def _by_id(tx: Tx, ids: Sequence[int]) -> list[Actor]:
    actors: list[Actor] = []
    for start in range(0, len(ids), _PART):
        part = ids[start : start + _PART]
        rows = await tx.rows(f"{ACTOR.select} WHERE id IN ({_marks(part)}) ORDER BY name, id", part)
        actors += map(ACTOR.decode, rows)
    return actors


def _parts(hosts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(hosts), _PART):
        yield hosts[start : start + _PART]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
