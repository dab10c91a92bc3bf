"""A conversation around one post, as everyone may see it: what it answers, and the answers.

The way up stops at the first post that not everyone may see; the way down goes level by level,
by the index of parents, to a depth and a width that keep the page small.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.posts import Post

from .engine import Tx
from .rows import POST
from .showing import VISIBLE, Shown, marks, post, shown

ABOVE_MAX: Final = 10
DEPTH_MAX: Final = 5
WIDTH_MAX: Final = 30
REPLIES_MAX: Final = 90


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with the answers to it that are shown; `more` says that not all are."""

    shown: Shown
    replies: tuple["Reply", ...] = ()

    @property
    def more(self) -> bool:
        return self.shown.replies > len(self.replies)


@dataclass(frozen=True, slots=True)
class Thread:
    """A post, what it answers (oldest first), and its answers; `following` is the id after
    which further ones come, if any."""

    shown: Shown
    above: tuple[Shown, ...] = ()
    replies: tuple[Reply, ...] = ()
    following: int | None = None


async def thread(tx: Tx, id: int, after: int | None) -> Thread | None:
    """Return the conversation around a post of ours, or None where there is none to be shown."""
    root = await post(tx, id)
    if root is None:
        return None
    if root.deleted is not None:
        return Thread((await shown(tx, [root]))[0])
    above = await _above(tx, root) if after is None else []
    below, following = await _below(tx, root, after or 0)
    below = await _welcome(tx, root.author_id, below)
    by_id = {one.post.id: one for one in await shown(tx, [root, *above, *below])}
    return Thread(
        by_id[id],
        tuple(by_id[other.id] for other in above if other.id in by_id),
        _tree(id, [by_id[other.id] for other in below if other.id in by_id]),
        following,
    )


async def _above(tx: Tx, root: Post) -> list[Post]:
    """Return what a post answers, and what that answers, and so on; oldest first."""
    if root.in_reply_to is None:
        return []
    rows = await tx.rows(
        "WITH RECURSIVE above (id, parent, level) AS ("
        f" SELECT p.id, p.in_reply_to, 1 FROM post p WHERE p.id = ? AND {VISIBLE}"
        " UNION ALL"
        " SELECT p.id, p.in_reply_to, above.level + 1 FROM above"
        f" JOIN post p ON p.id = above.parent WHERE above.level < ? AND {VISIBLE})"
        f" SELECT {POST.selected('p')} FROM above JOIN post p ON p.id = above.id"
        " ORDER BY above.level DESC",
        (root.in_reply_to, ABOVE_MAX),
    )
    once = {row[0]: POST.decode(row) for row in rows}  # hostile posts may answer in a circle
    once.pop(root.id, None)
    return list(once.values())


async def _below(tx: Tx, root: Post, after: int) -> tuple[list[Post], int | None]:
    """Return the answers, level by level, and the id after which the first level goes on."""
    rows = await tx.rows(
        f"SELECT {POST.selected('p')} FROM post p WHERE p.in_reply_to = ? AND p.id > ?"
        f" AND {VISIBLE} ORDER BY p.id LIMIT ?",
        (root.id, after, WIDTH_MAX + 1),
    )
    level = [POST.decode(row) for row in rows[:WIDTH_MAX]]
    following = level[-1].id if len(rows) > WIDTH_MAX else None
    found = {one.id: one for one in level}
    for _ in range(DEPTH_MAX - 1):
        room = REPLIES_MAX - len(found)
        if not level or room <= 0:
            break
        parents = [one.id for one in level]
        rows = await tx.rows(
            f"SELECT {POST.selected('p')} FROM post p WHERE p.in_reply_to IN ({marks(parents)})"
            f" AND {VISIBLE} ORDER BY p.id LIMIT ?",
            (*parents, room),
        )
        level = [one for row in rows if (one := POST.decode(row)).id not in found]
        found.update((one.id, one) for one in level)
    found.pop(root.id, None)
    return list(found.values()), following


async def _welcome(tx: Tx, author_id: int, replies: list[Post]) -> list[Post]:
    """Leave out the answers of those whom the author of the post has blocked."""
    writers = sorted({reply.author_id for reply in replies})
    if not writers:
        return replies
    rows = await tx.rows(
        "SELECT target_id FROM relation WHERE kind = 'block' AND source_id = ?"
        f" AND target_id IN ({marks(writers)})",
        (author_id, *writers),
    )
    blocked = {row[0] for row in rows}
    return [reply for reply in replies if reply.author_id not in blocked]


def _tree(root: int, replies: Sequence[Shown]) -> tuple[Reply, ...]:
    by_parent: dict[int, list[Shown]] = {}
    for reply in replies:
        by_parent.setdefault(reply.post.in_reply_to or 0, []).append(reply)

    def beneath(id: int, depth: int) -> tuple[Reply, ...]:
        if depth > DEPTH_MAX:
            return ()
        return tuple(
            Reply(reply, beneath(reply.post.id, depth + 1)) for reply in by_parent.get(id, ())
        )

    return beneath(root, 1)
