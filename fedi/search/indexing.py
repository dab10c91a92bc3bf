"""Keeps the index: follows the events, and goes backwards through what was here before.

One reader of the event table among others. What it finds changed it reads, parts into words and
writes, in pieces small enough for the other writers. Nothing depends on it but what is found: a
post that is deleted or hidden is not found from the same moment on, whatever stands here.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from actors import ids
from actors.people import Actor
from actors.posts import Post
from actors.urls import Urls
from fedi.store import cards, events, search_index
from fedi.store.engine import Engine, Tx
from fedi.store.events import Place
from fedi.store.search_index import Entry
from fedi.store.searching import LATEST

from . import words
from .documents import entry_of, words_of
from .links import first_link

CHUNK: Final = 40
DAY: Final = 86_400_000
PREVIEWED: Final = 3 * DAY
"""A link has its page fetched if its post is no older when it is read."""
_POSTS: Final = frozenset({"post", "fetched", "edit", "delete"})
_NEWS, _OLD, _ACTORS = "events", "posts", "actors"


@dataclass(slots=True)
class _Read:
    """What one piece of work found: words by post, posts without any, links, words by actor."""

    entries: list[Entry]
    gone: list[int]
    links: list[tuple[Post, str]]
    actors: list[tuple[int, set[str]]]


class Indexer:
    """The work of one process; a second one does no harm. `jitter` gives 0 to 1."""

    def __init__(
        self, engine: Engine, urls: Urls, clock: Callable[[], int], jitter: Callable[[], float]
    ) -> None:
        self._engine = engine
        self._urls = urls
        self._clock = clock
        self._jitter = jitter

    async def some(self) -> int:
        """Read one piece of the news or, without any, of what is old; 0 when all is read."""
        places = await self._engine.glance(search_index.places)
        if _NEWS not in places:
            await self._engine.write(_begin)
            return 1
        return (
            await self._news(places[_NEWS])
            or await self._old_actors(places.get(_ACTORS))
            or await self._old_posts(places.get(_OLD))
        )

    async def all(self, tell: Callable[[int], None] = lambda count: None) -> int:
        """Read until all is read; `tell` is given the number of posts and actors so far."""
        total = 0
        while done := await self.some():
            total += done
            tell(total)
        return total

    async def begin_again(self) -> None:
        """Have everything read once more. What is there is found until it is replaced."""
        await self._engine.write(lambda tx: search_index.begin_again(tx, (_NEWS, _OLD, _ACTORS)))

    # -- pieces

    async def _news(self, place: Place) -> int:
        found = await self._engine.glance(lambda tx: events.read(tx, place, CHUNK))
        if not found:
            return 0
        posts = {event.subject_id for event in found if event.kind in _POSTS}
        actors = {event.subject_id for event in found if event.kind == "actor"}
        read = await self._read(sorted(posts), await self._actors(sorted(actors)))
        await self._write(_NEWS, place, found[-1].place, read)
        return len(found)

    async def _old_posts(self, place: Place | None) -> int:
        """Go on backwards from an id; the place's `tx` is the version of the words."""
        if place is None or place.tx != words.VERSION:
            start = Place(words.VERSION, LATEST)
            await self._engine.write(lambda tx: search_index.move(tx, _OLD, place, start))
            return 1
        if place.position == 0:
            return 0
        posts = await self._engine.read(lambda tx: search_index.older(tx, place.position, CHUNK))
        read = await self._read(posts, ())
        last = posts[-1] if len(posts) == CHUNK else 0
        await self._write(_OLD, place, Place(words.VERSION, last), read)
        return len(posts)

    async def _old_actors(self, place: Place | None) -> int:
        if place is None or abs(place.tx) != words.VERSION:
            start = Place(words.VERSION, 0)
            await self._engine.write(lambda tx: search_index.move(tx, _ACTORS, place, start))
            return 1
        if place.tx < 0:  # the version below zero: all are read
            return 0
        actors = await self._engine.read(
            lambda tx: search_index.next_actors(tx, place.position, CHUNK)
        )
        done = len(actors) < CHUNK
        position = actors[-1].id if actors else place.position
        new = Place(-words.VERSION if done else words.VERSION, position)
        await self._write(_ACTORS, place, new, await self._read((), actors))
        return len(actors)

    async def _actors(self, wanted: list[int]) -> list[Actor]:
        return await self._engine.read(lambda tx: search_index.actors(tx, wanted)) if wanted else []

    async def _read(self, posts: list[int] | tuple[int, ...], actors: Iterable[Actor]) -> _Read:
        made = _Read([], [], [], [])
        documents = await self._engine.read(lambda tx: search_index.documents(tx, posts))
        for document in documents:
            made.entries.append(entry_of(document))
            post = document.post
            url = first_link(post.content) if cards.may_be_previewed(post) else ""
            made.links.append((post, "" if self._urls.is_local(url) else url))
            await asyncio.sleep(0)  # a long text takes some milliseconds
        kept = {entry.post_id for entry in made.entries}
        made.gone = [id for id in posts if id not in kept]
        made.actors = [(actor.id, words_of(actor)) for actor in actors]
        return made

    async def _write(self, name: str, old: Place, new: Place, read: _Read) -> None:
        now = self._clock()

        async def unit(tx: Tx) -> None:
            if not await search_index.move(tx, name, old, new):
                return  # another process has done it
            await search_index.put(tx, read.entries)
            await search_index.forget(tx, read.gone)
            for actor_id, found in read.actors:
                await search_index.put_actor(tx, actor_id, found)
            for post, url in read.links:
                fresh = post.id >= ids.at(now - PREVIEWED)
                await cards.link(tx, post, url, now=now, jitter=self._jitter(), fetch=fresh)

        await self._engine.write(unit)


async def _begin(tx: Tx) -> None:
    """Begin with what is news from now on; what is older is read backwards."""
    await search_index.move(tx, _NEWS, None, await events.newest(tx))
