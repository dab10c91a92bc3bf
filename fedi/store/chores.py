"""The statements of the clockwork: what was promised in a unit and is done in pieces later."""

from dataclasses import dataclass

from actors.people import Actor
from actors.posts import Pin, Poll, Post
from actors.relationships import Relation

from . import collections, events, questions
from .engine import Tx
from .events import Place, beyond
from .media import drop_uses
from .rows import ACTOR, PIN, POLL, POST, RELATION

CHUNK = 200
WANTED_MOST = 100_000
"""Strangers decide what is wanted; what is beyond this is not worth asking for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spreading:
    """A large consequence under way; `position` is how far it has come."""

    id: int
    kind: str
    actor_id: int
    target_id: int
    position: int


async def next_spread(tx: Tx, *, now: int, until: int) -> Spreading | None:
    """Lease the oldest large consequence, or None."""
    row = await tx.one(
        "SELECT id, kind, actor_id, target_id, position FROM spread WHERE lease_until <= ?"
        " ORDER BY id LIMIT 1",
        (now,),
    )
    if row is None:
        return None
    held = await tx.run(
        "UPDATE spread SET lease_until = ? WHERE id = ? AND lease_until <= ?", (until, row[0], now)
    )
    if not held:
        return None
    return Spreading(id=row[0], kind=row[1], actor_id=row[2], target_id=row[3], position=row[4])


async def spread_done(tx: Tx, id: int) -> None:
    """Forget a large consequence that is done."""
    await tx.run("DELETE FROM spread WHERE id = ?", (id,))


async def spread_on(tx: Tx, id: int, position: int) -> None:
    """Note how far it has come and let go of it."""
    await tx.run("UPDATE spread SET position = ?, lease_until = 0 WHERE id = ?", (position, id))


async def erase_revisions(tx: Tx, post_id: int) -> None:
    """Forget the earlier texts of a post."""
    await tx.run("DELETE FROM revision WHERE post_id = ?", (post_id,))


async def erase_posts(tx: Tx, actor_id: int, after: int, now: int) -> int | None:
    """Make tombstones of the next posts of an actor; the last id, None when none is left."""
    rows = await tx.rows(
        "SELECT id FROM post WHERE author_id = ? AND id > ? ORDER BY id LIMIT ?",
        (actor_id, after, CHUNK),
    )
    if not rows:
        return None
    ids = [row[0] for row in rows]
    await _tell_erased(tx, ids, now)
    await tx.many(
        "UPDATE post SET content = '', content_map = '{}', source = '', summary = '', name = '',"
        " media = '[]', emojis = '[]', quote = '', deleted = coalesce(deleted, ?) WHERE id = ?",
        [(now, id) for id in ids],
    )
    for statement in (
        "DELETE FROM revision WHERE post_id = ?",
        "DELETE FROM hashtag WHERE post_id = ?",
        "DELETE FROM poll WHERE post_id = ?",
        "DELETE FROM quote WHERE post_id = ?",
    ):
        await tx.many(statement, [(id,) for id in ids])
    await questions.erase(tx, ids)
    await drop_uses(tx, ids, now)
    return int(ids[-1])


async def _tell_erased(tx: Tx, ids: list[int], now: int) -> None:
    """Tell that these posts go, and what that means for what they answered and shared."""
    these = f"FROM post WHERE id IN ({', '.join('?' * len(ids))}) AND deleted IS NULL"
    for kind, subject in (("delete", "id"), ("reply", "in_reply_to"), ("unboost", "boost_of")):
        rest = f"{these} AND {subject} IS NOT NULL"
        await events.append_each(tx, kind, "author_id", subject, rest, ids, at=now)
    quoted = f"FROM quote WHERE post_id IN ({', '.join('?' * len(ids))}) AND quoted_id IS NOT NULL"
    await events.append_each(tx, "quote", "0", "quoted_id", quoted, ids, at=now)


async def still_to_send(tx: Tx, actor_id: int) -> bool:
    """Return whether something of an actor has yet to find out whom it goes to."""
    row = await tx.one("SELECT 1 FROM fanout WHERE actor_id = ? LIMIT 1", (actor_id,))
    return row is not None


async def erase_relations(tx: Tx, actor_id: int, now: int) -> None:
    """Drop all that held between a deleted actor and others; its row stays, as a tombstone."""
    for kind, source, target, held in (
        ("unfollow", "source_id", "target_id", "relation WHERE kind = 'follow' AND source_id = ?"),
        ("unfollow", "source_id", "target_id", "relation WHERE kind = 'follow' AND target_id = ?"),
        ("unlike", "actor_id", "post_id", "reaction WHERE actor_id = ?"),
        ("unpin", "actor_id", "post_id", "pin WHERE actor_id = ?"),
    ):
        await events.append_each(tx, kind, source, target, f"FROM {held}", (actor_id,), at=now)
        await tx.run(f"DELETE FROM {held}", (actor_id,))
    await collections.erase(tx, actor_id)
    await tx.run(
        "UPDATE actor SET name = '', names = '{}', summary = '', summaries = '{}', icon = NULL,"
        " image = NULL, fields = '[]' WHERE id = ? AND local = 0",
        (actor_id,),
    )


async def local_followers(tx: Tx, actor_id: int, after: int) -> list[int]:
    """Return the next ids of ours who follow an actor."""
    rows = await tx.rows(
        "SELECT f.source_id FROM relation f"
        " WHERE f.kind = 'follow' AND f.inside = 1 AND f.target_id = ? AND f.state = 'accepted'"
        " AND f.source_id > ? ORDER BY f.source_id LIMIT ?",
        (actor_id, after, CHUNK),
    )
    return [row[0] for row in rows]


async def remote_followers(tx: Tx, actor_id: int, after: int) -> list[tuple[Relation, Actor]]:
    """Return the next of those elsewhere who follow an actor of ours, or ask to, by their ids."""
    rows = await tx.rows(
        f"SELECT {RELATION.selected('f')}, {ACTOR.selected('a')} FROM relation f"
        " JOIN actor a ON a.id = f.source_id AND a.local = 0"
        " WHERE f.kind = 'follow' AND f.target_id = ? AND f.state IN ('accepted', 'pending')"
        " AND f.source_id > ? ORDER BY f.source_id LIMIT ?",
        (actor_id, after, CHUNK),
    )
    width = len(RELATION.columns)
    return [(RELATION.decode(row), ACTOR.decode(row[width:])) for row in rows]


async def followers_on(tx: Tx, actor_id: int) -> list[str]:
    """Return the uris of ours who follow an actor of another server, accepted or asked."""
    rows = await tx.rows(
        "SELECT a.uri FROM relation f JOIN actor a ON a.id = f.source_id AND a.local = 1"
        " WHERE f.kind = 'follow' AND f.target_id = ? AND f.state = 'accepted'",
        (actor_id,),
    )
    return [row[0] for row in rows]


async def ended_polls(tx: Tx, now: int) -> list[tuple[Poll, Post]]:
    """Return polls whose end has passed and that are not closed yet."""
    rows = await tx.rows(
        f"SELECT {POLL.selected('q')}, {POST.selected('p')} FROM poll q"
        " JOIN post p ON p.id = q.post_id"
        " WHERE q.closed IS NULL AND q.ends <= ? ORDER BY q.ends LIMIT ?",
        (now, CHUNK),
    )
    width = len(POLL.columns)
    return [(POLL.decode(row), POST.decode(row[width:])) for row in rows]


async def voters(tx: Tx, post_id: int) -> list[int]:
    """Return the ids of ours who voted in a poll."""
    rows = await tx.rows(
        "SELECT DISTINCT v.actor_id FROM vote v JOIN actor a ON a.id = v.actor_id AND a.local = 1"
        " WHERE v.post_id = ?",
        (post_id,),
    )
    return [row[0] for row in rows]


async def voted_since(tx: Tx, since: Place) -> list[int]:
    """Return our own open polls that got a vote after a place in the events."""
    condition, params = beyond(tx.dialect, "e", since)
    rows = await tx.rows(
        "SELECT DISTINCT e.subject_id FROM event e CROSS JOIN post p"  # in this order: few events
        f" WHERE {condition} AND e.kind = 'vote' AND p.id = e.subject_id AND p.local = 1"
        " ORDER BY e.subject_id LIMIT ?",
        (*params, CHUNK),
    )
    return [row[0] for row in rows]


# -- what is wanted of other servers


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Something to fetch: `why` is parent, replies, featured, actor, synchronise
    or quote."""

    uri: str
    why: str
    depth: int
    tries: int


async def lease_wanted(tx: Tx, *, now: int, until: int, limit: int) -> list[Wanted]:
    """Take what is due, for one worker until `until`."""
    skip = " FOR UPDATE SKIP LOCKED" if tx.dialect == "postgres" else ""
    rows = await tx.rows(
        "SELECT uri, why, depth, tries FROM wanted WHERE due <= ? AND lease_until <= ?"
        f" ORDER BY due LIMIT ?{skip}",
        (now, now, limit),
    )
    await tx.many(
        "UPDATE wanted SET lease_until = ? WHERE uri = ? AND why = ?",
        [(until, row[0], row[1]) for row in rows],
    )
    return [Wanted(uri=row[0], why=row[1], depth=row[2], tries=row[3]) for row in rows]


async def want(tx: Tx, uri: str, why: str, depth: int, now: int) -> None:
    """Ask for one thing more; what is asked for already stays as it is."""
    await tx.run(
        "INSERT INTO wanted (uri, why, depth, due, lease_until, tries) VALUES (?, ?, ?, ?, 0, 0)"
        " ON CONFLICT DO NOTHING",
        (uri, why, depth, now),
    )


async def had(tx: Tx, wanted: Wanted) -> None:
    """Forget what was wanted: it came, or is not waited for any more."""
    await tx.run("DELETE FROM wanted WHERE uri = ? AND why = ?", (wanted.uri, wanted.why))


async def want_later(tx: Tx, wanted: Wanted, due: int) -> None:
    """Put off what could not be had, until `due` (ms)."""
    await tx.run(
        "UPDATE wanted SET due = ?, lease_until = 0, tries = tries + 1 WHERE uri = ? AND why = ?",
        (due, wanted.uri, wanted.why),
    )


async def put_back(tx: Tx, wanted: list[Wanted], due: int) -> None:
    """Put off what was not tried, without counting that as a try."""
    await tx.many(
        "UPDATE wanted SET due = ?, lease_until = 0 WHERE uri = ? AND why = ?",
        [(due, one.uri, one.why) for one in wanted],
    )


async def trim_wanted(tx: Tx) -> int:
    """Drop some of what is wanted beyond WANTED_MOST, what is due last; 0 when that was all."""
    beyond = await tx.one("SELECT 1 FROM wanted ORDER BY due LIMIT 1 OFFSET ?", (WANTED_MOST,))
    if beyond is None:
        return 0
    last = await tx.rows("SELECT uri, why FROM wanted ORDER BY due DESC LIMIT ?", (CHUNK,))
    await tx.many("DELETE FROM wanted WHERE uri = ? AND why = ?", last)
    return 1


async def known_posts(tx: Tx, uris: tuple[str, ...]) -> set[str]:
    """Return which of these posts are known."""
    found: set[str] = set()
    for start in range(0, len(uris), CHUNK):
        part = uris[start : start + CHUNK]
        marks = ", ".join("?" * len(part))
        found |= {row[0] for row in await tx.rows(
            f"SELECT uri FROM post WHERE uri IN ({marks})", part
        )}  # fmt: skip
    return found


async def replace_pins(tx: Tx, featured: str, posts: list[Post], now: int) -> None:
    """Let the pins of the remote actor with this featured collection be these posts of its own."""
    owners = await tx.rows(
        "SELECT id FROM actor WHERE featured = ? AND featured <> '' AND local = 0", (featured,)
    )
    for row in owners:
        old = {
            pin[0] for pin in await tx.rows("SELECT post_id FROM pin WHERE actor_id = ?", (row[0],))
        }
        await tx.run("DELETE FROM pin WHERE actor_id = ?", (row[0],))
        own = [post for post in posts if post.author_id == row[0]]
        new = {post.id for post in own}
        for kind, changed in (("pin", new - old), ("unpin", old - new)):
            for post_id in sorted(changed):
                await events.append(tx, kind, row[0], post_id, at=now)
        pins = [
            Pin(actor_id=row[0], post_id=post.id, created=now - place)
            for place, post in enumerate(own)
        ]
        await tx.many(PIN.insert, [PIN.encode(pin) for pin in pins])
