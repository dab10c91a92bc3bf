"""Answers a search: which actors, posts and hashtags a viewer finds for what was typed.

Gives ids, which the API renders for its viewer. An address or a handle that is not known yet is
fetched where the viewer asked for that and is one of ours; words are looked up here alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from actors.audience import LocalActor, Viewer
from actors.errors import FediError, Invalid
from actors.handles import Handle, parse_handle
from actors.people import Actor
from actors.urls import Urls
from fedi.resolve import HouseResolver
from fedi.store import finding, knowing, profiles, searching, visibility
from fedi.store.engine import Engine, Tx
from fedi.store.finding import Tag
from fedi.store.searching import Option, Term, Wanted

from . import query, words
from .documents import by

DEEPEST: Final = 1_000
"""How far down a list may be asked for."""
_SPELLINGS: Final = 16  # of a hashtag
_FIRST: Final = 30  # letters of it that may be written in another way


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What was asked: `text` as typed, and what of it. `author` and ids narrow the posts."""

    text: str
    accounts: bool = True
    posts: bool = True
    hashtags: bool = True
    resolve: bool = False
    following: bool = False
    author: int | None = None
    since: int = 0
    before: int = searching.LATEST
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Ids of actors and posts and names of hashtags, in the order they are shown."""

    accounts: tuple[int, ...] = ()
    posts: tuple[int, ...] = ()
    hashtags: tuple[Tag, ...] = ()


class Finder:
    """Finds for one process; `zone` is where the organisation's days begin."""

    def __init__(self, engine: Engine, resolver: HouseResolver, urls: Urls, zone: tzinfo) -> None:
        self._engine = engine
        self._resolver = resolver
        self._urls = urls
        self._zone = zone

    async def find(self, search: Search, viewer: Viewer) -> Found:
        """Return what `viewer` finds. Nobody finds posts or has anything fetched."""
        text = search.text.strip()
        if not text or not 0 <= search.offset <= DEEPEST:
            return Found()
        if _is_address(text):
            return await self._at(text, search, viewer) if search.offset == 0 else Found()
        return Found(
            accounts=await self.accounts(search, viewer) if search.accounts else (),
            posts=await self.posts(search, viewer) if search.posts else (),
            hashtags=await self.hashtags(search, viewer) if search.hashtags else (),
        )

    # -- accounts

    async def accounts(self, search: Search, viewer: Viewer) -> tuple[int, ...]:
        """Return actors: the one of exactly this handle first, then by how their words begin."""
        text = search.text.strip()
        if not text or text.startswith("#"):
            return ()
        first = None if search.following else await self._exactly(text, search, viewer)
        name = text.lstrip("@").partition("@")[0]
        wanted = list(dict.fromkeys(words.words(name)))[: query.MOST]
        rows = await self._engine.read(
            lambda tx: finding.actors(
                tx,
                wanted,
                viewer,
                exact=name.lower(),
                following=search.following,
                limit=search.limit + search.offset + 1,
            )
        )
        if "@" in text.lstrip("@"):  # a whole handle means its domain, too
            domain = text.lstrip("@").partition("@")[2].lower()
            ours = self._urls.handle_domain.lower()
            rows = [row for row in rows if (row.domain or ours).startswith(domain)]
        found = [first.id] if first is not None else []
        found += [row.id for row in rows if first is None or row.id != first.id]
        return tuple(found[search.offset : search.offset + search.limit])

    async def lookup(self, handle: str, viewer: Viewer) -> Actor | None:
        """Return the actor that a handle means, as far as it is known; nothing is fetched."""
        try:
            wanted = parse_handle(handle)
        except Invalid:
            return None
        found = await self._engine.glance(lambda tx: self._known(tx, wanted))
        return found if found is not None and await self._may_know(found, viewer) else None

    async def _may_know(self, actor: Actor, viewer: Viewer) -> bool:
        return await self._engine.glance(lambda tx: knowing.may_know(tx, actor.id, viewer))

    async def _exactly(self, text: str, search: Search, viewer: Viewer) -> Actor | None:
        if " " in text:
            return None
        found = await self.lookup(text, viewer)
        if found is None and search.resolve and isinstance(viewer, LocalActor):
            if "@" not in text.lstrip("@"):
                return None
            try:
                found = await self._resolver.handle(text)
            except FediError:
                return None
            if not await self._may_know(found, viewer):
                return None
        return found if found is not None and not found.gone else None

    async def _known(self, tx: Tx, handle: Handle) -> Actor | None:
        domain = (handle.domain or "").lower()
        if domain and domain not in (self._urls.handle_domain.lower(), self._urls.authority):
            return await finding.remote_by_handle(tx, *named(handle.username), domain)
        row = await profiles.actor_by_handle(tx, handle.username)
        return row[0] if row is not None and not row[0].gone else None

    # -- posts

    async def posts(self, search: Search, viewer: Viewer) -> tuple[int, ...]:
        """Return posts, newest first."""
        if not isinstance(viewer, LocalActor):
            return ()
        asked = query.read(search.text, self._zone)
        if asked.empty:
            return ()
        terms = await self._authors(asked, viewer)
        if terms is None:
            return ()
        if search.author is not None:
            terms = (Term((Option((by(search.author),)),)), *terms)
        wanted = Wanted(
            terms=terms,
            scope=asked.scope,
            since=max(asked.since, search.since),
            before=min(asked.before, search.before),
        )
        found = await self._engine.read(
            lambda tx: searching.posts(tx, wanted, viewer, search.limit, search.offset)
        )
        return tuple(found)

    async def _authors(self, asked: query.Asked, viewer: LocalActor) -> tuple[Term, ...] | None:
        """Return all terms, authors by their ids; None where somebody wanted is not known."""
        handles = {author: self._handle(author.handle) for author in asked.authors}
        known = await self._engine.glance(lambda tx: self._ids(tx, handles.values()))
        for author, handle in handles.items():
            id = viewer.actor_id if author.handle == "me" else known.get(handle)
            if id is None and not author.excluded:
                return None
            if id is not None:
                asked.terms.append(Term((Option((by(id),)),), author.excluded))
        return query.terms_of(asked)

    @staticmethod
    def _handle(text: str) -> Handle | None:
        try:
            return parse_handle(text) if text != "me" else None
        except Invalid:
            return None

    async def _ids(self, tx: Tx, handles: Iterable[Handle | None]) -> dict[Handle | None, int]:
        found: dict[Handle | None, int] = {}
        for handle in handles:
            actor = await self._known(tx, handle) if handle is not None else None
            if actor is not None:
                found[handle] = actor.id
        return found

    # -- hashtags

    async def hashtags(self, search: Search, viewer: Viewer) -> tuple[Tag, ...]:
        """Return hashtags that begin as typed, the one used last first."""
        name = search.text.strip().removeprefix("#")
        if not name or any(char.isspace() for char in name):
            return ()
        found = await self._engine.read(
            lambda tx: finding.hashtags(
                tx, spellings(name), viewer, limit=search.limit, offset=search.offset
            )
        )
        return tuple(found)

    # -- addresses

    async def _at(self, url: str, search: Search, viewer: Viewer) -> Found:
        found = await self._engine.glance(lambda tx: self._here(tx, url))
        if found is None and search.resolve and isinstance(viewer, LocalActor):
            if self._urls.is_local(url):
                return Found()
            try:
                thing = await self._resolver.address(url)
            except FediError:
                return Found()
            found = ("actor" if isinstance(thing, Actor) else "post", thing.id)
        if found is None:
            return Found()
        kind, id = found
        if kind == "actor":
            actors = await self._engine.glance(lambda tx: finding.by_ids(tx, [id]))
            known = tuple([a.id for a in actors if await self._may_know(a, viewer) and not a.gone])
            return Found(accounts=known if search.accounts else ())
        if not search.posts or not await self._may_see(id, viewer):
            return Found()
        return Found(posts=(id,))

    async def _here(self, tx: Tx, url: str) -> tuple[str, int] | None:
        """Return (kind, id) of what is known by an address: its id, or its page here."""
        local = self._urls.parse(url)
        if local is not None and local.kind == "profile":
            row = await profiles.actor_by_handle(tx, local.name)
            return ("actor", row[0].id) if row is not None else None
        return await finding.by_address(tx, url)

    async def _may_see(self, post_id: int, viewer: Viewer) -> bool:
        return await self._engine.glance(lambda tx: visibility.may_see(tx, post_id, viewer))


def spellings(name: str) -> list[str]:
    """Return how the beginning of a hashtag may be written by who has the letters for it."""
    found = [name.casefold()]
    for plain, letter in (("aa", "å"), ("oe", "ø"), ("ae", "æ")):
        found += [spelling.replace(plain, letter) for spelling in found if plain in spelling]
    for plain, letter in (("o", "ø"), ("a", "å")):
        for place in range(min(len(name), _FIRST)):
            more = [
                spelling[:place] + letter + spelling[place + 1 :]
                for spelling in found
                if spelling[place : place + 1] == plain
            ]
            found += more[: _SPELLINGS - len(found)]
    return list(dict.fromkeys(found))


def named(username: str) -> tuple[str, str]:
    """Return a user name and the word that whoever has it is found by."""
    return username, words.plain(words.folded(username.lower()))


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://")) and not any(char.isspace() for char in text)
