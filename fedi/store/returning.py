"""A page for a reader who comes back, before their home timeline is made anew (home.py).

It is merged from what those they follow wrote: of each the newest post is looked up, and only of
those whose newest is on the page, more. The cost is that of one look-up for each whom one follows.
"""

from heapq import nlargest
from typing import Final

from .engine import Tx
from .newest import FOLLOWS_MAX, others
from .timelines import Chosen, Span, wanted_among

_ROUNDS: Final = 4
_SPARE: Final = 2
"""How many times as many as are wanted are looked at, since some are not the reader's to see."""
_FOLLOWED: Final = (
    "SELECT ? AS id UNION ALL SELECT * FROM (SELECT f.target_id FROM relation f"
    " WHERE f.kind = 'follow' AND f.source_id = ? AND f.state = 'accepted' LIMIT ?) followed"
)
_HEADS: Final = (
    "SELECT (SELECT p.id FROM post p WHERE p.author_id = a.id AND p.id > ? AND p.id < ?"
    f" ORDER BY p.id DESC LIMIT 1), a.id FROM ({_FOLLOWED}) a"
)
_OF_THESE: Final = (
    # CROSS JOIN: from the authors on, each with the end of the index that is theirs.
    "SELECT p.id FROM actor a CROSS JOIN post p WHERE a.id IN ({}) AND p.author_id = a.id"
    " AND p.id >= ? AND p.id < ? AND p.id > coalesce((SELECT q.id FROM post q"
    " WHERE q.author_id = a.id AND q.id < ? ORDER BY q.id DESC LIMIT 1 OFFSET ?), -1)"
)


async def merged_home(tx: Tx, reader_id: int, span: Span) -> list[Chosen] | None:
    """Return a page downward, as timelines.home would with all there is; None where so much is
    not for the reader that it would take too long to find."""
    beside = await others(tx, reader_id)
    found: list[Chosen] = []
    below, count = span.below, _SPARE * span.limit
    for _ in range(_ROUNDS):
        newest = await _newest(tx, reader_id, span.above, below, count)
        for sql, key in beside:
            tagged = await tx.rows(sql, (key, below, count))
            newest |= {row[0] for row in tagged if row[0] > span.above}
        nearest = sorted(newest, reverse=True)[:count]
        found += await wanted_among(tx, reader_id, nearest)
        if len(found) >= span.limit or len(nearest) < count:
            return found[: span.limit]
        below = nearest[-1]
    return None


async def _newest(tx: Tx, reader_id: int, above: int, below: int, count: int) -> set[int]:
    """Return the newest posts of those a reader follows, `count` at least if there are so many."""
    rows = await tx.rows(_HEADS, (above, below, reader_id, reader_id, FOLLOWS_MAX))
    heads = nlargest(count, (row for row in rows if row[0] is not None))
    if not heads:
        return set()
    authors = [row[1] for row in heads]
    # With as many authors as posts are wanted, nothing older than the newest of each can count.
    floor = heads[-1][0] if len(authors) == count else above + 1
    statement = _OF_THESE.format(", ".join("?" * len(authors)))
    rows = await tx.rows(statement, [*authors, floor, below, below, count])
    return {row[0] for row in rows}
