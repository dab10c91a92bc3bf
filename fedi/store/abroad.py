"""Groups across servers: where a closed group has members, who let it be read on servers of
another kind, and the notes by which it is (fedi/groups).
"""

from collections.abc import Iterable
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
