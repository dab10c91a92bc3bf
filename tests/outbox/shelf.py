"""The Reads port over plain dictionaries, with the verdicts of the one table in actors.audience.

fedi/store fills the same port from the database and is tested against both engines; here the
endpoints are what is tested.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from actors import audience
from actors.audience import Atom, LocalActor, Nobody, RemoteActor, RemoteServer, Viewer
from actors.people import Actor, Exposure, Profile
from actors.posts import Post, Visibility
from outbox.objects.record import Surroundings
from outbox.reads import Items, Posts
from tests.outbox.cast import APPLICATION_PROFILE

T = TypeVar("T")


@dataclass
class Shelf:
    """What there is. `followers_of` maps an actor's id to its followers, newest first."""

    profiles: dict[int, Profile] = field(default_factory=dict)
    posts: dict[int, tuple[Post, Surroundings]] = field(default_factory=dict)
    sent: dict[int, tuple[bytes, int]] = field(default_factory=dict)
    followers_of: dict[int, tuple[Actor, ...]] = field(default_factory=dict)
    reactions: dict[int, tuple[str, ...]] = field(default_factory=dict)
    pins: tuple[int, ...] = ()
    featured_tags: tuple[str, ...] = ()
    allowed: frozenset[str] = frozenset()
    asked: list[Viewer] = field(default_factory=list)

    # -- verdicts

    def may_see_actor(self, actor: Actor, viewer: Viewer) -> bool:
        if actor.suspended is not None or actor.exposure is Exposure.INTERNAL:
            return False
        return actor.exposure is Exposure.OPEN or host(viewer) in self.allowed

    def may_see(self, post: Post, around: Surroundings, viewer: Viewer) -> bool:
        """The verdict as before any deletion: whether the viewer could have seen it."""
        facts = dict.fromkeys(Atom, False)
        followers = self.followers_of.get(around.author.id, ())
        facts[Atom.OPEN] = post.visibility in (Visibility.PUBLIC, Visibility.UNLISTED)
        facts[Atom.IS_FOLLOWERS] = post.visibility is Visibility.FOLLOWERS
        facts[Atom.IS_INTERNAL] = post.visibility is Visibility.INTERNAL
        facts[Atom.ADDRESSED] = any(is_of(one.actor, viewer) for one in around.addressees)
        facts[Atom.FOLLOWS] = any(is_of(one, viewer) for one in followers)
        return audience.holds(audience.TABLE[type(viewer)], facts)

    # -- the port

    async def actor(self, id: int, viewer: Viewer) -> Profile | None:
        self.asked.append(viewer)
        profile = self.profiles.get(id)
        return profile if profile and self.may_see_actor(profile.actor, viewer) else None

    async def member_hosts(self, group: Actor) -> tuple[str, ...]:
        followers = self.followers_of.get(group.id, ())
        return tuple(sorted({one.host for one in followers if one.shares_groups}))

    async def moderators(self, group: Actor) -> tuple[str, ...]:
        return ()

    async def application(self) -> Profile:
        return APPLICATION_PROFILE

    async def post(self, id: int, viewer: Viewer) -> tuple[Post, Surroundings] | None:
        self.asked.append(viewer)
        found = self.posts.get(id)
        return found if found and self.may_see(*found, viewer) else None

    async def activity(self, id: int, viewer: Viewer) -> tuple[bytes, bool] | None:
        body, about = self.sent.get(id, (b"", 0))
        found = await self.post(about, viewer)
        if not body or found is None or found[0].deleted is not None:
            return None
        return body, found[0].visibility in (Visibility.PUBLIC, Visibility.UNLISTED)

    async def outbox(self, actor: Actor, viewer: Viewer, cursor: int | None, limit: int) -> Posts:
        own = [
            found
            for found in self._newest_first()
            if found[1].author.id == actor.id and self.may_see(*found, viewer)
        ]
        shown, following = paged(own, lambda found: found[0].id, cursor, limit)
        return Posts(tuple(shown), following)

    async def featured(self, actor: Actor, viewer: Viewer) -> tuple[str, ...]:
        pinned = [self.posts[id] for id in self.pins]
        return tuple(post.uri for post, around in pinned if self.may_see(post, around, viewer))

    async def tags(self, actor: Actor) -> tuple[str, ...]:
        return self.featured_tags

    async def followers(self, actor: Actor, cursor: int | None, limit: int) -> Items:
        found = self.followers_of.get(actor.id, ())
        return items(sorted(found, key=lambda one: -one.id), cursor, limit)

    async def following(self, actor: Actor, cursor: int | None, limit: int) -> Items:
        return Items()

    async def followers_at(self, actor: Actor, host: str) -> tuple[str, ...]:
        return tuple(one.uri for one in self.followers_of[actor.id] if one.host == host)

    async def replies(self, post: Post, viewer: Viewer, cursor: int | None, limit: int) -> Items:
        found = [
            reply
            for reply, around in self._newest_first()
            if reply.in_reply_to == post.id and self.may_see(reply, around, viewer)
        ]
        return items(found, cursor, limit)

    async def likes(self, post: Post, cursor: int | None, limit: int) -> Items:
        return Items(self.reactions.get(post.id, ()))

    async def shares(self, post: Post, cursor: int | None, limit: int) -> Items:
        return Items()

    async def context(self, id: int, viewer: Viewer, cursor: int | None, limit: int) -> Items:
        self.asked.append(viewer)
        found = [
            post
            for post, around in self._newest_first()
            if post.context.endswith(str(id)) and self.may_see(post, around, viewer)
        ]
        return items(found, cursor, limit)

    async def total(self, collection: str, id: int) -> int:
        if collection in ("followers", "following"):
            return len(self.followers_of.get(id, ())) if collection == "followers" else 0
        if collection == "likes":
            return len(self.reactions.get(id, ()))
        return sum(self.may_see(*found, Nobody()) for found in self.posts.values())

    # -- changes

    def put(self, post: Post, around: Surroundings) -> None:
        self.posts[post.id] = (post, around)

    def delete(self, id: int, now: int) -> None:
        post, around = self.posts[id]
        self.posts[id] = (replace(post, content="", content_map={}, deleted=now), around)

    def _newest_first(self) -> list[tuple[Post, Surroundings]]:
        return [self.posts[id] for id in sorted(self.posts, reverse=True)]


def host(viewer: Viewer) -> str:
    return viewer.host if isinstance(viewer, RemoteServer | RemoteActor) else ""


def is_of(actor: Actor, viewer: Viewer) -> bool:
    match viewer:
        case RemoteServer(host):
            return actor.host == host
        case RemoteActor(actor_id, _) | LocalActor(actor_id):
            return actor.id == actor_id
        case Nobody():
            return False


def items(found: list[Any], cursor: int | None, limit: int) -> Items:
    shown, following = paged(found, lambda one: one.id, cursor, limit)
    return Items(tuple(one.uri for one in shown), following)


def paged(
    found: list[T], id_of: Callable[[T], int], cursor: int | None, limit: int
) -> tuple[list[T], int | None]:
    rest = [one for one in found if cursor is None or id_of(one) < cursor]
    shown = rest[:limit]
    return shown, id_of(shown[-1]) if len(rest) > limit else None
