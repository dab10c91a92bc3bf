"""What the ActivityPub endpoints read (outbox.reads.Reads): every function demands a Viewer.

An index chooses the rows, the visibility table filters them; what a viewer may not see is left
out as if it were not there. Pages end before a cursor, which is the id of their last row.
"""

from typing import Final

from actors import ids
from actors.audience import RemoteActor, RemoteServer, Viewer
from actors.people import Actor, KeyKind, Profile
from actors.posts import PINNED_INSIDE, Hashtag, Poll, Post
from outbox.objects.record import Named, Surroundings
from outbox.objects.stamp import Stamp
from outbox.reads import Items, Posts

from . import abroad, featured, knowing, quoting, visibility
from .engine import Engine, Tx
from .keys import OwnKeys
from .rows import ACTOR, ADDRESSEE, HASHTAG, KEY, POLL, POST

_LATEST: Final = 1 << 62
_INSIDE: Final = ", ".join(sorted(f"'{one.value}'" for one in PINNED_INSIDE))
_KNOWABLE: Final = "a.deleted IS NULL AND (a.local = 0 OR a.exposure = 'open') AND a.secret = 0"
"""Whom a list may name to anybody: of ours only those whose existence is no secret."""


async def surroundings(tx: Tx, posts: list[Post]) -> list[Surroundings]:
    """Return what stands around each post, a constant number of statements for all of them."""
    if not posts:
        return []
    ids = [post.id for post in posts]
    marks = ", ".join("?" * len(ids))
    authors = await _actors(tx, {post.author_id for post in posts})
    named: dict[int, list[Named]] = {}
    for row in await tx.rows(
        f"SELECT {ADDRESSEE.selected('d')}, {ACTOR.selected('a')} FROM addressee d"
        f" JOIN actor a ON a.id = d.actor_id WHERE d.post_id IN ({marks}) ORDER BY d.actor_id",
        ids,
    ):
        addressee = ADDRESSEE.decode(row)
        actor = ACTOR.decode(row[len(ADDRESSEE.columns) :])
        named.setdefault(addressee.post_id, []).append(Named(actor=actor, silent=addressee.silent))
    tags: dict[int, list[Hashtag]] = {}
    for row in await tx.rows(f"{HASHTAG.select} WHERE post_id IN ({marks}) ORDER BY name", ids):
        tag = HASHTAG.decode(row)
        tags.setdefault(tag.post_id, []).append(tag)
    polls = {
        row[0]: POLL.decode(row)
        for row in await tx.rows(f"{POLL.select} WHERE post_id IN ({marks})", ids)
    }
    tallies = await _tallies(tx, [post.id for post in posts if post.local and post.id in polls])
    others = await _uris(tx, posts)
    stamps = await quoting.stamps(tx, [post.id for post in posts if post.quote])
    return [
        Surroundings(
            author=authors[post.author_id],
            addressees=tuple(named.get(post.id, ())),
            hashtags=tuple(tags.get(post.id, ())),
            poll=polls.get(post.id),
            votes=_counted(polls.get(post.id), tallies, post.id),
            voters=tallies[post.id][0] if post.id in tallies else None,
            parent=others.get(post.in_reply_to or 0, ""),
            boosted=others.get(post.boost_of or 0, ""),
            stamp=stamps.get(post.id, ""),
        )
        for post in posts
    ]


def _counted(
    poll: Poll | None, tallies: dict[int, tuple[int, dict[int, int]]], post_id: int
) -> tuple[int, ...] | None:
    if poll is None or post_id not in tallies:
        return None
    counts = tallies[post_id][1]
    return tuple(counts.get(index, 0) for index in range(len(poll.options)))


async def _tallies(tx: Tx, ids: list[int]) -> dict[int, tuple[int, dict[int, int]]]:
    """Return (voters, votes by choice) of our own polls."""
    found: dict[int, tuple[int, dict[int, int]]] = {id: (0, {}) for id in ids}
    if not ids:
        return found
    marks = ", ".join("?" * len(ids))
    for id, voters in await tx.rows(
        f"SELECT post_id, count(DISTINCT actor_id) FROM vote WHERE post_id IN ({marks})"
        " GROUP BY post_id",
        ids,
    ):
        found[id] = (voters, {})
    for id, choice, count in await tx.rows(
        f"SELECT post_id, choice, count(*) FROM vote WHERE post_id IN ({marks})"
        " GROUP BY post_id, choice",
        ids,
    ):
        found[id][1][choice] = count
    return found


async def _actors(tx: Tx, ids: set[int]) -> dict[int, Actor]:
    marks = ", ".join("?" * len(ids))
    rows = await tx.rows(f"{ACTOR.select} WHERE id IN ({marks})", sorted(ids))
    return {row[0]: ACTOR.decode(row) for row in rows}


async def _uris(tx: Tx, posts: list[Post]) -> dict[int, str]:
    ids = {id for post in posts for id in (post.in_reply_to, post.boost_of) if id is not None}
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    found = await tx.rows(f"SELECT id, uri FROM post WHERE id IN ({marks})", sorted(ids))
    return {row[0]: row[1] for row in found}


async def with_surroundings(tx: Tx, posts: list[Post]) -> tuple[tuple[Post, Surroundings], ...]:
    """Return each post with what stands around it."""
    return tuple(zip(posts, await surroundings(tx, posts), strict=True))


class HouseReads:
    """Fills outbox.reads.Reads; hot reads run where they are asked for (Engine.glance)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._keys = OwnKeys(engine)

    # -- actors

    async def actor(self, id: int, viewer: Viewer) -> Profile | None:
        async def query(tx: Tx) -> Profile | None:
            row = await tx.one(f"{ACTOR.select} WHERE id = ? AND local = 1", (id,))
            if row is None:
                return None
            actor = ACTOR.decode(row)
            if actor.suspended is not None or not await knowing.may_know(tx, id, viewer):
                return None
            return await _profile(tx, actor)

        found = await self._engine.glance(query)
        if found is None or found.actor.deleted is not None:
            return found
        if any(key.kind is KeyKind.RSA for key in found.keys):
            return found
        keys = await self._keys.completed(found.actor)
        return Profile(actor=found.actor, keys=tuple(k for k in keys if k.retired is None))

    async def application(self) -> Profile:
        async def query(tx: Tx) -> Profile:
            row = await tx.one(f"{ACTOR.select} WHERE local = 1 AND kind = 'Application' LIMIT 1")
            if row is None:
                raise LookupError("the house has no application actor; run `fedi init`")
            return await _profile(tx, ACTOR.decode(row))

        return await self._engine.glance(query)

    async def featured(self, actor: Actor, viewer: Viewer) -> tuple[str, ...]:
        condition, params = visibility.condition(viewer)

        async def query(tx: Tx) -> tuple[str, ...]:
            found = await tx.rows(
                "SELECT p.uri FROM pin JOIN post p ON p.id = pin.post_id"
                f" WHERE pin.actor_id = ? AND p.visibility NOT IN ({_INSIDE}) AND {condition}"
                " ORDER BY pin.created DESC",
                (actor.id, *params),
            )
            return tuple(row[0] for row in found)

        return await self._engine.read(query)

    async def tags(self, actor: Actor) -> tuple[str, ...]:
        return await self._engine.read(lambda tx: featured.shown(tx, actor.id))

    async def followers(self, actor: Actor, cursor: int | None, limit: int) -> Items:
        return await self._related("target_id", "source_id", actor, cursor, limit)

    async def following(self, actor: Actor, cursor: int | None, limit: int) -> Items:
        return await self._related("source_id", "target_id", actor, cursor, limit)

    async def _related(
        self, mine: str, theirs: str, actor: Actor, cursor: int | None, limit: int
    ) -> Items:
        async def query(tx: Tx) -> Items:
            found = await tx.rows(
                f"SELECT r.{theirs}, a.uri FROM relation r JOIN actor a ON a.id = r.{theirs}"
                f" WHERE r.kind = 'follow' AND r.{mine} = ? AND r.state = 'accepted'"
                f" AND r.{theirs} < ? AND {_KNOWABLE} ORDER BY r.{theirs} DESC LIMIT ?",
                (actor.id, cursor or _LATEST, limit),
            )
            return _items(found, limit)

        return await self._engine.read(query)

    async def followers_at(self, actor: Actor, host: str) -> tuple[str, ...]:
        async def query(tx: Tx) -> tuple[str, ...]:
            found = await tx.rows(
                "SELECT a.uri FROM relation r JOIN actor a ON a.id = r.source_id"
                " WHERE r.kind = 'follow' AND r.target_id = ? AND r.state = 'accepted'"
                " AND a.host = ? ORDER BY a.uri",
                (actor.id, host),
            )
            return tuple(row[0] for row in found)

        return await self._engine.read(query)

    async def member_hosts(self, group: Actor) -> tuple[str, ...]:
        return await self._engine.read(lambda tx: abroad.member_hosts(tx, group))

    async def moderators(self, group: Actor) -> tuple[str, ...]:
        return await self._engine.read(lambda tx: abroad.moderators(tx, group.id))

    # -- posts

    async def post(self, id: int, viewer: Viewer) -> tuple[Post, Surroundings] | None:
        condition, params = visibility.condition(viewer, even_deleted=True)

        async def query(tx: Tx) -> tuple[Post, Surroundings] | None:
            row = await tx.one(
                f"SELECT {POST.selected('p')} FROM post p WHERE p.id = ? AND p.local = 1"
                f" AND p.boost_of IS NULL AND {condition}",
                (id, *params),
            )
            if row is None:
                return None
            post = POST.decode(row)
            return post, (await surroundings(tx, [post]))[0]

        return await self._engine.glance(query)

    async def stamp(self, uri: str, viewer: Viewer) -> Stamp | None:
        return await self._engine.glance(lambda tx: quoting.stamp(tx, uri, viewer))

    async def outbox(self, actor: Actor, viewer: Viewer, cursor: int | None, limit: int) -> Posts:
        condition, params = visibility.condition(viewer)

        async def query(tx: Tx) -> Posts:
            found = await tx.rows(
                f"SELECT {POST.selected('p')} FROM post p WHERE p.author_id = ? AND p.id < ?"
                f" AND {condition} ORDER BY p.id DESC LIMIT ?",
                (actor.id, cursor or _LATEST, *params, limit),
            )
            posts = [POST.decode(row) for row in found]
            following = posts[-1].id if len(posts) == limit else None
            return Posts(await with_surroundings(tx, posts), following)

        return await self._engine.read(query)

    async def replies(self, post: Post, viewer: Viewer, cursor: int | None, limit: int) -> Items:
        condition, params = visibility.condition(viewer)

        async def query(tx: Tx) -> Items:
            found = await tx.rows(
                "SELECT p.id, p.uri FROM post p WHERE p.in_reply_to = ? AND p.id < ?"
                f" AND {condition} ORDER BY p.id DESC LIMIT ?",
                (post.id, cursor or _LATEST, *params, limit),
            )
            return _items(found, limit)

        return await self._engine.read(query)

    async def likes(self, post: Post, cursor: int | None, limit: int) -> Items:
        async def query(tx: Tx) -> Items:
            found = await tx.rows(
                "SELECT r.actor_id, min(r.uri) FROM reaction r JOIN actor a ON a.id = r.actor_id"
                " WHERE r.post_id = ? AND r.actor_id < ? AND r.uri <> ''"
                f" AND {_KNOWABLE} GROUP BY r.actor_id ORDER BY r.actor_id DESC LIMIT ?",
                (post.id, cursor or _LATEST, limit),
            )
            return _items(found, limit)

        return await self._engine.read(query)

    async def shares(self, post: Post, cursor: int | None, limit: int) -> Items:
        async def query(tx: Tx) -> Items:
            found = await tx.rows(
                "SELECT p.author_id, p.uri FROM post p WHERE p.boost_of = ? AND p.author_id < ?"
                " AND p.deleted IS NULL AND p.visibility IN ('public', 'unlisted')"
                " ORDER BY p.author_id DESC LIMIT ?",
                (post.id, cursor or _LATEST, limit),
            )
            return _items(found, limit)

        return await self._engine.read(query)

    async def activity(self, id: int, viewer: Viewer) -> tuple[bytes, bool] | None:
        async def query(tx: Tx) -> tuple[bytes, bool] | None:
            row = await tx.one(
                f"SELECT v.body, v.post_id, v.visible, v.kind, {ACTOR.selected('a')}"
                " FROM activity v JOIN actor a ON a.id = v.actor_id WHERE v.id = ?",
                (id,),
            )
            missing = (b"", _NOT_THERE, "", "", _NOT_THERE)
            body, post_id, visible, kind, actor_id = row[:5] if row is not None else missing
            known = await knowing.may_know(tx, actor_id, viewer)
            if post_id is not None:
                # That a post is gone may be read by all who could have seen it. What isn't there
                # is looked for all the same: it must not take less time than what is hidden.
                condition, params = visibility.condition(viewer, even_deleted=kind in _TAKES_BACK)
                statement = f"SELECT 1 FROM post p WHERE p.id = ? AND {condition}"
                known = await tx.one(statement, (post_id, *params)) is not None and known
            elif visible != "public" and not await _was_sent(tx, id, viewer):
                return None
            if not known or (kind == "Update" and await _is_outdated(tx, id, post_id)):
                return None
            return bytes(body), visible in ("public", "unlisted")

        return await self._engine.glance(query)

    async def context(self, id: int, viewer: Viewer, cursor: int | None, limit: int) -> Items:
        condition, params = visibility.condition(viewer)

        async def query(tx: Tx) -> Items:
            named = await tx.one("SELECT context FROM post WHERE id = ? AND local = 1", (id,))
            # Only the post that the conversation is named after leads to it: by any other
            # one could ask whether a post that is hidden exists (security.md S19).
            leads = named is not None and named[0].endswith(f"/contexts/{ids.text(id)}")
            # What leads nowhere is looked for as well: it must not take less time.
            context = named[0] if named is not None and leads else "nowhere"
            found = await tx.rows(
                "SELECT p.id, p.uri FROM post p WHERE p.context = ? AND p.context <> ''"
                f" AND p.id > ? AND {condition}"
                " ORDER BY p.id LIMIT ?",
                (context, cursor or 0, *params, limit),
            )
            return _items(found, limit)

        return await self._engine.read(query)

    async def total(self, collection: str, id: int) -> int:
        statement = _TOTALS[collection]

        async def query(tx: Tx) -> int:
            row = await tx.one(statement, (id,))
            return int(row[0]) if row is not None else 0

        return await self._engine.read(query)


_NOT_THERE: Final = -1
_TAKES_BACK: Final = frozenset({"Delete", "Undo"})
_TOTALS: Final = {
    "outbox": "SELECT count(*) FROM post WHERE author_id = ? AND deleted IS NULL"
    " AND visibility IN ('public', 'unlisted')",
    "followers": "SELECT count(*) FROM relation r JOIN actor a ON a.id = r.source_id"
    f" WHERE r.kind = 'follow' AND r.target_id = ? AND r.state = 'accepted' AND {_KNOWABLE}",
    "following": "SELECT count(*) FROM relation r JOIN actor a ON a.id = r.target_id"
    f" WHERE r.kind = 'follow' AND r.source_id = ? AND r.state = 'accepted' AND {_KNOWABLE}",
    "replies": "SELECT count(*) FROM post WHERE in_reply_to = ? AND deleted IS NULL"
    " AND visibility IN ('public', 'unlisted')",
    "likes": "SELECT count(DISTINCT r.actor_id) FROM reaction r JOIN actor a ON a.id = r.actor_id"
    f" WHERE r.post_id = ? AND {_KNOWABLE}",
    "shares": "SELECT count(*) FROM post WHERE boost_of = ? AND deleted IS NULL"
    " AND visibility IN ('public', 'unlisted')",
}


def _items(found: list[tuple[object, ...]], limit: int) -> Items:
    uris = tuple(str(row[1]) for row in found)
    last = found[-1][0] if len(found) == limit else None
    return Items(uris, last if isinstance(last, int) else None)


async def _profile(tx: Tx, actor: Actor) -> Profile:
    found = await tx.rows(
        f"{KEY.select} WHERE actor_id = ? AND retired IS NULL ORDER BY created, uri", (actor.id,)
    )
    return Profile(actor=actor, keys=tuple(KEY.decode(row) for row in found))


async def _is_outdated(tx: Tx, activity_id: int, post_id: int | None) -> bool:
    """Return whether a later Update says what this one says no more."""
    later = await tx.one(
        "SELECT 1 FROM activity WHERE post_id = ? AND id > ? AND kind = 'Update' LIMIT 1",
        (post_id, activity_id),
    )
    return later is not None


async def _was_sent(tx: Tx, activity_id: int, viewer: Viewer) -> bool:
    """Return whether an activity that is about no post went to the viewer's server."""
    if not isinstance(viewer, RemoteServer | RemoteActor):
        return False
    found = await tx.one(
        "SELECT 1 FROM delivery WHERE activity_id = ? AND host = ? LIMIT 1",
        (activity_id, viewer.host),
    )
    return found is not None
