"""What stands on a home timeline that is made anew: the newest posts of many authors and hashtags.

Each source is asked for a few posts first, and again only where all of those are among the newest:
the cost is that of the timeline, not of what its authors ever wrote. Until the newest are known,
only indexes are read. home.py keeps what is found.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from actors.audience import LocalActor

from . import visibility
from .engine import Param, Tx
from .timelines import BEGUN

FOLLOWS_MAX: Final = 10_000
_FEW: Final = 4
_SPREAD: Final = 2
"""How many times its share of the timeline a source is asked for first."""
_ROUNDS: Final = 4
_HIGHEST: Final = (1 << 63) - 1
_SOURCES: Final = (
    "SELECT ? AS id UNION ALL SELECT * FROM (SELECT f.target_id FROM relation f"
    " WHERE f.kind = 'follow' AND f.source_id = ? AND f.state = 'accepted' AND NOT EXISTS"
    " (SELECT 1 FROM widely_followed w WHERE w.actor_id = f.target_id) LIMIT ?) followed"
)
_FIRST: Final = (
    # CROSS JOIN: from those one follows on, each with the end of the index that is theirs.
    f"SELECT p.id, p.author_id FROM ({_SOURCES}) a CROSS JOIN post p WHERE p.author_id = a.id"
    " AND p.id < ? AND p.id > coalesce((SELECT q.id FROM post q WHERE q.author_id = a.id"
    " AND q.id < ? ORDER BY q.id DESC LIMIT 1 OFFSET ?), -1)"
)
_MORE: Final = (
    "SELECT p.id, p.author_id FROM post p WHERE p.author_id = ? AND p.id > ? AND p.id < ?"
    " ORDER BY p.id DESC LIMIT ?"
)
BY_NAME: Final = (
    "SELECT p.id, p.author_id FROM hashtag h JOIN post p ON p.id = h.post_id"
    " WHERE h.name = ? AND h.post_id < ? AND p.visibility IN ('public', 'internal')"
    " AND p.boost_of IS NULL ORDER BY h.post_id DESC LIMIT ?"
)

_GROUPS: Final = (
    "SELECT f.target_id FROM relation f JOIN grouping g ON g.actor_id = f.target_id"
    " WHERE f.kind = 'follow' AND f.source_id = ? AND f.state = 'accepted' AND NOT EXISTS"
    " (SELECT 1 FROM widely_followed w WHERE w.actor_id = f.target_id)"
)
IN_GROUP: Final = (
    # CROSS JOIN: from the group's newest posts on.
    "SELECT p.id, p.author_id FROM addressee d CROSS JOIN post p WHERE d.actor_id = ?"
    f" AND d.post_id < ? AND p.id = d.post_id AND {BEGUN} ORDER BY d.post_id DESC LIMIT ?"
)

Post = tuple[int, int]


async def others(tx: Tx, reader_id: int) -> list[tuple[str, Param]]:
    """Return what a reader follows besides authors, as (statement, its first parameter): hashtags
    and groups. Each statement takes also the id to stay below, and how many."""
    tags = await tx.rows("SELECT name FROM followed_tag WHERE actor_id = ?", (reader_id,))
    groups = await tx.rows(_GROUPS, (reader_id,))
    return [(BY_NAME, row[0]) for row in tags] + [(IN_GROUP, row[0]) for row in groups]


async def newest(tx: Tx, reader_id: int, count: int) -> list[Post]:
    """Return the newest (post, author), newest first, of what a reader may see of those they
    follow, of their own, and of hashtags and groups that they
    follow.

    They are a little fewer than `count` where among the newest there are some for others' eyes.
    """
    beside = await others(tx, reader_id)
    found: list[Post] = []
    below = _HIGHEST
    for _ in range(_ROUNDS):
        chosen = await _chosen(tx, reader_id, beside, below, count)
        found += await _seen(tx, chosen, reader_id)
        if len(chosen) < count or len(found) * 4 >= count * 3:
            break
        below = chosen[-1][0]
    return found[:count]


async def _chosen(
    tx: Tx, reader_id: int, beside: list[tuple[str, Param]], below: int, count: int
) -> list[Post]:
    """Return the newest posts below an id, whoever may see them."""
    follows = await tx.one(
        "SELECT count(*) FROM relation WHERE kind = 'follow' AND source_id = ?", (reader_id,)
    )
    few = max(_FEW, _SPREAD * count // (1 + (follows[0] if follows else 0)))
    first = await tx.rows(_FIRST, [reader_id, reader_id, FOLLOWS_MAX, below, below, few])
    tagged = [post for sql, key in beside for post in await tx.rows(sql, (key, below, count))]
    chosen, floor = _top({*first, *tagged} if tagged else first, count)
    asked = {*first} if tagged else None
    taken = [post for post in chosen if asked is None or post in asked]
    for author, many in Counter(author for _, author in taken).items():
        if many >= few:  # all that were asked for: there may be more
            last = min(id for id, one in taken if one == author)
            chosen += await tx.rows(_MORE, (author, floor, last, count))
    return _top(set(chosen), count)[0]


def _top(found: Iterable[Post], count: int) -> tuple[list[Post], int]:
    """Return the newest, and the id that others must be above to be among them."""
    chosen = sorted(found, reverse=True)[:count]
    return chosen, chosen[-1][0] if len(chosen) == count else -1


async def _seen(tx: Tx, chosen: list[Post], reader_id: int) -> list[Post]:
    if not chosen:
        return []
    condition, params = visibility.condition(LocalActor(reader_id))
    places = ", ".join("?" * len(chosen))
    ids: list[Param] = [id for id, _ in chosen]
    rows = await tx.rows(
        f"SELECT p.id, p.author_id FROM post p WHERE p.id IN ({places}) AND {condition}",
        [*ids, *params],
    )
    return sorted(((row[0], row[1]) for row in rows), reverse=True)
