"""What is talked about: counted from the last days' posts, kept, and shown to whoever may see it.

Only public and internal posts count, each author once; what is public alone has a score of its
own, for readers who have no account here. Moderators may reject a tag, post or link for good.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from actors import ids
from actors.audience import LocalActor, Viewer

from . import visibility
from .engine import Param, Tx

Kind = Literal["tag", "post", "link"]
DAY: Final = 86_400_000
DAYS: Final = 7  # of a history
KEPT: Final = 200  # of each kind
LEAST: Final = 2  # accounts that must have something to do with it

_COUNTED: Final = (
    "p.deleted IS NULL AND p.boost_of IS NULL AND p.visibility IN ('public', 'internal')"
    " AND a.suspended IS NULL AND a.deleted IS NULL"
)
_OPEN: Final = "p.visibility = 'public' AND a.exposure = 'open'"
_OF_THE_HOUSE: Final = "NOT EXISTS (SELECT 1 FROM actor gv WHERE gv.id = ? AND gv.guest = 1)"


@dataclass(frozen=True, slots=True)
class Trend:
    subject: str
    score: float
    open_score: float


@dataclass(frozen=True, slots=True)
class Counted:
    """How many accounts had to do with something since a moment, and how many of them openly."""

    subject: str
    accounts: int
    openly: int


async def tags(tx: Tx, since: int) -> list[Counted]:
    """Count who used which hashtag in posts since an id."""
    rows = await tx.rows(
        "SELECT h.name, count(DISTINCT p.author_id),"
        f" count(DISTINCT CASE WHEN {_OPEN} THEN p.author_id END)"
        " FROM post p CROSS JOIN hashtag h CROSS JOIN actor a WHERE p.id >= ? AND h.post_id = p.id"
        f" AND a.id = p.author_id AND {_COUNTED} GROUP BY h.name"
        " HAVING count(DISTINCT p.author_id) >= ? ORDER BY 2 DESC, h.name LIMIT ?",
        (since, LEAST, KEPT),
    )
    return [Counted(*row) for row in rows]


async def links(tx: Tx, since: int) -> list[Counted]:
    """Count who linked to which page in posts since an id."""
    rows = await tx.rows(
        "SELECT u.url, count(DISTINCT p.author_id),"
        f" count(DISTINCT CASE WHEN {_OPEN} THEN p.author_id END)"
        " FROM post p CROSS JOIN card_use u CROSS JOIN card c CROSS JOIN actor a WHERE p.id >= ?"
        " AND u.post_id = p.id AND c.url = u.url AND c.title <> '' AND a.id = p.author_id"
        f" AND {_COUNTED} GROUP BY u.url HAVING count(DISTINCT p.author_id) >= ?"
        " ORDER BY 2 DESC, u.url LIMIT ?",
        (since, LEAST, KEPT),
    )
    return [Counted(*row) for row in rows]


async def posts(tx: Tx, since: int) -> list[Counted]:
    """Count who liked or shared which post since an id; answers and warnings are left out."""
    rows = await tx.rows(
        "SELECT w.id, w.accounts, CASE WHEN w.openly = 1 THEN w.accounts ELSE 0 END FROM"
        " (SELECT p.id, (SELECT count(DISTINCT r.actor_id) FROM reaction r WHERE r.post_id = p.id"
        " AND r.actor_id <> p.author_id) + (SELECT count(*) FROM post b WHERE b.boost_of = p.id"
        " AND b.author_id <> p.author_id AND b.deleted IS NULL) AS accounts,"
        f" CASE WHEN {_OPEN} AND a.discoverable = 1 THEN 1 ELSE 0 END AS openly"
        " FROM post p CROSS JOIN actor a WHERE p.id >= ? AND a.id = p.author_id"
        " AND p.in_reply_to IS NULL AND p.in_reply_to_uri = '' AND p.sensitive = 0"
        f" AND p.summary = '' AND (a.local = 1 OR a.discoverable = 1) AND {_COUNTED}) w"
        " WHERE w.accounts >= ? ORDER BY w.accounts DESC, w.id DESC LIMIT ?",
        (since, LEAST, KEPT),
    )
    return [Counted(str(row[0]), row[1], row[2]) for row in rows]


async def replace(tx: Tx, kind: Kind, trends: Sequence[Trend]) -> None:
    """Let these be the trends of one kind."""
    await tx.run("DELETE FROM trend WHERE kind = ?", (kind,))
    await tx.many(
        "INSERT INTO trend (kind, subject, score, open_score) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [(kind, one.subject, one.score, one.open_score) for one in trends],
    )


# -- reading


async def subjects(tx: Tx, kind: Kind, viewer: Viewer, limit: int, offset: int) -> list[str]:
    """Return what is talked about, most first, without what was rejected."""
    score, only, asker = "t.open_score", "", list[Param]()
    if isinstance(viewer, LocalActor):
        # Nothing of what the house talks about is for a guest.
        score, only, asker = "t.score", f" AND {_OF_THE_HOUSE}", [viewer.actor_id]
    rows = await tx.rows(
        f"SELECT t.subject FROM trend t WHERE t.kind = ? AND {score} > 0{only} AND NOT EXISTS"
        " (SELECT 1 FROM trend_review v WHERE v.kind = t.kind AND v.subject = t.subject"
        f" AND v.approved = 0) ORDER BY {score} DESC, t.subject LIMIT ? OFFSET ?",
        (kind, *asker, limit, offset),
    )
    return [row[0] for row in rows]


async def post_ids(tx: Tx, viewer: Viewer, limit: int, offset: int) -> list[int]:
    """Return the posts most talked about that `viewer` may see, most first."""
    found = [int(subject) for subject in await subjects(tx, "post", viewer, KEPT, 0)]
    if not found:
        return []
    visible, params = visibility.condition(viewer)
    me = viewer.actor_id if isinstance(viewer, LocalActor) else 0
    marks = ", ".join("?" * len(found))
    rows = await tx.rows(
        f"SELECT p.id FROM post p WHERE p.id IN ({marks}) AND {visible} AND NOT EXISTS"
        " (SELECT 1 FROM relation m WHERE m.kind IN ('block', 'mute') AND m.source_id = ?"
        " AND m.target_id = p.author_id)",
        (*found, *params, me),
    )
    seen = {row[0] for row in rows}
    return [id for id in found if id in seen][offset : offset + limit]


@dataclass(frozen=True, slots=True)
class Used:
    """How often and by how many something was used on a day, which begins at `at` (Unix ms)."""

    at: int
    uses: int
    accounts: int


async def tag_history(
    tx: Tx, names: Sequence[str], viewer: Viewer, now: int
) -> dict[str, list[Used]]:
    """Return the last days of each hashtag, newest first, in one statement."""
    return await _history(tx, "hashtag u", "u.name", names, viewer, now)


async def link_history(
    tx: Tx, urls: Sequence[str], viewer: Viewer, now: int
) -> dict[str, list[Used]]:
    """Return the last days of each link, newest first, in one statement."""
    return await _history(tx, "card_use u", "u.url", urls, viewer, now)


async def _history(
    tx: Tx, table: str, column: str, subjects: Sequence[str], viewer: Viewer, now: int
) -> dict[str, list[Used]]:
    today = now // DAY * DAY
    days = [today - n * DAY for n in range(DAYS)]
    empty = {subject: {day: Used(day, 0, 0) for day in days} for subject in subjects}
    if not subjects:
        return {}
    seen, asker = f"{_COUNTED} AND {_OPEN}", list[Param]()
    if isinstance(viewer, LocalActor):
        seen, asker = f"{_COUNTED} AND ({_OPEN} OR {_OF_THE_HOUSE})", [viewer.actor_id]
    marks = ", ".join("?" * len(subjects))
    # An id is its moment and 16 bits more; dividing is the same on both engines.
    rows = await tx.rows(
        f"SELECT {column}, u.post_id / 65536 / {DAY}, count(*), count(DISTINCT p.author_id)"
        f" FROM {table} CROSS JOIN post p CROSS JOIN actor a WHERE {column} IN ({marks})"
        f" AND u.post_id >= ? AND p.id = u.post_id AND a.id = p.author_id AND {seen} GROUP BY 1, 2",
        (*subjects, ids.at(days[-1]), *asker),
    )
    for subject, day, uses, accounts in rows:
        if day * DAY in empty[subject]:
            empty[subject][day * DAY] = Used(day * DAY, uses, accounts)
    return {subject: [found[day] for day in days] for subject, found in empty.items()}


async def shown_tags(tx: Tx, names: Sequence[str], viewer: Viewer) -> dict[str, str]:
    """Return each hashtag as it was last written where the viewer may see it."""
    if not names:
        return {}
    visible, params = visibility.condition(viewer)
    listed: list[Param] = [*names]
    places = ", ".join(["(?)"] * len(names))
    rows = await tx.rows(
        f"WITH asked(name) AS (VALUES {places}), newest(name, post_id) AS (SELECT asked.name,"
        " (SELECT p.id FROM (SELECT r.post_id FROM hashtag r WHERE r.name = asked.name"
        " ORDER BY r.post_id DESC LIMIT 50) u CROSS JOIN post p WHERE p.id = u.post_id"
        f" AND {visible} ORDER BY p.id DESC LIMIT 1) FROM asked)"
        " SELECT n.name, h.shown FROM newest n JOIN hashtag h"
        " ON h.name = n.name AND h.post_id = n.post_id",
        (*listed, *params),
    )
    return {row[0]: row[1] for row in rows}


# -- moderation


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A trend as a moderator sees it; `approved` is None while nobody has looked."""

    subject: str
    score: float
    approved: bool | None


async def for_review(tx: Tx, kind: Kind, limit: int, offset: int = 0) -> list[Reviewed]:
    """Return what is talked about, rejected or not, most first."""
    rows = await tx.rows(
        "SELECT t.subject, t.score, v.approved FROM trend t LEFT JOIN trend_review v"
        " ON v.kind = t.kind AND v.subject = t.subject WHERE t.kind = ?"
        " ORDER BY t.score DESC, t.subject LIMIT ? OFFSET ?",
        (kind, limit, offset),
    )
    return [Reviewed(row[0], row[1], None if row[2] is None else bool(row[2])) for row in rows]


async def reviewed(tx: Tx, kind: Kind, subject: str) -> Reviewed:
    """Return one subject as a moderator sees it, talked about or not."""
    row = await tx.one(
        "SELECT (SELECT score FROM trend WHERE kind = ? AND subject = ?),"
        " (SELECT approved FROM trend_review WHERE kind = ? AND subject = ?)",
        (kind, subject, kind, subject),
    )
    score, approved = row if row is not None else (None, None)
    return Reviewed(subject, score or 0.0, None if approved is None else bool(approved))


async def tag_names(tx: Tx, after: str, limit: int) -> list[str]:
    """Return the folded hashtags of all posts, in order, from the one after `after` on."""
    rows = await tx.rows(
        "SELECT name FROM hashtag WHERE name > ? GROUP BY name ORDER BY name LIMIT ?",
        (after, limit),
    )
    return [row[0] for row in rows]


async def review(tx: Tx, kind: Kind, subject: str, *, approved: bool, now: int) -> None:
    """Approve or reject something; it stands until said otherwise."""
    await tx.run(
        "INSERT INTO trend_review (kind, subject, approved, at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (kind, subject) DO UPDATE SET approved = excluded.approved,"
        " at = excluded.at",
        (kind, subject, int(approved), now),
    )
