"""What reached an actor of ours, for its inbox as ActivityPub has it: home timeline and addressed.

Two indexes choose the rows, newest first, and the visibility table filters them as everywhere.
Next: outbox/clients.py, which answers with them.
"""

from typing import Final

from actors.audience import LocalActor
from outbox.reads import Posts

from . import visibility
from .engine import Param, Tx
from .reads import with_surroundings
from .rows import POST

_LATEST: Final = 1 << 62
_IDS: Final = (
    "SELECT id FROM ("
    "SELECT id FROM (SELECT post_id AS id FROM home WHERE reader_id = ? AND post_id < ?"
    " ORDER BY post_id DESC LIMIT ?) h"
    " UNION SELECT id FROM (SELECT post_id AS id FROM addressee WHERE actor_id = ?"
    " AND post_id < ? ORDER BY post_id DESC LIMIT ?) d) x ORDER BY id DESC LIMIT ?"
)


async def received(tx: Tx, actor_id: int, cursor: int | None, limit: int) -> Posts:
    """Return a page of the posts and boosts of others that reached an actor, newest first.

    A page may be short, where something on it is not to be seen any more.
    """
    before = cursor or _LATEST
    params: list[Param] = [actor_id, before, limit, actor_id, before, limit, limit]
    ids = [int(row[0]) for row in await tx.rows(_IDS, params)]
    if not ids:
        return Posts()
    condition, seen = visibility.condition(LocalActor(actor_id))
    found = await tx.rows(
        f"SELECT {POST.selected('p')} FROM post p WHERE p.id IN ({', '.join('?' * len(ids))})"
        f" AND p.author_id <> ? AND {condition} ORDER BY p.id DESC",
        [*ids, actor_id, *seen],
    )
    posts = [POST.decode(row) for row in found]
    following = ids[-1] if len(ids) == limit else None
    return Posts(await with_surroundings(tx, posts), following)
