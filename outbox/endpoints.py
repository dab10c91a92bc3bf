"""Every ActivityPub GET: actors, their collections, posts and theirs, activities, conversations.

Each looks first with nobody's eyes, and only if that shows nothing and the request is signed with
the signer's. What the asker may not see raises the same NotFound as an id that never was; a
Tombstone with 410 goes only to whom could have seen what was there (security.md S19). Answers
are values: the house opens these functions from its dispatch table and sends what they return.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from actors import ids
from actors.audience import Nobody, RemoteActor, RemoteServer, Viewer, leaves_the_house
from actors.errors import Invalid, NotAcceptable, NotFound, Unauthorized
from actors.people import Actor, ActorKind, Profile
from actors.posts import Post
from actors.urls import Urls
from actors.verbs import Announce, Create
from outbox import activities
from outbox.answers import Answer, answered, unless_known, written
from outbox.context import document
from outbox.objects import actor as actor_document
from outbox.objects import collection, note, stamp
from outbox.objects.record import Surroundings, addressing_of, note_of
from outbox.objects.tombstone import tombstone
from outbox.reads import Items, Posts, Reads

T = TypeVar("T")

PAGE_SIZE: Final = 40
OUTBOX_PAGE_SIZE: Final = 20
_CACHED_ACTORS: Final = 1024
_NOBODY: Final = Nobody()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One GET, as far as it matters here. `request` is the house's own, for its ports."""

    accept: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    if_none_match: str = ""
    signed: bool = False
    request: object = None


Negotiate = Callable[[str | None, bool], str]
"""(Accept header, whether there is a page for people too) -> content type, "" if none will do."""
Authenticate = Callable[[Ask], Awaitable[Viewer]]
"""Who signed; raises Unauthorized where the signature does not hold."""
Page = Callable[[Ask], Awaitable[Answer]]
"""The page for people at the same address, with its own checks of who may see it."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """All GETs of one house. With `signed_only` even what is public asks for a signature, except
    the Application actor, without which no signature could ever be checked."""

    reads: Reads
    urls: Urls
    negotiate: Negotiate
    authenticate: Authenticate
    page: Page
    signed_only: bool = False
    _actors: OrderedDict[tuple[Any, ...], Answer] = field(default_factory=OrderedDict)

    # -- actors

    async def actor(self, ask: Ask, id: int) -> Answer:
        """Answer the document of one of our actors, or its page."""
        kind = self._kind(ask, page=True)
        if _is_page(kind):
            return await self.page(ask)
        profile, viewer = await self._actor(ask, id)
        public = isinstance(viewer, Nobody)
        if profile.actor.deleted is not None:
            return _gone(kind, profile.actor.uri, profile.actor.deleted, public)
        return unless_known(self._profile(profile, kind, public), ask.if_none_match)

    async def application(self, ask: Ask) -> Answer:
        """Answer the Application actor, to anybody and always unsigned."""
        kind = self._kind(ask)
        profile = await self.reads.application()
        return unless_known(self._profile(profile, kind, True), ask.if_none_match)

    async def application_collection(self, ask: Ask, part: str) -> Answer:
        """Answer a collection of the Application actor, all of which are empty."""
        if part not in ("outbox", "followers", "following"):
            raise _not_found()
        uri: str = getattr((await self.reads.application()).actor, part)
        return self._document(ask, self._kind(ask), collection.listed(uri, ()), True)

    async def actor_collection(self, ask: Ask, id: int, part: str) -> Answer:
        """Answer what is beneath an actor (ACTOR_PARTS)."""
        kind = self._kind(ask)
        if part == "synchronization":
            return await self._synchronization(ask, kind, id)
        if part == "hosts":
            return await self._hosts(ask, kind, id)
        profile, viewer = await self._actor(ask, id)
        actor, public = profile.actor, isinstance(viewer, Nobody)
        uri = self.urls.actor(id, part)
        if actor.gone or not await self._may_list(ask, actor, part):
            raise _not_found()
        if part == "tags":
            names = await self.reads.tags(actor)
            tags = [note.hashtag(name, self.urls) for name in names]
            return self._document(ask, kind, collection.listed(uri, tags), public)
        if part == "featured":
            viewer = await self._closer(ask, viewer)
            pins = await self.reads.featured(actor, viewer)
            shape = collection.listed(uri, pins)
            return self._document(ask, kind, shape, isinstance(viewer, Nobody))
        if part == "outbox":
            return await self._outbox(ask, kind, actor, viewer)
        if part == "moderators" and actor.kind is ActorKind.GROUP:
            listed = collection.listed(uri, await self.reads.moderators(actor))
            return self._document(ask, kind, listed, public and not actor.locked)
        if part not in ("followers", "following"):
            raise _not_found()
        read = self.reads.followers if part == "followers" else self.reads.following
        shape = await self._paged(
            ask, uri, actor, part, lambda cursor: read(actor, cursor, PAGE_SIZE)
        )
        return self._document(ask, kind, shape, public)

    # -- posts

    async def post(self, ask: Ask, id: int) -> Answer:
        """Answer a post of ours as a Note or Question, or its page."""
        kind = self._kind(ask, page=True)
        if _is_page(kind):
            return await self.page(ask)
        (post, around), viewer = await self._post(ask, id)
        if post.deleted is not None:
            return _gone(kind, post.uri, post.deleted, isinstance(viewer, Nobody))
        shape = note.write(note_of(post, around, self.urls), self.urls)
        return self._document(ask, kind, shape, isinstance(viewer, Nobody))

    async def shows(self, ask: Ask, id: int, name: str) -> None:
        """Raise NotFound unless the asker may see this post of ours, and it shows this file."""
        (post, _), _ = await self._post(ask, id)
        files = [url for one in post.media for url in (one.url, one.preview)]
        if post.deleted is not None or self.urls.media(name) not in files:
            raise _not_found()

    async def post_collection(self, ask: Ask, id: int, part: str) -> Answer:
        """Answer the replies, likes or shares of a post."""
        kind = self._kind(ask)
        (post, around), viewer = await self._post(ask, id)
        if post.deleted is not None or part not in ("replies", "likes", "shares"):
            raise _not_found()
        if part == "replies" and "page" in ask.query:
            viewer = await self._closer(ask, viewer)

        async def read(cursor: int | None) -> Items:
            if part == "replies":
                return await self.reads.replies(post, viewer, cursor, PAGE_SIZE)
            listed = self.reads.likes if part == "likes" else self.reads.shares
            return await listed(post, cursor, PAGE_SIZE)

        shape = await self._paged(ask, self.urls.post(id, part), around.author, part, read, id)
        return self._document(ask, kind, shape, isinstance(viewer, Nobody))

    async def stamp(self, ask: Ask, id: int) -> Answer:
        """Answer the leave to quote a post of ours (FEP-044f)."""
        kind = self._kind(ask)
        uri = self.urls.stamp(id)
        found, viewer = await self._seen(ask, lambda viewer: self.reads.stamp(uri, viewer))
        return self._document(ask, kind, stamp.write(found), isinstance(viewer, Nobody))

    # -- activities and conversations

    async def activity(self, ask: Ask, id: int) -> Answer:
        """Answer an activity of ours in the bytes in which it was sent; the Create of a post is
        written anew, so that what an edit took away is not told by it for ever."""
        kind = self._kind(ask)

        async def look(viewer: Viewer) -> tuple[bytes, bool] | None:
            found = await self.reads.post(id, viewer)
            if found is None:
                return await self.reads.activity(id, viewer)
            if found[0].deleted is not None or not leaves_the_house(found[0].visibility):
                return None
            return written(activities.write(activity_of(*found, self.urls), self.urls)), True

        (body, public), viewer = await self._seen(ask, look)
        answer = answered(kind, body, public=public and isinstance(viewer, Nobody))
        return unless_known(answer, ask.if_none_match)

    async def context(self, ask: Ask, id: int) -> Answer:
        """Answer a conversation: the posts in it that the asker may see (FEP-7888)."""
        kind = self._kind(ask)
        cursor = _cursor(ask)

        async def look(viewer: Viewer) -> Items | None:
            first = await self.reads.context(id, viewer, None, PAGE_SIZE)
            return first if first.uris else None

        items, viewer = await self._seen(ask, look)
        uri = self.urls.context(id)
        if "page" not in ask.query:
            return self._document(
                ask, kind, collection.whole(uri, None), isinstance(viewer, Nobody)
            )
        viewer = await self._closer(ask, viewer)
        if cursor is not None or not isinstance(viewer, Nobody):
            items = await self.reads.context(id, viewer, cursor, PAGE_SIZE)
        shape = collection.page(uri, items.uris, cursor, items.following)
        return self._document(ask, kind, shape, isinstance(viewer, Nobody))

    # -- who asks, and for what

    def _kind(self, ask: Ask, *, page: bool = False) -> str:
        kind = self.negotiate(ask.accept, page)
        if not kind:
            raise NotAcceptable("We have this as ActivityPub, and where people read it as a page.")
        return kind

    async def _seen(
        self, ask: Ask, look: Callable[[Viewer], Awaitable[T | None]]
    ) -> tuple[T, Viewer]:
        """Return what was asked for and with whose eyes it was seen; NotFound if with none's."""
        if not self.signed_only:
            found = await look(_NOBODY)
            if found is not None:
                return found, _NOBODY
        elif not ask.signed:
            raise Unauthorized("This server answers signed requests only.")
        if ask.signed:
            viewer = await self.authenticate(ask)
            found = await look(viewer)
            if found is not None:
                return found, viewer
        raise _not_found()

    async def _closer(self, ask: Ask, viewer: Viewer) -> Viewer:
        """Return the signer, if there is one, for lists that show more to some than to all."""
        if ask.signed and isinstance(viewer, Nobody):
            return await self.authenticate(ask)
        return viewer

    async def _actor(self, ask: Ask, id: int) -> tuple[Profile, Viewer]:
        found = await self._seen(ask, lambda viewer: self.reads.actor(id, viewer))
        if found[0].actor.kind is ActorKind.APPLICATION:
            raise _not_found()  # it has an address of its own
        return found

    async def _post(self, ask: Ask, id: int) -> tuple[tuple[Post, Surroundings], Viewer]:
        found, viewer = await self._seen(ask, lambda viewer: self.reads.post(id, viewer))
        post = found[0]
        # The store has said no already; this makes sure of it even if it ever errs.
        if not leaves_the_house(post.visibility) or not post.local or post.boost_of is not None:
            raise _not_found()
        return found, viewer

    # -- what is answered

    def _profile(self, profile: Profile, kind: str, public: bool) -> Answer:
        """Return an actor's answer, made once for each state of the actor and its keys."""
        actor = profile.actor
        keys = tuple((key.uri, key.retired) for key in profile.keys)
        state = (actor.id, actor.updated, keys, kind, public)
        known = self._actors.get(state)
        if known is not None:
            self._actors.move_to_end(state)
            return known
        body = written(document(actor_document.write(profile, self.urls)))
        answer = self._actors[state] = answered(kind, body, public=public)
        if len(self._actors) > _CACHED_ACTORS:
            self._actors.popitem(last=False)
        return answer

    def _document(self, ask: Ask, kind: str, shape: dict[str, Any], public: bool) -> Answer:
        answer = answered(kind, written(document(shape)), public=public)
        return unless_known(answer, ask.if_none_match)

    async def _paged(
        self,
        ask: Ask,
        uri: str,
        owner: Actor,
        part: str,
        read: Callable[[int | None], Awaitable[Items]],
        id: int | None = None,
    ) -> dict[str, Any]:
        """Return a collection or one page of it; who hides totals hides who is in it as well."""
        hidden = owner.hides_totals and part != "replies"
        if "page" not in ask.query:
            total = None if hidden else await self.reads.total(part, owner.id if id is None else id)
            return collection.whole(uri, total, paged=not hidden)
        if hidden:
            raise _not_found()
        cursor = _cursor(ask)
        items = await read(cursor)
        return collection.page(uri, items.uris, cursor, items.following)

    async def _outbox(self, ask: Ask, kind: str, actor: Actor, viewer: Viewer) -> Answer:
        uri = self.urls.actor(actor.id, "outbox")
        if "page" not in ask.query:
            total = None if actor.hides_totals else await self.reads.total("outbox", actor.id)
            shape = collection.whole(uri, total)
            return self._document(ask, kind, shape, isinstance(viewer, Nobody))
        viewer, cursor = await self._closer(ask, viewer), _cursor(ask)
        posts = await self.reads.outbox(actor, viewer, cursor, OUTBOX_PAGE_SIZE)
        shape = collection.page(uri, self._activities(posts), cursor, posts.following)
        return self._document(ask, kind, shape, isinstance(viewer, Nobody))

    def _activities(self, posts: Posts) -> list[dict[str, Any]]:
        return [
            activities.shape(activity_of(post, around, self.urls), self.urls)
            for post, around in posts.posts
            if leaves_the_house(post.visibility)
        ]

    async def _may_list(self, ask: Ask, actor: Actor, part: str) -> bool:
        """Return whether the asker may read a collection: who is in a closed group is shown to
        servers with members alone."""
        closed = actor.kind is ActorKind.GROUP and actor.locked
        if part not in ("followers", "moderators") or not closed:
            return True
        viewer = await self.authenticate(ask) if ask.signed else _NOBODY
        match viewer:
            case RemoteServer(host) | RemoteActor(host=host):
                return host in await self.reads.member_hosts(actor)
            case _:
                return False

    async def _hosts(self, ask: Ask, kind: str, id: int) -> Answer:
        """Answer the servers on which a closed group has members, to those servers alone."""
        if not ask.signed:
            raise Unauthorized("Only a server with members may ask, and must sign.")
        viewer = await self.authenticate(ask)
        profile = await self.reads.actor(id, viewer)
        if profile is None or profile.actor.gone or profile.actor.kind is not ActorKind.GROUP:
            raise _not_found()
        hosts = await self.reads.member_hosts(profile.actor)
        if not isinstance(viewer, RemoteServer | RemoteActor) or viewer.host not in hosts:
            raise _not_found()
        listed = [self.urls.server(host) for host in hosts]
        shape = collection.listed(self.urls.actor(id, "hosts"), listed)
        return self._document(ask, kind, shape, False)

    async def _synchronization(self, ask: Ask, kind: str, id: int) -> Answer:
        """Answer the followers on the asking server, to that server alone (FEP-8fcf)."""
        if not ask.signed:
            raise Unauthorized("Only the server whose followers they are may ask, and must sign.")
        viewer = await self.authenticate(ask)
        profile = await self.reads.actor(id, viewer)
        if profile is None or profile.actor.gone:
            raise _not_found()
        if not isinstance(viewer, RemoteServer | RemoteActor):
            raise Unauthorized("Only the server whose followers they are may ask.")
        followers = sorted(await self.reads.followers_at(profile.actor, viewer.host))
        shape = collection.listed(self.urls.actor(id, "synchronization"), followers)
        return self._document(ask, kind, shape, False)


def activity_of(post: Post, around: Surroundings, urls: Urls) -> Create | Announce:
    """Return the activity that published a post or boost of ours; a post's Create has the id of
    the post, and a boost is its own Announce."""
    if post.boost_of is None:
        uri = urls.activity(post.id)
        return Create(uri=uri, actor=around.author.uri, note=note_of(post, around, urls))
    to, cc = addressing_of(post, around)
    return Announce(
        uri=post.uri,
        actor=around.author.uri,
        object=around.boosted,
        published=post.published,
        to=to,
        cc=cc,
    )


def _is_page(kind: str) -> bool:
    return kind.startswith("text/html")


def _gone(kind: str, uri: str, deleted: int, public: bool) -> Answer:
    body = written(document(tombstone(uri, deleted)))
    return answered(kind, body, public=public, status=410)


def _not_found() -> NotFound:
    return NotFound("There is nothing here.")


def _cursor(ask: Ask) -> int | None:
    """Return the id after which the asked-for page begins; Invalid for what is no page of ours."""
    page = ask.query.get("page", collection.FIRST)
    if page == collection.FIRST:
        return None
    cursor = ids.parse(page)
    if cursor is None:
        raise Invalid("There is no such page.")
    return cursor
