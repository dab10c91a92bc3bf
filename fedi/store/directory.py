"""Who is here, for everyone to know: handles old and new, the departments, and some figures.

Nothing here tells of an actor that is suspended, deleted, or of internal exposure: to whoever
asks from outside they are as if they were not there. Posts are in showing.py and threads.py.
"""

from dataclasses import dataclass
from typing import Final

from actors import ids
from actors.audience import Nobody
from actors.handles import local_key
from actors.people import Actor, ActorKind, Exposure

from . import profiles, visibility
from .engine import Tx
from .rows import ACTOR

DEPARTMENTS_MAX: Final = 500
MONTH_MS: Final = 30 * 86_400_000
HALF_YEAR_MS: Final = 180 * 86_400_000


@dataclass(frozen=True, slots=True)
class Department:
    """One entry of the directory; `newest` is the id of its last public post, if any."""

    actor: Actor
    newest: int | None


@dataclass(frozen=True, slots=True)
class Usage:
    """How much the house is used, in figures that name nobody (NodeInfo)."""

    actors: int
    active_month: int
    active_half_year: int
    posts: int


def may_be_found(actor: Actor) -> bool:
    """Return whether anyone outside may learn that this actor of ours exists."""
    hidden = actor.secret or actor.exposure is Exposure.INTERNAL
    return actor.local and not actor.gone and not hidden


def is_open(actor: Actor) -> bool:
    """Return whether this actor of ours has pages for everyone on the web."""
    return may_be_found(actor) and actor.exposure is Exposure.OPEN


async def by_handle(tx: Tx, username: str) -> Actor | None:
    """Return our actor that has this handle now or had it once, if it may be found."""
    found = await profiles.actor_by_handle(tx, local_key(username))
    return found[0] if found is not None and may_be_found(found[0]) else None


async def by_id(tx: Tx, id: int) -> Actor | None:
    """Return our actor with this id, if it may be found."""
    row = await tx.one(f"{ACTOR.select} WHERE id = ? AND local = 1", (id,))
    actor = ACTOR.decode(row) if row is not None else None
    return actor if actor is not None and may_be_found(actor) else None


async def departments(tx: Tx) -> list[Department]:
    """Return the departments that want to be found, by name, each with its newest public post."""
    condition, params = visibility.condition(Nobody())
    found = await tx.rows(
        f"SELECT {ACTOR.selected('d')}, (SELECT max(p.id) FROM post p WHERE p.author_id = d.id"
        f" AND p.visibility = 'public' AND {condition})"
        " FROM actor d WHERE d.local = 1 AND d.kind = ? AND d.exposure = ? AND d.discoverable = 1"
        " AND d.suspended IS NULL AND d.deleted IS NULL ORDER BY d.name, d.id LIMIT ?",
        (*params, ActorKind.ORGANIZATION.value, Exposure.OPEN.value, DEPARTMENTS_MAX),
    )
    return [Department(ACTOR.decode(row), row[len(ACTOR.columns)]) for row in found]


async def followers(tx: Tx, actor_id: int) -> int:
    """Return how many follow an actor, as far as it may be known that they exist."""
    row = await tx.one(
        "SELECT count(*) FROM relation r JOIN actor a ON a.id = r.source_id"
        " WHERE r.kind = 'follow' AND r.target_id = ? AND r.state = 'accepted'"
        " AND a.deleted IS NULL AND (a.local = 0 OR a.exposure = 'open') AND a.secret = 0",
        (actor_id,),
    )
    return int(row[0]) if row is not None else 0


_OPEN_POST: Final = (
    "post p JOIN actor a ON a.id = p.author_id AND a.exposure = ? AND a.suspended IS NULL"
    " AND a.deleted IS NULL WHERE p.local = 1 AND p.deleted IS NULL"
    " AND p.visibility IN ('public', 'unlisted')"
)


async def usage(tx: Tx, now: int) -> Usage:
    """Count what NodeInfo tells, of what is open to all and nothing else. Walks the local posts:
    ask seldom, and never on the loop."""
    actors = await tx.one(
        "SELECT count(*) FROM actor WHERE local = 1 AND kind <> ? AND exposure = ?"
        " AND secret = 0 AND suspended IS NULL AND deleted IS NULL",
        (ActorKind.APPLICATION.value, Exposure.OPEN.value),
    )
    posts = await tx.one(
        f"SELECT count(*) FROM {_OPEN_POST} AND p.boost_of IS NULL", (Exposure.OPEN.value,)
    )
    active = [
        await tx.one(
            f"SELECT count(DISTINCT p.author_id) FROM {_OPEN_POST} AND p.id >= ?",
            (Exposure.OPEN.value, ids.at(now - span)),
        )
        for span in (MONTH_MS, HALF_YEAR_MS)
    ]
    month, half_year = (int(row[0]) if row is not None else 0 for row in active)
    return Usage(
        actors=int(actors[0]) if actors is not None else 0,
        active_month=month,
        active_half_year=half_year,
        posts=int(posts[0]) if posts is not None else 0,
    )
