"""The conversation around a post as one reader sees it: what it answers, and the answers.

The way up stops at what the reader may not see; the way down goes level by level. Both bounded.
"""

from actors.audience import Viewer

from . import visibility
from .engine import Tx
from .timelines import unwanted

_DEPTH = 20


async def ancestors(tx: Tx, id: int, viewer: Viewer, most: int) -> list[int]:
    """Return the ids of what a post answers, and so on upward; oldest first."""
    condition, params = visibility.condition(viewer)
    rows = await tx.rows(
        "WITH RECURSIVE above (id, parent, level) AS ("
        " SELECT s.id, s.in_reply_to, 0 FROM post s WHERE s.id = ?"
        " UNION ALL SELECT p.id, p.in_reply_to, above.level + 1 FROM above"
        f" JOIN post p ON p.id = above.parent WHERE above.level < ? AND {condition})"
        " SELECT id FROM above WHERE level > 0 ORDER BY level DESC",
        [id, min(most, 500), *params],
    )
    found = dict.fromkeys(int(row[0]) for row in rows)  # hostile posts may answer in a circle
    found.pop(id, None)
    return list(found)


async def descendants(tx: Tx, id: int, viewer: Viewer, most: int) -> list[int]:
    """Return the ids of the answers to a post, each before the answers to it."""
    condition, params = visibility.condition(viewer)
    without, readers = unwanted(viewer)
    rows = await tx.rows(
        "WITH RECURSIVE below (id, parent, level) AS ("
        " SELECT s.id, s.in_reply_to, 0 FROM post s WHERE s.id = ?"
        " UNION ALL SELECT p.id, p.in_reply_to, below.level + 1 FROM below"
        f" JOIN post p ON p.in_reply_to = below.id WHERE below.level < ? AND {condition}{without}"
        " AND p.boost_of IS NULL)"
        # Unsorted, so that both engines stop once there are enough, nearest levels first.
        " SELECT id, parent FROM below WHERE level > 0 LIMIT ?",
        [id, _DEPTH, *params, *readers, most],
    )
    children: dict[int, list[int]] = {}
    for child, parent in sorted(rows):
        children.setdefault(parent, []).append(child)
    ordered: list[int] = []
    waiting = list(reversed(children.get(id, [])))
    seen = {id}
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        ordered.append(one)
        waiting += reversed(children.get(one, []))
    return ordered
