"""What stands between one actor of ours and others, as only that actor knows it all.

Follows, blocks and mutes are relations; how one follows or mutes, and what one notes, is in
`acquaintance`, which nobody else ever sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from actors.audience import LocalActor, Viewer

from .engine import Param, Tx
from .knowing import known_to
from .timelines import Row, Span

_BOOLS: Final = frozenset({"hides_boosts", "notifies", "mutes_notifications", "endorsed"})


@dataclass(slots=True, kw_only=True)
class Standing:
    """How one actor stands to another (`id`)."""

    id: int
    follows: str = ""
    followed: str = ""
    blocks: bool = False
    blocked: bool = False
    mutes: bool = False
    hides_boosts: bool = False
    notifies: bool = False
    languages: list[str] = field(default_factory=list)
    mutes_notifications: bool = False
    muted_until: int | None = None
    endorsed: bool = False
    note: str = ""
    domain_muted: bool = False


async def standings(tx: Tx, me: int, others: Sequence[int]) -> list[Standing]:
    """Return how `me` stands to each of these actors, unknown ones passed over; the number of
    statements doesn't depend on how many there are."""
    if not others:
        return []
    marks = ", ".join("?" * len(others))
    there, knows = known_to(LocalActor(me))
    known = await tx.rows(
        "SELECT a.id, v.domain FROM actor a LEFT JOIN domain_mute v ON v.actor_id = ?"
        f" AND v.domain = a.domain AND a.local = 0 WHERE a.id IN ({marks}) AND {there}",
        (me, *others, *knows),
    )
    found = {row[0]: Standing(id=row[0], domain_muted=row[1] is not None) for row in known}
    await _relations(tx, me, others, marks, found)
    for row in await tx.rows(
        "SELECT other_id, hides_boosts, notifies, languages, mutes_notifications, muted_until,"
        f" endorsed, note FROM acquaintance WHERE owner_id = ? AND other_id IN ({marks})",
        (me, *others),
    ):
        if (one := found.get(row[0])) is None:
            continue
        one.hides_boosts, one.notifies = bool(row[1]), bool(row[2])
        one.languages = msgspec.json.decode(row[3], type=list[str])
        one.mutes_notifications, one.muted_until = bool(row[4]), row[5]
        one.endorsed, one.note = bool(row[6]), row[7]
    return [found[id] for id in others if id in found]


async def _relations(
    tx: Tx, me: int, others: Sequence[int], marks: str, found: dict[int, Standing]
) -> None:
    for kind, other, state, mine in await tx.rows(
        "SELECT kind, target_id, state, 1 FROM relation WHERE source_id = ?"
        f" AND kind IN ('follow', 'block', 'mute') AND target_id IN ({marks})"
        " UNION ALL SELECT kind, source_id, state, 0 FROM relation WHERE target_id = ?"
        f" AND kind IN ('follow', 'block') AND source_id IN ({marks})",
        (me, *others, me, *others),
    ):
        if (one := found.get(other)) is None:
            continue
        match kind, mine:
            case "follow", 1:
                one.follows = state
            case "follow", 0:
                one.followed = state
            case "block", 1:
                one.blocks = True
            case "block", 0:
                one.blocked = True
            case "mute", 1:
                one.mutes = True


async def change(tx: Tx, /, me: int, other: int, **changes: Any) -> None:
    """Change what `me` holds privately about `other`; names are Standing's."""
    values: dict[str, Param] = {
        "hides_boosts": 0, "notifies": 0, "languages": "[]", "mutes_notifications": 0,
        "muted_until": None, "endorsed": 0, "note": "",
    }  # fmt: skip
    if unknown := changes.keys() - values.keys():
        raise ValueError(f"no such column: {', '.join(unknown)}")
    new: dict[str, Param] = {
        name: int(value)
        if name in _BOOLS
        else msgspec.json.encode(value).decode()
        if name == "languages"
        else value
        for name, value in changes.items()
    }
    values |= new
    names = ", ".join(values)
    await tx.run(
        f"INSERT INTO acquaintance (owner_id, other_id, {names})"
        f" VALUES (?, ?, {', '.join('?' * len(values))})"
        " ON CONFLICT (owner_id, other_id) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in new),
        (me, other, *values.values()),
    )


async def mute(
    tx: Tx, me: int, other: int, *, notifications: bool, until: int | None, number: int = 0
) -> None:
    """Show `me` nothing of `other`, until a time (ms) or for good; `number` is a new id."""
    await tx.run(
        "INSERT INTO relation (kind, source_id, target_id, state, uri, created, number)"
        " VALUES ('mute', ?, ?, 'accepted', '', 0, ?) ON CONFLICT DO NOTHING",
        (me, other, number),
    )
    await change(tx, me, other, mutes_notifications=notifications, muted_until=until)


async def unmute(tx: Tx, me: int, other: int) -> None:
    """Show what `other` writes again, what came meanwhile too."""
    await tx.run(
        "DELETE FROM relation WHERE kind = 'mute' AND source_id = ? AND target_id = ?", (me, other)
    )
    await change(tx, me, other, mutes_notifications=False, muted_until=None)


async def any_mute_ends(tx: Tx, now: int) -> bool:
    """Return whether the time of any mute is over."""
    row = await tx.one(
        "SELECT 1 FROM acquaintance WHERE muted_until IS NOT NULL AND muted_until <= ?"
        " ORDER BY muted_until LIMIT 1",
        (now,),
    )
    return row is not None


async def end_mutes(tx: Tx, now: int, most: int = 500) -> int:
    """End the mutes whose time is over; return how many."""
    rows = await tx.rows(
        "SELECT owner_id, other_id FROM acquaintance WHERE muted_until IS NOT NULL"
        " AND muted_until <= ? ORDER BY muted_until LIMIT ?",
        (now, most),
    )
    for me, other in rows:
        await unmute(tx, me, other)
    return len(rows)


# -- lists of others; rows are (cursor, actor id)


async def related(
    tx: Tx,
    me: int,
    kind: str,
    span: Span,
    *,
    viewer: Viewer,
    toward: bool = False,
    state: str = "accepted",
) -> list[Row]:
    """Return a page of those whom `me` follows, blocks or mutes, of them those of whom `viewer`
    may know; `toward`: who does so to `me`.

    Newest first; the cursor is the relation's number.
    """
    known, knows = known_to(viewer)
    order = "ASC" if span.upward else "DESC"
    mine, theirs = ("target_id", "source_id") if toward else ("source_id", "target_id")
    rows = await tx.rows(
        f"SELECT r.number, r.{theirs} FROM relation r JOIN actor a ON a.id = r.{theirs}"
        f" WHERE r.kind = ? AND r.{mine} = ? AND r.state = ? AND r.number > ? AND r.number < ?"
        f" AND a.deleted IS NULL AND a.suspended IS NULL AND {known}"
        f" ORDER BY r.number {order} LIMIT ?",
        (kind, me, state, span.above, span.below, *knows, span.limit),
    )
    return [(row[0], row[1]) for row in (reversed(rows) if span.upward else rows)]


async def endorsed(tx: Tx, me: int, span: Span, viewer: Viewer) -> list[Row]:
    """Return a page of those whom `me` recommends on its profile and of whom `viewer` may know."""
    known, knows = known_to(viewer)
    order = "ASC" if span.upward else "DESC"
    rows = await tx.rows(
        "SELECT q.other_id, q.other_id FROM acquaintance q JOIN actor a ON a.id = q.other_id"
        " WHERE q.owner_id = ? AND q.endorsed = 1 AND q.other_id > ? AND q.other_id < ?"
        f" AND a.deleted IS NULL AND a.suspended IS NULL AND {known}"
        f" ORDER BY q.other_id {order} LIMIT ?",
        (me, span.above, span.below, *knows, span.limit),
    )
    return [(row[0], row[1]) for row in (reversed(rows) if span.upward else rows)]


async def familiar(tx: Tx, me: int, others: Sequence[int], most: int = 20) -> dict[int, list[int]]:
    """Return those whom `me` follows and who follow each of these actors, `most` of them; actors
    that aren't known are left out. Nobody who keeps to themselves whom they follow is told, and
    none of somebody who keeps to themselves by whom."""
    if not others:
        return {}
    marks = ", ".join("?" * len(others))
    known, knows = known_to(LocalActor(me))
    rows = await tx.rows(
        "SELECT a.id, k.id FROM actor a LEFT JOIN (SELECT t.target_id AS whom, t.source_id AS id,"
        " row_number() OVER (PARTITION BY t.target_id ORDER BY t.source_id DESC) AS place"
        # CROSS JOIN: from those one follows, who are few, to whom they follow.
        " FROM relation m CROSS JOIN relation t CROSS JOIN actor s"
        " WHERE m.kind = 'follow' AND m.source_id = ? AND m.state = 'accepted'"
        " AND t.kind = 'follow' AND t.source_id = m.target_id AND t.state = 'accepted'"
        f" AND t.target_id IN ({marks}) AND s.id = t.source_id AND s.hides_totals = 0) k"
        " ON k.whom = a.id AND k.place <= ? AND a.hides_totals = 0"
        f" WHERE a.id IN ({marks}) AND {known}",
        (me, *others, most, *others, *knows),
    )
    found: dict[int, list[int]] = {}
    for other, id in rows:
        found.setdefault(other, []).extend([] if id is None else [id])
    return {other: sorted(some, reverse=True) for other, some in found.items()}


# -- domains


async def mute_domain(tx: Tx, me: int, domain: str, id: int) -> None:
    """Want nothing from a domain, and let its followers go (the caller rejects them)."""
    await tx.run(
        "INSERT INTO domain_mute (actor_id, domain, id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (me, domain, id),
    )


async def unmute_domain(tx: Tx, me: int, domain: str) -> None:
    """Want what comes from a domain again; followers that were let go stay gone."""
    await tx.run("DELETE FROM domain_mute WHERE actor_id = ? AND domain = ?", (me, domain))


async def muted_domains(tx: Tx, me: int, span: Span) -> list[tuple[int, str]]:
    """Return a page of (cursor, domain)."""
    order = "ASC" if span.upward else "DESC"
    rows = await tx.rows(
        "SELECT id, domain FROM domain_mute WHERE actor_id = ? AND id > ? AND id < ?"
        f" ORDER BY id {order} LIMIT ?",
        (me, span.above, span.below, span.limit),
    )
    return [(row[0], row[1]) for row in (reversed(rows) if span.upward else rows)]


async def from_domain(tx: Tx, me: int, domain: str, most: int = 500) -> tuple[list[int], list[int]]:
    """Return (who follows `me`, whom `me` follows) at a domain."""
    found = []
    for mine, theirs in (("target_id", "source_id"), ("source_id", "target_id")):
        rows = await tx.rows(
            f"SELECT r.{theirs} FROM relation r JOIN actor a ON a.id = r.{theirs}"
            f" WHERE r.kind = 'follow' AND r.{mine} = ? AND a.domain = ? AND a.local = 0 LIMIT ?",
            (me, domain, most),
        )
        found.append([row[0] for row in rows])
    return found[0], found[1]
