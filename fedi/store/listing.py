"""What the command line lists: actors and people of ours, follow requests, an actor's home page.

For administrators, who see everything of their own house; home pages still go by the table of
visibility. Public listings are in directory.py and showing.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.audience import LocalActor
from actors.membership import Membership
from actors.people import Actor, Person
from actors.posts import Post
from actors.relationships import Relation

from . import timelines, visibility
from .engine import Param, Tx
from .rows import ACTOR, MEMBERSHIP, PERSON, POST, RELATION
from .timelines import Chosen, Span

AT_ONCE: Final = 3
"""Entries that are read for each that is shown: others may share the same posts."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A post on a home page; `boosted` and its author where it is another's, shared on."""

    post: Post
    author: Actor
    boosted: Post | None = None
    boosted_author: Actor | None = None


async def local_actors(tx: Tx, kinds: Sequence[str]) -> list[Actor]:
    """Return our actors of these kinds, by user name."""
    marks = ", ".join("?" * len(kinds))
    found = await tx.rows(
        f"{ACTOR.select} WHERE local = 1 AND kind IN ({marks}) AND deleted IS NULL"
        " ORDER BY username",
        kinds,
    )
    return [ACTOR.decode(row) for row in found]


async def people(tx: Tx) -> list[Person]:
    """Return everyone who may sign in, by user name."""
    return [PERSON.decode(row) for row in await tx.rows(f"{PERSON.select} ORDER BY username")]


async def memberships(tx: Tx) -> list[Membership]:
    """Return who may speak for whom."""
    found = await tx.rows(f"{MEMBERSHIP.select} ORDER BY person_id, actor_id")
    return [MEMBERSHIP.decode(row) for row in found]


async def requests(tx: Tx, actor_id: int) -> list[tuple[Relation, Actor]]:
    """Return who asks to follow an actor and has no answer yet, oldest first."""
    found = await tx.rows(
        # The first relation is for the index alone, which names who asks; the second is the row.
        f"SELECT {RELATION.selected('r')}, {ACTOR.selected('a')} FROM relation i"
        " CROSS JOIN relation r CROSS JOIN actor a WHERE i.kind = 'follow' AND i.target_id = ?"
        " AND i.state = 'pending' AND r.kind = 'follow' AND r.source_id = i.source_id"
        " AND r.target_id = ? AND a.id = r.source_id ORDER BY r.created, r.source_id",
        (actor_id, actor_id),
    )
    size = len(RELATION.columns)
    return [(RELATION.decode(row), ACTOR.decode(row[size:])) for row in found]


async def followers(tx: Tx, actor_id: int, limit: int) -> list[tuple[Relation, Actor]]:
    """Return who follows an actor, the newest first."""
    found = await tx.rows(
        f"SELECT {RELATION.selected('r')}, {ACTOR.selected('a')} FROM relation r"
        " JOIN actor a ON a.id = r.source_id WHERE r.kind = 'follow' AND r.target_id = ?"
        " AND r.state = 'accepted' ORDER BY r.created DESC, r.source_id DESC LIMIT ?",
        (actor_id, limit),
    )
    size = len(RELATION.columns)
    return [(RELATION.decode(row), ACTOR.decode(row[size:])) for row in found]


@dataclass(frozen=True, slots=True)
class Sent:
    """One activity of ours and how far it came, by inboxes. `created` in ms."""

    uri: str
    kind: str
    actor: str
    created: int
    total: int
    delivered: int
    failed: int

    @property
    def waiting(self) -> int:
        return self.total - self.delivered - self.failed


async def sent(tx: Tx, limit: int) -> list[Sent]:
    """Return the newest activities that left, or are to leave; not what went to nobody."""
    found = await tx.rows(
        "SELECT a.uri, a.kind, s.username, a.created, a.total, a.delivered, a.failed"
        " FROM activity a JOIN actor s ON s.id = a.actor_id WHERE a.total > 0"
        " OR EXISTS (SELECT 1 FROM fanout f WHERE f.actor_id = a.actor_id"
        " AND f.activity_id = a.id)"
        " ORDER BY a.id DESC LIMIT ?",
        (limit,),
    )
    return [Sent(*row) for row in found]


async def home(tx: Tx, actor_id: int, limit: int) -> list[Shown]:
    """Return the newest entries of an actor's home timeline, newest first. What several share, or
    share besides its author's own entry, is there once, as its newest entry."""
    condition, params = visibility.condition(LocalActor(actor_id))
    chosen = _once(await timelines.home(tx, actor_id, Span(limit=AT_ONCE * limit)))[:limit]
    wanted = {one.id for one in chosen} | {one.boost_of for one in chosen if one.boost_of}
    posts = await _posts(tx, wanted, condition, params)
    actors = await _actors(tx, {post.author_id for post in posts.values()})
    shown = []
    for one in chosen:
        post, original = posts.get(one.id), posts.get(one.boost_of or 0)
        if post is None or (one.boost_of is not None and original is None):
            continue
        author = actors[original.author_id] if original is not None else None
        shown.append(Shown(post, actors[post.author_id], original, author))
    return shown


def _once(chosen: list[Chosen]) -> list[Chosen]:
    """Return the first entry of each post, its own or a boost."""
    first: dict[int, Chosen] = {}
    for one in chosen:
        first.setdefault(one.boost_of or one.id, one)
    return list(first.values())


async def _posts(tx: Tx, ids: set[int], condition: str, params: Sequence[Param]) -> dict[int, Post]:
    """Return those of the posts that the condition lets through: a boost shows no more."""
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    found = await tx.rows(
        f"SELECT {POST.selected('p')} FROM post p WHERE p.id IN ({marks}) AND {condition}",
        (*sorted(ids), *params),
    )
    return {row[0]: POST.decode(row) for row in found}


async def _actors(tx: Tx, ids: set[int]) -> dict[int, Actor]:
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    found = await tx.rows(f"{ACTOR.select} WHERE id IN ({marks})", sorted(ids))
    return {row[0]: ACTOR.decode(row) for row in found}
