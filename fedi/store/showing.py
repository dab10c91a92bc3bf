"""Posts as the public pages show them: only what everyone on the open web may see.

Every list is chosen by an index, filtered by the visibility table with nobody's eyes, and given
with all that a page needs by a constant number of statements. Conversations are in threads.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from actors.audience import Nobody
from actors.people import Actor
from actors.posts import Post, Question, Revision
from outbox.objects.record import question_of

from . import visibility
from .engine import Param, Tx
from .reads import with_surroundings
from .rows import ACTOR, POST, REVISION

LATEST: Final = 1 << 62
PINS_MAX: Final = 5
REVISIONS_MAX: Final = 50
_WINDOW: Final = 1_000
_WINDOWS: Final = 5


def _visible(*, even_deleted: bool = False) -> str:
    condition, _ = visibility.condition(Nobody(), even_deleted=even_deleted)
    # Nor what an actor wrote whom not everyone may read, whatever the post itself says.
    return (
        f"{condition} AND NOT EXISTS (SELECT 1 FROM actor e WHERE e.id = p.author_id"
        " AND e.exposure <> 'open')"
    )


VISIBLE: Final = _visible()
"""True of a post `p` that has its place on a page for everyone."""
_ONCE_VISIBLE: Final = _visible(even_deleted=True)
_LISTED: Final = (
    f"p.visibility = 'public' AND p.boost_of IS NULL AND {VISIBLE} AND EXISTS (SELECT 1"
    " FROM actor l WHERE l.id = p.author_id AND l.local = 1 AND l.discoverable = 1)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One post with what is shown around it. `answered` wrote what it replies to; a boost has
    its original in `boosted`, a quote what it quotes by its author's leave in `quoted`; counts
    are of what everyone may see."""

    post: Post
    author: Actor
    hashtags: tuple[str, ...] = ()
    question: Question | None = None
    answered: Actor | None = None
    boosted: "Shown | None" = None
    quoted: "Shown | None" = None
    likes: int = 0
    boosts: int = 0
    replies: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of posts, newest first; older ones follow below the id `following`, if any."""

    posts: tuple[Shown, ...]
    following: int | None = None


def marks(values: Sequence[Param]) -> str:
    """Return the placeholders of an IN list."""
    return ", ".join("?" * len(values))


async def shown(tx: Tx, posts: list[Post]) -> list[Shown]:
    """Return posts as they are shown; boosts of what may not be shown are left out."""
    originals = await _originals(tx, posts)
    every = {post.id: post for post in (*posts, *originals)}
    quotes, quoted = await _quoted(tx, list(every.values()))
    every = {**{post.id: post for post in quoted}, **every}
    around = await with_surroundings(tx, list(every.values()))
    hidden = await _hidden_hosts(tx, [s.author for _, s in around])
    likes = await _counts(tx, _LIKES, list(every))
    boosts = await _counts(tx, _BOOSTS, list(every))
    replies = await _counts(tx, _REPLIES, list(every))
    answered = await _answered(tx, list(every.values()))
    made: dict[int, Shown] = {}
    for post, rows in around:
        if rows.author.host in hidden and not rows.author.local:
            continue
        made[post.id] = Shown(
            post=post,
            author=rows.author,
            hashtags=tuple(tag.shown for tag in rows.hashtags),
            question=question_of(rows),
            answered=answered.get(post.in_reply_to or 0),
            likes=likes.get(post.id, 0),
            boosts=boosts.get(post.id, 0),
            replies=replies.get(post.id, 0),
        )
    made |= {
        id: replace(made[id], quoted=made[other])
        for id, other in quotes.items()
        if id in made and other in made
    }
    return [one for post in posts if (one := _with_original(made, post)) is not None]


def _with_original(made: dict[int, Shown], post: Post) -> Shown | None:
    own = made.get(post.id)
    if own is None or post.boost_of is None:
        return own
    original = made.get(post.boost_of)
    if original is None:
        return None
    return Shown(post=own.post, author=own.author, boosted=original)


async def _originals(tx: Tx, posts: list[Post]) -> list[Post]:
    wanted = sorted({post.boost_of for post in posts if post.boost_of is not None})
    if not wanted:
        return []
    found = await tx.rows(
        f"SELECT {POST.selected('p')} FROM post p WHERE p.id IN ({marks(wanted)})"
        f" AND p.boost_of IS NULL AND {VISIBLE}",
        wanted,
    )
    return [POST.decode(row) for row in found]


async def _quoted(tx: Tx, posts: list[Post]) -> tuple[dict[int, int], list[Post]]:
    """Return what is quoted by its author's leave, by the quoting post, and those posts."""
    asked = [post.id for post in posts if post.quote]
    if not asked:
        return {}, []
    rows = await tx.rows(
        f"SELECT q.post_id, {POST.selected('p')} FROM quote q JOIN post p ON p.id = q.quoted_id"
        f" WHERE q.post_id IN ({marks(asked)}) AND q.state = 'accepted' AND {VISIBLE}",
        asked,
    )
    found = {row[0]: POST.decode(row[1:]) for row in rows}
    return {id: post.id for id, post in found.items()}, list(found.values())


async def _hidden_hosts(tx: Tx, authors: list[Actor]) -> frozenset[str]:
    """Return which of the authors' hosts are blocked by now; their old posts rest unseen."""
    above: dict[str, list[str]] = {}
    for host in {author.host for author in authors if not author.local}:
        labels = host.partition(":")[0].split(".")
        above[host] = [host, *(".".join(labels[start:]) for start in range(len(labels)))]
    asked = sorted({domain for domains in above.values() for domain in domains})
    if not asked:
        return frozenset()
    rows = await tx.rows(
        f"SELECT domain FROM domain_rule WHERE kind = 'block' AND domain IN ({marks(asked)})",
        asked,
    )
    blocked = {row[0] for row in rows}
    return frozenset(host for host, domains in above.items() if blocked.intersection(domains))


_LIKES: Final = (
    "SELECT post_id, count(DISTINCT actor_id) FROM reaction WHERE post_id IN ({}) GROUP BY post_id"
)
_BOOSTS: Final = (
    f"SELECT p.boost_of, count(*) FROM post p WHERE p.boost_of IN ({{}}) AND {VISIBLE}"
    " GROUP BY p.boost_of"
)
_REPLIES: Final = (
    f"SELECT p.in_reply_to, count(*) FROM post p WHERE p.in_reply_to IN ({{}}) AND {VISIBLE}"
    " GROUP BY p.in_reply_to"
)


async def _counts(tx: Tx, statement: str, ids: list[int]) -> dict[int, int]:
    if not ids:
        return {}
    rows = await tx.rows(statement.format(marks(ids)), ids)
    return {row[0]: row[1] for row in rows}


async def _answered(tx: Tx, posts: list[Post]) -> dict[int, Actor]:
    """Return who wrote what these posts answer, by the id of the answered post."""
    parents = sorted({post.in_reply_to for post in posts if post.in_reply_to is not None})
    if not parents:
        return {}
    rows = await tx.rows(
        f"SELECT p.id, {ACTOR.selected('a')} FROM post p JOIN actor a ON a.id = p.author_id"
        f" WHERE p.id IN ({marks(parents)}) AND {VISIBLE}",
        parents,
    )
    return {row[0]: ACTOR.decode(row[1:]) for row in rows}


# -- lists


async def by_author(tx: Tx, actor_id: int, before: int | None, limit: int) -> Listing:
    """Return what an actor wrote and boosted."""
    rows = await tx.rows(
        f"SELECT {POST.selected('p')} FROM post p WHERE p.author_id = ? AND p.id < ?"
        f" AND {VISIBLE} ORDER BY p.id DESC LIMIT ?",
        (actor_id, before or LATEST, limit + 1),
    )
    return await _listing(tx, rows, limit)


async def pinned(tx: Tx, actor_id: int) -> list[Shown]:
    """Return the posts that an actor has pinned, newest pin first."""
    rows = await tx.rows(
        f"SELECT {POST.selected('p')} FROM pin JOIN post p ON p.id = pin.post_id"
        f" WHERE pin.actor_id = ? AND p.author_id = pin.actor_id AND {VISIBLE}"
        " ORDER BY pin.created DESC LIMIT ?",
        (actor_id, PINS_MAX),
    )
    return await shown(tx, [POST.decode(row) for row in rows])


async def for_feed(tx: Tx, actor_id: int, limit: int) -> list[Shown]:
    """Return an actor's newest public posts of its own, without replies and boosts."""
    rows = await tx.rows(
        f"SELECT {POST.selected('p')} FROM post p WHERE p.author_id = ? AND"
        " p.visibility = 'public' AND p.boost_of IS NULL AND p.in_reply_to IS NULL"
        f" AND p.in_reply_to_uri = '' AND {VISIBLE} ORDER BY p.id DESC LIMIT ?",
        (actor_id, limit),
    )
    return await shown(tx, [POST.decode(row) for row in rows])


async def newest(tx: Tx, before: int | None, limit: int) -> Listing:
    """Return the newest public posts of the house, replies left out."""
    statement = (
        f"SELECT {POST.selected('p')} FROM (SELECT id FROM post WHERE local = 1 AND id < ?"
        " ORDER BY id DESC LIMIT ?) w JOIN post p ON p.id = w.id"
        f" WHERE p.in_reply_to IS NULL AND p.in_reply_to_uri = '' AND {_LISTED}"
        " ORDER BY p.id DESC LIMIT ?"
    )
    edge = (
        "SELECT min(w.id), count(*) FROM (SELECT id FROM post WHERE local = 1 AND id < ?"
        " ORDER BY id DESC LIMIT ?) w"
    )
    return await _windowed(tx, statement, edge, (), before, limit)


async def tagged(tx: Tx, name: str, before: int | None, limit: int) -> Listing:
    """Return our own public posts with a hashtag, given as it is folded for finding."""
    statement = (
        f"SELECT {POST.selected('p')} FROM (SELECT post_id FROM hashtag WHERE name = ?"
        " AND post_id < ? ORDER BY post_id DESC LIMIT ?) w JOIN post p ON p.id = w.post_id"
        f" WHERE {_LISTED} ORDER BY p.id DESC LIMIT ?"
    )
    edge = (
        "SELECT min(w.post_id), count(*) FROM (SELECT post_id FROM hashtag WHERE name = ?"
        " AND post_id < ? ORDER BY post_id DESC LIMIT ?) w"
    )
    return await _windowed(tx, statement, edge, (name,), before, limit)


async def tagged_by(tx: Tx, actor_id: int, name: str, before: int | None, limit: int) -> Listing:
    """Return what an actor wrote with a hashtag, given as it is folded for finding."""
    window = (
        "(SELECT id FROM actor WHERE id = ?) l CROSS JOIN (SELECT post_id FROM hashtag"
        " WHERE name = ? AND post_id < ? ORDER BY post_id DESC LIMIT ?) w"
    )
    statement = (
        f"SELECT {POST.selected('p')} FROM {window} JOIN post p ON p.id = w.post_id"
        f" AND p.author_id = l.id WHERE p.boost_of IS NULL AND {VISIBLE}"
        " ORDER BY p.id DESC LIMIT ?"
    )
    edge = f"SELECT min(w.post_id), count(*) FROM {window}"
    return await _windowed(tx, statement, edge, (actor_id, name), before, limit)


async def _windowed(
    tx: Tx, statement: str, edge: str, first: tuple[Param, ...], before: int | None, limit: int
) -> Listing:
    """Read in windows of an index, so that a house full of internal posts costs no long walk."""
    below = before or LATEST
    rows: list[tuple[Any, ...]] = []
    for _ in range(_WINDOWS):
        room = limit + 1 - len(rows)
        rows += await tx.rows(statement, (*first, below, _WINDOW, room))
        if len(rows) > limit:
            return await _listing(tx, rows, limit)
        end = await tx.one(edge, (*first, below, _WINDOW))
        if end is None or end[0] is None or end[1] < _WINDOW:
            return await _listing(tx, rows, limit)
        below = int(end[0])
    return Listing((await _listing(tx, rows, limit)).posts, below)


async def _listing(tx: Tx, rows: list[tuple[Any, ...]], limit: int) -> Listing:
    posts = [POST.decode(row) for row in rows[:limit]]
    following = posts[-1].id if len(rows) > limit else None
    return Listing(tuple(await shown(tx, posts)), following)


# -- one post


async def post(tx: Tx, id: int) -> Post | None:
    """Return a post of ours that everyone may see. One deleted, that everyone could see before,
    comes with `deleted` set and no content."""
    row = await tx.one(
        f"SELECT {POST.selected('p')} FROM post p WHERE p.id = ? AND p.local = 1"
        f" AND p.boost_of IS NULL AND {_ONCE_VISIBLE}",
        (id,),
    )
    return POST.decode(row) if row is not None else None


async def one(tx: Tx, id: int) -> Shown | None:
    """Return a post of ours as it is shown, by the rule of `post`."""
    found = await post(tx, id)
    return (await shown(tx, [found]))[0] if found is not None else None


async def history(tx: Tx, post_id: int) -> list[Revision]:
    """Return the earlier states of a post, oldest first; ask only for one that may be shown."""
    rows = await tx.rows(
        f"{REVISION.select} WHERE post_id = ? ORDER BY number LIMIT ?", (post_id, REVISIONS_MAX)
    )
    return [REVISION.decode(row) for row in rows]
