"""All that the client API shows of a page of posts and accounts, in a constant number of
statements: for fedi/mastodon/rendering.py, which caches what is the same for every reader.

Two kinds of reader see different counts: those inside, who have a token for one of our actors,
and those outside, who see of ours only what is open. What a single reader did or may see is in
`did`, `parents` and `own_votes`, asked anew for each page.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from actors.audience import Nobody, Viewer
from actors.people import Actor
from actors.posts import Post
from outbox.objects.record import Surroundings

from . import cards, visibility
from .cards import Card
from .engine import Dialect, Param, Tx
from .events import Place, newest_of
from .knowing import known_to
from .reads import surroundings
from .rows import ACTOR, POST
from .timelines import BOOKMARKED, FAVOURITED, PINNED, REBLOGGED, Chosen

_ZERO: Final = (0, None)
_OPEN: Final = "p.visibility IN ('public', 'unlisted')"
_INSIDE: Final = "p.visibility IN ('public', 'unlisted', 'internal')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A post with what stands around it, as all of one kind of reader see it."""

    post: Post
    around: Surroundings
    likes: int
    boosts: int
    replies: int
    quotes: int
    app: tuple[str, str] | None
    card: Card | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """An account with its counts; `last` is the id of its newest post."""

    actor: Actor
    posts: int
    followers: int
    following: int
    last: int | None


def marks(values: Sequence[object]) -> str:
    """Return the placeholders of an IN list."""
    return ", ".join("?" * len(values))


async def wholes(tx: Tx, ids: Sequence[int], *, inside: bool) -> list[Whole]:
    """Return posts (never boosts) by id, with their counts; deleted ones are left out."""
    if not ids:
        return []
    rows = await tx.rows(f"{POST.select} WHERE id IN ({marks(ids)}) AND deleted IS NULL", ids)
    posts = [POST.decode(row) for row in rows]
    around = await surroundings(tx, posts)
    counts = await _counts(tx, _OF_POSTS[inside], ids)
    apps = await tx.rows(
        "SELECT x.post_id, a.name, a.website FROM post_app x JOIN app a ON a.id = x.app_id"
        f" WHERE x.post_id IN ({marks(ids)})",
        ids,
    )
    named = {row[0]: (row[1], row[2]) for row in apps}
    previews = await cards.of_posts(tx, ids)
    return [
        Whole(
            post=post,
            around=beside,
            likes=counts.get((0, post.id), _ZERO)[0],
            boosts=counts.get((1, post.id), _ZERO)[0],
            replies=counts.get((2, post.id), _ZERO)[0],
            quotes=counts.get((3, post.id), _ZERO)[0],
            app=named.get(post.id),
            card=previews.get(post.id),
        )
        for post, beside in zip(posts, around, strict=True)
    ]


def _of_posts(seen: str) -> str:
    """Return the statement that counts likes, boosts, answers and quotes, as `seen` lets them."""
    child = (
        "SELECT {0}, p.{1}, count(*) FROM post p WHERE p.{1} IN ({{0}})"
        f" AND p.deleted IS NULL AND {seen} GROUP BY p.{{1}}"
    )
    return " UNION ALL ".join((
        "SELECT 0, post_id, count(DISTINCT actor_id) FROM reaction WHERE post_id IN ({0})"
        " GROUP BY post_id",
        child.format(1, "boost_of"),
        child.format(2, "in_reply_to"),
        "SELECT 3, q.quoted_id, count(*) FROM quote q JOIN post p ON p.id = q.post_id"
        " WHERE q.quoted_id IN ({0}) AND q.state = 'accepted'"
        f" AND p.deleted IS NULL AND {seen} GROUP BY q.quoted_id",
    ))  # fmt: skip


_OF_POSTS: Final = {True: _of_posts(_INSIDE), False: _of_posts(_OPEN)}


def _of_actors(seen: str) -> str:
    """Return the statement that counts an actor's posts, as `seen` lets them, and follows."""
    return (
        "SELECT 0, p.author_id, count(*), max(p.id) FROM post p WHERE p.author_id IN ({0})"
        f" AND p.deleted IS NULL AND {seen} GROUP BY p.author_id"
        " UNION ALL SELECT 1, target_id, count(*), 0 FROM relation WHERE kind = 'follow'"
        " AND target_id IN ({0}) AND state = 'accepted' GROUP BY target_id"
        # Nobody is to count what they may not know of: a secret group counts for nobody.
        " UNION ALL SELECT 2, source_id, count(*), 0 FROM relation WHERE kind = 'follow'"
        " AND source_id IN ({0}) AND state = 'accepted' AND NOT EXISTS (SELECT 1 FROM actor h"
        " WHERE h.id = target_id AND h.secret = 1) GROUP BY source_id"
    )


# Nor do a narrower post's author and day show in a figure to whom the post does not.
_OF_ACTORS: Final = {True: _of_actors(_INSIDE), False: _of_actors(_OPEN)}


async def _counts(tx: Tx, statement: str, ids: Sequence[int]) -> dict[tuple[int, int], Any]:
    """Return what a statement of some counts, by its number and the id that it counts for."""
    rows = await tx.rows(statement.format(marks(ids)), [*ids] * statement.count("{0}"))
    return {(row[0], row[1]): row[2:] for row in rows}


async def accounts(tx: Tx, ids: Sequence[int], *, inside: bool) -> list[Counted]:
    """Return actors by id with their counts, in no order. Unknown ids are passed over, and so are
    those of ours that nobody outside may know of."""
    if not ids:
        return []
    rows = await tx.rows(
        f"{ACTOR.select} WHERE id IN ({marks(ids)}) AND deleted IS NULL{_knowable(inside)}", ids
    )
    counts = await _counts(tx, _OF_ACTORS[inside], ids)
    return [
        Counted(
            actor=ACTOR.decode(row),
            posts=counts.get((0, row[0]), _ZERO)[0],
            followers=counts.get((1, row[0]), _ZERO)[0],
            following=counts.get((2, row[0]), _ZERO)[0],
            last=counts.get((0, row[0]), _ZERO)[1],
        )
        for row in rows
    ]


async def by_uri(tx: Tx, uri: str) -> int | None:
    """Return the id of the actor with a URI."""
    row = await tx.one("SELECT id FROM actor WHERE uri = ?", (uri,))
    return None if row is None else int(row[0])


async def follow_requests(tx: Tx, actor_id: int) -> int:
    """Return how many wait for an actor's yes to their following."""
    row = await tx.one(
        "SELECT count(*) FROM relation WHERE kind = 'follow' AND target_id = ?"
        " AND state = 'pending'",
        (actor_id,),
    )
    return 0 if row is None else int(row[0])


# -- for one reader


async def did(tx: Tx, actor_id: int, ids: Sequence[int]) -> dict[int, int]:
    """Return what an actor did with these posts, in the bits of timelines.Chosen and one
    statement; those it did nothing with are left out."""
    places = marks(ids)
    rows = await tx.rows(
        f"SELECT {FAVOURITED}, post_id FROM reaction WHERE post_id IN ({places}) AND actor_id = ?"
        " AND content = ''"
        f" UNION ALL SELECT {REBLOGGED}, boost_of FROM post WHERE boost_of IN ({places})"
        " AND author_id = ? AND deleted IS NULL"
        f" UNION ALL SELECT {BOOKMARKED}, post_id FROM bookmark WHERE actor_id = ?"
        f" AND post_id IN ({places})"
        f" UNION ALL SELECT {PINNED}, post_id FROM pin WHERE actor_id = ?"
        f" AND post_id IN ({places})",
        (*ids, actor_id, *ids, actor_id, actor_id, *ids, actor_id, *ids),
    )
    found: dict[int, int] = {}
    for bit, post_id in rows:
        found[post_id] = found.get(post_id, 0) | bit
    return found


@dataclass(frozen=True, slots=True)
class Settings:
    """What a page looks at first: the roots of the conversations that an actor hears no more of,
    the version of its filters, and the place of the newest event (None: ask for it)."""

    muted: frozenset[str]
    filters: int
    newest: Place | None


async def settings(tx: Tx, actor_id: int) -> Settings:
    """Return what an actor's pages look at first, in one statement."""
    rows = await tx.rows(_SETTINGS[tx.dialect], (actor_id, actor_id))
    muted, filters, newest = list[str](), 0, None
    for kind, root, first, second in rows:
        if kind == 0:
            newest = Place(first, second)
        elif kind == 1:
            filters = first
        else:
            muted.append(root)
    return Settings(frozenset(muted) if muted else _NONE, filters, newest)


_NONE: Final[frozenset[str]] = frozenset()
_SETTINGS: Final[Mapping[Dialect, str]] = {
    dialect: f"SELECT 0, '', n.tx, n.position FROM ({newest_of(dialect)}) n"
    " UNION ALL SELECT 1, '', version, 0 FROM filter_version WHERE actor_id = ?"
    " UNION ALL SELECT 2, root, 0, 0 FROM"
    " (SELECT root FROM thread_mute WHERE actor_id = ? LIMIT 1000) m"
    for dialect in ("sqlite", "postgres")
}


async def parents(tx: Tx, ids: Sequence[int], viewer: Viewer) -> dict[int, int]:
    """Return the author of each of these posts that the viewer may see."""
    return {row[0]: row[1] for row in await seen(tx, ids, viewer)}


async def seen(tx: Tx, ids: Sequence[int], viewer: Viewer) -> list[Chosen]:
    """Return those among these posts that the viewer may see."""
    if not ids:
        return []
    condition, params = visibility.condition(viewer)
    rows = await tx.rows(
        f"SELECT p.id, p.author_id, p.boost_of FROM post p WHERE p.id IN ({marks(ids)})"
        f" AND {condition}",
        [*ids, *params],
    )
    return [Chosen(*row) for row in rows]


async def post_for(tx: Tx, id: int, viewer: Viewer) -> Post | None:
    """Return a post that the viewer may see."""
    condition, params = visibility.condition(viewer)
    row = await tx.one(
        f"SELECT {POST.selected('p')} FROM post p WHERE p.id = ? AND {condition}", [id, *params]
    )
    return None if row is None else POST.decode(row)


async def actor(tx: Tx, id: int, viewer: Viewer | None = None) -> Actor | None:
    """Return an actor that is not gone and that the viewer may know of; one's own needs none."""
    known, knows = ("1 = 1", []) if viewer is None else known_to(viewer)
    row = await tx.one(
        f"SELECT {ACTOR.selected('a')} FROM actor a WHERE a.id = ? AND a.deleted IS NULL"
        f" AND a.kind <> 'Application' AND {known}",
        [id, *knows],
    )
    return None if row is None else ACTOR.decode(row)


_OUTSIDE: Final = known_to(Nobody(), "actor")[0]


def _knowable(inside: bool) -> str:
    """Return the condition under which an actor is shown to this kind of reader at all; who of
    those inside may know of it, the renderer asks for all that it shows (known_among)."""
    return "" if inside else f" AND {_OUTSIDE}"


async def own_votes(tx: Tx, actor_id: int, ids: Sequence[int]) -> dict[int, list[int]]:
    """Return which choices an actor took in these polls."""
    found: dict[int, list[int]] = {}
    if ids:
        rows = await tx.rows(
            f"SELECT post_id, choice FROM vote WHERE post_id IN ({marks(ids)}) AND actor_id = ?"
            " ORDER BY choice",
            (*ids, actor_id),
        )
        for post_id, choice in rows:
            found.setdefault(post_id, []).append(choice)
    return found


async def following_among(tx: Tx, actor_id: int, ids: Iterable[int]) -> set[int]:
    """Return which of these actors one follows."""
    wanted: list[Param] = list(ids)
    if not wanted:
        return set()
    rows = await tx.rows(
        "SELECT target_id FROM relation WHERE kind = 'follow' AND source_id = ?"
        f" AND target_id IN ({marks(wanted)}) AND state = 'accepted'",
        [actor_id, *wanted],
    )
    return {row[0] for row in rows}


def is_inside(viewer: Viewer) -> bool:
    """Return whether a viewer reads as one of ours."""
    return not isinstance(viewer, Nobody)
