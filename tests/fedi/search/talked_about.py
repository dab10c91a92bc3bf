"""Nordvik talks: hashtags in use, and what of it each reader hears."""

from actors.audience import LocalActor, Nobody, Viewer
from actors.people import Actor
from actors.posts import Hashtag, Post, Visibility
from fedi.search.trending import Trends
from fedi.store import trends
from fedi.store.trends import Kind
from tests.people import HOUR, KARI, NOW, Nordvik
from tests.running import run

INSIDE, OUTSIDE = LocalActor(KARI.id), Nobody()
PUBLIC = Visibility.PUBLIC


def tagged(
    house: Nordvik, author: Actor, tag: str, visibility: Visibility = PUBLIC, ago: int = HOUR
) -> Post:
    post = house.says(author, visibility, published=NOW - ago)
    house.put(Hashtag(post_id=post.id, name=tag.casefold(), shown=tag))
    return post


def subjects(house: Nordvik, kind: Kind, viewer: Viewer = INSIDE) -> list[str]:
    run(Trends(house.engine, house.clock.now).count())
    return run(house.engine.read(lambda tx: trends.subjects(tx, kind, viewer, 20, 0)))
