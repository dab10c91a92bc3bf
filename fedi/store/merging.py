"""What hangs on a department that is merged into another, or split: counted before, carried after.

Followers are not carried here: those of ours in pieces by the clockwork (fedi/jobs.py), those
elsewhere by their own servers.
"""

from dataclasses import dataclass

from actors.membership import strongest

from . import drafts, roles, scheduled
from .engine import Tx
from .rows import MEMBERSHIP


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How much hangs on a department: followers of ours and elsewhere, roles, departments below,
    posts, lists that others have it in, and what waits to be published."""

    here: int
    elsewhere: int
    roles: int
    below: int
    posts: int
    lists: int
    scheduled: int
    drafts: int


async def figures(tx: Tx, actor_id: int, now: int) -> Figures:
    """Count what hangs on a department at `now` (ms)."""

    async def count(sql: str) -> int:
        row = await tx.one(f"SELECT count(*) FROM {sql}", (actor_id,))
        return 0 if row is None else int(row[0])

    following = "relation WHERE kind = 'follow' AND state = 'accepted' AND target_id = ?"
    return Figures(
        here=await count(f"{following} AND inside = 1"),
        elsewhere=await count(f"{following} AND inside = 0"),
        roles=len(await roles.of_actor(tx, actor_id, now)),
        below=await count("actor WHERE parent_id = ? AND local = 1 AND deleted IS NULL"),
        posts=await count("post WHERE author_id = ? AND deleted IS NULL AND boost_of IS NULL"),
        lists=await count("list_member WHERE member_id = ?"),
        scheduled=await scheduled.count(tx, actor_id),
        drafts=await drafts.count(tx, actor_id),
    )


async def keep_in_lists(tx: Tx, old: int, new: int) -> None:
    """Put one actor into every list that has another."""
    await tx.run(
        "INSERT INTO list_member (list_id, member_id)"
        " SELECT m.list_id, a.id FROM list_member m JOIN actor a ON a.id = ?"
        " WHERE m.member_id = ? ON CONFLICT DO NOTHING",
        (new, old),
    )


async def copy_wishes(tx: Tx, old: int, new: int) -> None:
    """Let what followers of ours wish of one actor (boosts, languages, a notice of each post, a
    note) hold for another as well, unless they said something of that one."""
    columns = "hides_boosts, notifies, languages, mutes_notifications, muted_until, endorsed, note"
    wished = ", ".join(f"w.{name}" for name in columns.split(", "))
    await tx.run(
        f"INSERT INTO acquaintance (owner_id, other_id, {columns})"
        f" SELECT w.owner_id, a.id, {wished} FROM relation r JOIN actor a ON a.id = ?"
        " JOIN acquaintance w ON w.owner_id = r.source_id AND w.other_id = r.target_id"
        " WHERE r.kind = 'follow' AND r.inside = 1 AND r.target_id = ? ON CONFLICT DO NOTHING",
        (new, old),
    )


async def carry_role(tx: Tx, person_id: int, old: int, new: int, now: int) -> None:
    """Give a person the role that they have for one department for another as well, unless they
    have a stronger one there already."""
    mine, theirs = await roles.own(tx, person_id, old), await roles.own(tx, person_id, new)
    if mine is None:
        return
    best = strongest([one for one in (theirs, mine) if one is not None], max(now, mine.starts))
    if best is None or best.actor_id == old:
        row = MEMBERSHIP.encode(mine)
        at = MEMBERSHIP.columns.index("actor_id")
        await tx.run(MEMBERSHIP.replace, (*row[:at], new, *row[at + 1 :]))


async def carry_stand_ins(tx: Tx, old: int, new: int) -> None:
    """Let those who stand in for others in one department do so in another."""
    await tx.run(
        "INSERT INTO delegation"
        " (actor_id, absent_id, stand_in_id, starts, ends, given_by, created)"
        " SELECT a.id, d.absent_id, d.stand_in_id, d.starts, d.ends, d.given_by, d.created"
        " FROM delegation d JOIN actor a ON a.id = ? WHERE d.actor_id = ? ON CONFLICT DO NOTHING",
        (new, old),
    )
