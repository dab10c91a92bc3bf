"""Who of those listening is to hear of a post: asked for all of them at once.

The listeners come as one JSON array in one parameter, so that a statement costs the same text for
ten of them as for a thousand, and each is judged by its own row with the same conditions as
timelines (visibility.py, timelines.py). fedi/streaming is the user.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import msgspec

from actors.audience import LocalActor, Nobody

from . import roles, timelines, visibility
from .engine import Param, Tx
from .visibility import condition_by_row

_VIEWERS: Final = {
    "sqlite": "(SELECT value AS id FROM json_each(?))",
    "postgres": "(SELECT value::text::bigint AS id FROM json_array_elements(CAST(? AS json)))",
}
_WANTED: Final = timelines.unwanted(LocalActor(0))[0].replace("?", "v.id")
_FOLLOWS: Final = (
    "EXISTS (SELECT 1 FROM relation hf WHERE hf.kind = 'follow' AND hf.source_id = v.id"
    " AND hf.target_id = {} AND hf.state = 'accepted')"
)
_IN_GROUP: Final = (
    # Where a group has too many members for rows of their own, as for such authors.
    "EXISTS (SELECT 1 FROM addressee hg JOIN widely_followed hw ON hw.actor_id = hg.actor_id"
    f" WHERE hg.post_id = p.id AND {_FOLLOWS.format('hg.actor_id')} AND {timelines.BEGUN})"
)
_AT_HOME: Final = (
    "(v.id = p.author_id OR EXISTS (SELECT 1 FROM home h WHERE h.reader_id = v.id"
    f" AND h.post_id = p.id) OR {_FOLLOWS.format('p.author_id')} OR {_IN_GROUP})"
)
_NOT_AT_HOME: Final = timelines.NOT_AT_HOME.replace("?", "v.id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is to be known of a post to say who hears of it. `proper` is what is boosted, or the
    post itself; `beside` are the posts that it names, each seen by some and not by others."""

    id: int
    author_id: int
    visibility: str
    local: bool
    boost: bool
    answers: bool
    media: bool
    deleted: bool
    tags: tuple[str, ...]
    proper: int
    poll: bool
    beside: tuple[int, ...]


def _viewers(tx: Tx, ids: Collection[int]) -> tuple[str, Param]:
    return _VIEWERS[tx.dialect], msgspec.json.encode(sorted(ids)).decode()


async def told(tx: Tx, post_id: int) -> Told | None:
    """Return a post's facts; None where there is no row any more."""
    row = await tx.one(
        "SELECT p.id, p.author_id, p.visibility, p.local, p.boost_of, p.in_reply_to,"
        " p.in_reply_to_uri, p.media, p.deleted, o.in_reply_to,"
        " (SELECT q.id FROM post q WHERE q.uri = CASE WHEN p.boost_of IS NULL THEN p.quote"
        " ELSE o.quote END AND q.uri <> ''),"
        " EXISTS (SELECT 1 FROM poll l WHERE l.post_id = coalesce(p.boost_of, p.id))"
        " FROM post p LEFT JOIN post o ON o.id = p.boost_of WHERE p.id = ?",
        (post_id,),
    )
    if row is None:
        return None
    tags = await tx.rows("SELECT name FROM hashtag WHERE post_id = ?", (post_id,))
    beside = {id for id in (row[4], row[5], row[9], row[10]) if id is not None}
    return Told(
        id=row[0],
        author_id=row[1],
        visibility=row[2],
        local=bool(row[3]),
        boost=row[4] is not None,
        answers=row[5] is not None or row[6] != "",
        media=row[7] != "[]",
        deleted=row[8] is not None,
        tags=tuple(tag[0] for tag in tags),
        proper=row[4] or row[0],
        poll=bool(row[11]),
        beside=tuple(sorted(beside)),
    )


async def at_home(
    tx: Tx, post_id: int, viewers: Collection[int], *, even_deleted: bool = False
) -> set[int]:
    """Return those of ours whose home page a post is on: who follow the author or wrote it, may
    see it, and have muted, blocked or hidden nothing of it."""
    if not viewers:
        return set()
    source, param = _viewers(tx, viewers)
    condition = condition_by_row("v.id", even_deleted=even_deleted)
    rows = await tx.rows(
        f"SELECT v.id FROM {source} v JOIN post p ON p.id = ?"
        f" WHERE {_AT_HOME} AND {condition}{_WANTED}{_NOT_AT_HOME}",
        (param, post_id),
    )
    return {row[0] for row in rows}


async def following(tx: Tx, author_id: int, viewers: Collection[int]) -> set[int]:
    """Return those who follow an actor, and itself: for a boost that left no row behind."""
    if not viewers:
        return set()
    source, param = _viewers(tx, viewers)
    rows = await tx.rows(
        f"SELECT v.id FROM {source} v WHERE v.id = ? OR {_FOLLOWS.format('?')}",
        (param, author_id, author_id),
    )
    return {row[0] for row in rows}


async def wanting(
    tx: Tx, post_id: int, viewers: Collection[int], *, even_deleted: bool = False
) -> set[int]:
    """Return those who may see a post and have neither muted nor blocked who wrote it."""
    if not viewers:
        return set()
    source, param = _viewers(tx, viewers)
    condition = condition_by_row("v.id", even_deleted=even_deleted)
    rows = await tx.rows(
        f"SELECT v.id FROM {source} v JOIN post p ON p.id = ? WHERE {condition}{_WANTED}",
        (param, post_id),
    )
    return {row[0] for row in rows}


async def on_lists(
    tx: Tx, post_id: int, list_ids: Collection[int], *, even_deleted: bool = False
) -> set[int]:
    """Return those of these lists that a post stands on, by the rules of their timelines: who is
    on it wrote or shared it, its reader may see and wants it, and its answers are to whom the list
    says."""
    if not list_ids:
        return set()
    source, param = _viewers(tx, list_ids)
    condition = condition_by_row("l.actor_id", even_deleted=even_deleted)
    wanted = _WANTED.replace("v.id", "l.actor_id")
    rows = await tx.rows(
        f"SELECT l.id FROM {source} v JOIN list l ON l.id = v.id JOIN post p ON p.id = ?"
        " JOIN list_member lm ON lm.list_id = l.id AND lm.member_id = p.author_id"
        f" WHERE p.visibility <> 'direct' AND {condition}{wanted} AND ("
        " (p.in_reply_to IS NULL AND p.in_reply_to_uri = '')"
        " OR (l.replies <> 'none' AND EXISTS (SELECT 1 FROM post y WHERE y.id = p.in_reply_to AND ("
        " y.author_id IN (p.author_id, l.actor_id)"
        " OR (l.replies = 'list' AND EXISTS (SELECT 1 FROM list_member z WHERE z.list_id = l.id"
        " AND z.member_id = y.author_id))"
        " OR (l.replies = 'followed' AND EXISTS (SELECT 1 FROM relation z"
        " WHERE z.kind = 'follow' AND z.source_id = l.actor_id AND z.target_id = y.author_id"
        " AND z.state = 'accepted'))))))",
        (param, post_id),
    )
    return {row[0] for row in rows}


async def in_groups(
    tx: Tx, post_id: int, asked: Collection[tuple[int, int]], *, even_deleted: bool = False
) -> set[tuple[int, int]]:
    """Return those of these (group, actor) whose group a post is in, whose actor is a member of
    it, and may see and wants the post."""
    if not asked:
        return set()
    source, param = _viewers(tx, {actor for _, actor in asked})
    condition = condition_by_row("v.id", even_deleted=even_deleted)
    rows = await tx.rows(
        f"SELECT d.actor_id, v.id FROM {source} v JOIN post p ON p.id = ?"
        " JOIN addressee d ON d.post_id = p.id JOIN grouping g ON g.actor_id = d.actor_id"
        f" WHERE p.visibility <> 'direct' AND {_FOLLOWS.format('d.actor_id')}"
        f" AND {condition}{_WANTED}",
        (param, post_id),
    )
    return {(row[0], row[1]) for row in rows} & set(asked)


async def in_conversation(tx: Tx, post_id: int, viewers: Collection[int]) -> set[int]:
    """Return those who take part in a direct post, see it and want to: who wrote it or is named."""
    if not viewers:
        return set()
    source, param = _viewers(tx, viewers)
    rows = await tx.rows(
        f"SELECT v.id FROM {source} v JOIN post p ON p.id = ? WHERE p.visibility = 'direct'"
        " AND (v.id = p.author_id OR EXISTS (SELECT 1 FROM addressee d WHERE d.post_id = p.id"
        f" AND d.actor_id = v.id)) AND {condition_by_row('v.id')}{_WANTED}",
        (param, post_id),
    )
    return {row[0] for row in rows}


async def seen_beside(
    tx: Tx, post_ids: Collection[int], viewers: Collection[int]
) -> dict[int, frozenset[int]]:
    """Return which of these posts each viewer may see; nothing for who may see none."""
    if not viewers or not post_ids:
        return {}
    source, param = _viewers(tx, viewers)
    marks = ", ".join("?" * len(post_ids))
    rows = await tx.rows(
        f"SELECT v.id, p.id FROM {source} v JOIN post p ON p.id IN ({marks})"
        f" WHERE {condition_by_row('v.id')}",
        (param, *post_ids),
    )
    found: dict[int, set[int]] = {}
    for viewer, post in rows:
        found.setdefault(viewer, set()).add(post)
    return {viewer: frozenset(posts) for viewer, posts in found.items()}


async def involved(tx: Tx, post_id: int, viewers: Collection[int]) -> set[int]:
    """Return those to whom a post may look different: they liked, shared, kept or pinned it, voted
    in its poll, wrote it, hear no more of its conversation, or have filters."""
    if not viewers:
        return set()
    source, param = _viewers(tx, viewers)
    rows = await tx.rows(
        f"SELECT v.id FROM {source} v JOIN post p ON p.id = ? WHERE v.id = p.author_id"
        " OR EXISTS (SELECT 1 FROM reaction r WHERE r.post_id = p.id AND r.actor_id = v.id)"
        " OR EXISTS (SELECT 1 FROM post b WHERE b.boost_of = p.id AND b.author_id = v.id)"
        " OR EXISTS (SELECT 1 FROM bookmark k WHERE k.actor_id = v.id AND k.post_id = p.id)"
        " OR EXISTS (SELECT 1 FROM vote w WHERE w.post_id = p.id AND w.actor_id = v.id)"
        " OR EXISTS (SELECT 1 FROM thread_mute m WHERE m.actor_id = v.id"
        " AND m.root = CASE WHEN p.context <> '' THEN p.context ELSE p.uri END)"
        " OR EXISTS (SELECT 1 FROM filter fl WHERE fl.actor_id = v.id)",
        (param, post_id),
    )
    return {row[0] for row in rows}


async def filter_versions(tx: Tx, viewers: Collection[int]) -> dict[int, int]:
    """Return a number for each who has or had filters, that changes with them."""
    if not viewers:
        return {}
    source, param = _viewers(tx, viewers)
    rows = await tx.rows(
        f"SELECT f.actor_id, f.version FROM {source} v JOIN filter_version f ON f.actor_id = v.id",
        (param,),
    )
    return {row[0]: row[1] for row in rows}


async def held(tx: Tx, token_ids: Collection[int], now: int) -> set[int]:
    """Return those of these tokens that still hold: not revoked, their person and actor there,
    their role not over."""
    if not token_ids:
        return set()
    source, param = _viewers(tx, token_ids)
    rows = await tx.rows(
        f"SELECT t.id FROM {source} v JOIN token t ON t.id = v.id"
        " LEFT JOIN person h ON h.id = t.person_id LEFT JOIN actor a ON a.id = t.actor_id"
        " WHERE t.revoked IS NULL AND (t.person_id IS NULL OR (h.departed IS NULL"
        " AND a.id IS NOT NULL AND a.suspended IS NULL AND a.deleted IS NULL"
        f" AND {roles.holds('t.person_id', 't.actor_id')}))",
        (param, *(now,) * roles.HOLDS_TIMES),
    )
    return {row[0] for row in rows}


async def is_open(tx: Tx, post_id: int, *, even_deleted: bool = False) -> bool:
    """Return whether anybody may see a post."""
    condition, params = visibility.condition(Nobody(), even_deleted=even_deleted)
    row = await tx.one(f"SELECT 1 FROM post p WHERE p.id = ? AND {condition}", [post_id, *params])
    return row is not None
