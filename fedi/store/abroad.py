"""Groups across servers: where a closed group has members, who let it be read on servers of
another kind, and the notes by which it is (fedi/groups).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from actors.elsewhere import hosts_of
from actors.people import Actor, Exposure
from actors.relationships import GroupHost

from . import recipients
from .engine import Tx
from .rows import GROUP_HOST

_MEMBERS: Final = (
    "FROM relation f JOIN actor a ON a.id = f.source_id AND a.local = 0"
    " AND a.suspended IS NULL AND a.deleted IS NULL WHERE f.kind = 'follow' AND f.target_id = ?"
    " AND f.state = 'accepted'"
)


async def member_hosts(tx: Tx, group: Actor) -> tuple[str, ...]:
    """Return the servers like ours on which a group of ours has members, as far as they may be
    sent to, by name."""
    rows = await tx.rows(
        f"SELECT DISTINCT a.host {_MEMBERS} AND a.shares_groups = 1 ORDER BY a.host", (group.id,)
    )
    limited = group.exposure is not Exposure.OPEN
    welcome = await recipients.welcome(tx, [row[0] for row in rows], limited)
    return tuple(row[0] for row in rows if row[0] in welcome)


async def moderators(tx: Tx, group_id: int) -> tuple[str, ...]:
    """Return the URIs of those who manage a group until further notice, and whom all may know."""
    rows = await tx.rows(
        "SELECT a.uri FROM actor a WHERE a.deleted IS NULL AND a.suspended IS NULL"
        " AND (a.local = 0 OR a.exposure = 'open') AND a.secret = 0 AND a.id IN"
        " (SELECT q.actor_id FROM membership r JOIN person q ON q.id = r.person_id"
        " AND q.departed IS NULL WHERE r.actor_id = ? AND r.role = 'manager' AND r.ends IS NULL"
        " UNION SELECT m.actor_id FROM group_manager m WHERE m.group_id = ?) ORDER BY a.uri",
        (group_id, group_id),
    )
    return tuple(row[0] for row in rows)


async def has_others(tx: Tx, group_id: int) -> bool:
    """Return whether a group has members on servers of another kind."""
    row = await tx.one(f"SELECT 1 {_MEMBERS} AND a.shares_groups = 0 LIMIT 1", (group_id,))
    return row is not None


async def closed_groups(tx: Tx) -> list[int]:
    """Return the closed groups of ours that have members elsewhere, or had when we told last."""
    rows = await tx.rows(
        "SELECT g.actor_id FROM grouping g WHERE g.access <> 'open' AND (EXISTS"
        " (SELECT 1 FROM group_host h WHERE h.group_id = g.actor_id) OR EXISTS"
        " (SELECT 1 FROM relation f WHERE f.kind = 'follow' AND f.target_id = g.actor_id"
        " AND f.state = 'accepted' AND f.inside = 0)) ORDER BY g.actor_id"
    )
    return [row[0] for row in rows]


async def told_hosts(tx: Tx, group_id: int) -> frozenset[str]:
    """Return the servers that we have told the others of, or of a group elsewhere were told of."""
    rows = await tx.rows("SELECT host FROM group_host WHERE group_id = ?", (group_id,))
    return frozenset(row[0] for row in rows)


async def replace_hosts(tx: Tx, uri: str, hosts: Iterable[str]) -> None:
    """Let a closed group elsewhere have members on these servers, as the list at `uri` says."""
    rows = await tx.rows(
        "SELECT id, uri FROM actor WHERE local = 0 AND kind = 'Group' AND shares_groups = 1"
        " AND uri = ?",
        (uri.removesuffix(hosts_of("")),),
    )
    for row in rows:
        await tx.run("DELETE FROM group_host WHERE group_id = ?", (row[0],))
        listed = [GROUP_HOST.encode(GroupHost(group_id=row[0], host=host)) for host in hosts]
        await tx.many(GROUP_HOST.insert, listed)


# -- members on servers of another kind


async def other_hosts(tx: Tx, group_ids: Sequence[int]) -> tuple[str, ...]:
    """Return the servers of another kind on which one of these groups has members."""
    found: set[str] = set()
    for group_id in group_ids:
        rows = await tx.rows(
            f"SELECT DISTINCT a.host {_MEMBERS} AND a.shares_groups = 0", (group_id,)
        )
        found |= {row[0] for row in rows}
    return tuple(sorted(found))


async def unasked(
    tx: Tx, group_ids: Sequence[int], actor_id: int, person_id: int | None
) -> tuple[str, ...]:
    """Return on which servers of another kind what is said in these groups is read as well, if
    its author was not told so before."""
    new = [id for id in group_ids if not await was_told(tx, id, actor_id, person_id)]
    return await other_hosts(tx, new)


async def was_told(tx: Tx, group_id: int, actor_id: int, person_id: int | None) -> bool:
    """Return whether an author was told that a group is read elsewhere: what they write then, they
    let be read there."""
    row = await tx.one(
        "SELECT 1 FROM group_consent WHERE group_id = ? AND actor_id = ? AND person_id = ?",
        (group_id, actor_id, person_id or 0),
    )
    return row is not None


async def tell(
    tx: Tx, group_ids: Sequence[int], actor_id: int, person_id: int | None, now: int
) -> None:
    """Note that an author was told."""
    await tx.many(
        "INSERT INTO group_consent (group_id, actor_id, person_id, created) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [(id, actor_id, person_id or 0, now) for id in group_ids],
    )


@dataclass(frozen=True, slots=True)
class Standin:
    """What stands elsewhere for a post in a group, and which state of it (`edited`, ms)."""

    uri: str
    group_id: int
    post_id: int
    edited: int


async def note_for(
    tx: Tx, group_id: int, post_id: int | None, *, ours: bool = True
) -> Standin | None:
    """Return the group's own note of a post, or with `ours` False what of a member it repeats."""
    row = await tx.one(
        "SELECT uri, group_id, post_id, edited FROM group_note"
        " WHERE group_id = ? AND post_id = ? AND ours = ?",
        (group_id, post_id or 0, int(ours)),
    )
    return None if row is None else Standin(*row)


async def stands_for(tx: Tx, uri: str) -> Standin | None:
    """Return for which post something elsewhere stands."""
    row = await tx.one(
        "SELECT uri, group_id, post_id, edited FROM group_note WHERE uri = ?", (uri,)
    )
    return None if row is None else Standin(*row)


async def put_note(tx: Tx, note: Standin, *, ours: bool) -> bool:
    """Note what stands for a post, or a newer state of it; False where another does already."""
    changed = await tx.run(
        "INSERT INTO group_note (uri, group_id, post_id, ours, edited) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (note.uri, note.group_id, note.post_id, int(ours), note.edited),
    )
    if not changed:
        await tx.run(
            "UPDATE group_note SET edited = ? WHERE uri = ? AND edited < ?",
            (note.edited, note.uri, note.edited),
        )
    return changed > 0


async def drop_note(tx: Tx, uri: str) -> None:
    """Forget what stood for a post."""
    await tx.run("DELETE FROM group_note WHERE uri = ?", (uri,))
