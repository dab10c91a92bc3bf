"""Nordvik, searched: whatever is new is indexed before somebody looks for something."""

from zoneinfo import ZoneInfo

from actors.audience import LocalActor
from actors.people import Actor, ActorKind
from actors.posts import Post
from fedi.search.asking import Finder, Search
from fedi.search.indexing import Indexer
from tests.people import KARI, Nordvik, ours, theirs
from tests.running import run

OSLO = ZoneInfo("Europe/Oslo")
BJORN = theirs(40, "bjorn", "mastodon.test", name="Bjørn Åsen", discoverable=True)
OTHER_KARI = theirs(41, "Kari", "mastodon.test", name="Kari Ødegård", discoverable=True)
AASHILD = ours(42, "aashild", "Åshild Ødegård-Bø", ActorKind.PERSON)
"""Three whose names are spelled in more than one way."""


def finder(house: Nordvik) -> Finder:
    """Who answers what is asked; nobody is fetched."""
    return Finder(house.engine, None, house.urls, OSLO)  # type: ignore[arg-type]


class House(Nordvik):
    """Nordvik, searched."""

    def index(self) -> None:
        """Read into the index what is new."""
        run(self.indexer.all())

    @property
    def indexer(self) -> Indexer:
        return Indexer(self.engine, self.urls, self.clock.now, lambda: 0.5)

    @property
    def finder(self) -> Finder:
        return finder(self)

    def finds(self, text: str, who: Actor = KARI, **rest: int) -> list[int]:
        """Index what is new, and return what an actor finds."""
        self.index()
        return self.finds_now(text, who, **rest)

    def finds_now(self, text: str, who: Actor = KARI, **rest: int) -> list[int]:
        found = run(self.finder.posts(Search(text=text, **rest), LocalActor(who.id)))
        return list(found)


def ids(*posts: Post) -> list[int]:
    """Return the ids of posts, newest first."""
    return sorted((post.id for post in posts), reverse=True)
