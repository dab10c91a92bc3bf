"""Law: nothing is ever queued for, shown to or said of anybody outside its audience.

Our people and departments do whatever comes to mind, with every visibility, exposure and answer,
through the same steps as an app's post; after each step every delivery there is, every home page
and every body that left is held against who may see.
"""

import json
from collections.abc import Iterator

import pytest

from actors.effects import Activity
from actors.errors import Invalid
from actors.handles import Handle
from actors.people import Actor
from actors.posts import Post, Visibility
from fedi.store.reads import surroundings
from outbox.acts import Acting
from outbox.publish import Edited, Intent, Parent, edit, publish
from tests.dice import Dice
from tests.people import (
    ALICE,
    ALLE,
    BEREDSKAP,
    BOB,
    CARLA,
    IKT,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    OLA,
    SAMARBEID,
    Nordvik,
)
from tests.running import run

AUTHORS = (LEDERGRUPPEN, IKT, BEREDSKAP, SAMARBEID, KARI, OLA)
OUTSIDE = (ALICE, BOB, CARLA, MALLORY)
NAMED = {
    **{Handle(actor.username, actor.domain): actor for actor in OUTSIDE},
    **{Handle(actor.username): actor for actor in AUTHORS},
}


class Doings:
    """What ours might do next, from a seed."""

    def __init__(self, house: Nordvik, dice: Dice) -> None:
        self.house = house
        self.dice = dice
        self._said = 0

    def _acting(self, who: Actor) -> Acting:
        return Acting(actor=who, urls=self.house.urls, id=self.house.performer.new_id())

    def posts(self) -> list[Post]:
        found: list[Post] = self.house.all(Post)
        return [post for post in found if post.deleted is None]

    def words(self, visibility: Visibility) -> str:
        """A text that tells afterwards how far it was meant to go."""
        self._said += 1
        some = [handle for handle in NAMED if self.dice.happens(0.2)]
        return f"ord-{visibility.value}-{self._said} " + " ".join(map(str, some))

    def say(self) -> Iterator[Activity]:
        author, visibility = self.dice.one_of(AUTHORS), self.dice.one_of(tuple(Visibility))
        parent = None
        plain = [post for post in self.posts() if post.boost_of is None]
        if plain and self.dice.happens(0.5):
            post = self.dice.one_of(plain)
            by_id = {actor.id: actor for actor in (*AUTHORS, *OUTSIDE)}
            parent = Parent(post=post, author=by_id[post.author_id])
        group = (ALLE,) if visibility is Visibility.GROUP else ()
        intent = Intent(
            author=author,
            text=self.words(visibility),
            visibility=visibility,
            parent=parent,
            addressed=group,
        )
        house = self.house
        id, now = house.performer.new_id(), house.clock.now()
        yield publish(intent, id=id, now=now, resolved=NAMED, urls=house.urls)

    def change(self) -> Iterator[Activity]:
        mine = [post for post in self.posts() if post.local and post.boost_of is None]
        if not mine:
            return
        post, house = self.dice.one_of(mine), self.house
        around = run(house.engine.read(lambda tx: surroundings(tx, [post])))[0]
        intent = Intent(
            author=around.author, text=self.words(post.visibility), visibility=post.visibility
        )
        house.clock.time += 1000
        before = Edited(post=post, around=around)
        id, now = house.performer.new_id(), house.clock.now()
        yield edit(before, intent, id=id, now=now, resolved=NAMED, urls=house.urls)

    def share(self) -> Iterator[Activity]:
        plain = [post for post in self.posts() if post.boost_of is None]
        if plain:
            post = self.dice.one_of(plain)
            author = {a.id: a for a in (*AUTHORS, *OUTSIDE)}[post.author_id]
            acting = self._acting(self.dice.one_of(AUTHORS))
            seen = self.dice.one_of((Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS))
            yield acting.boost(post, author, self.house.clock.now(), seen)

    def unshare(self) -> Iterator[Activity]:
        boosts = [post for post in self.posts() if post.boost_of is not None and post.local]
        if boosts:
            boost = self.dice.one_of(boosts)
            author = {a.id: a for a in AUTHORS}[boost.author_id]
            boosted = next(p for p in self.house.all(Post) if p.id == boost.boost_of)
            yield self._acting(author).unboost(boost, boosted.uri)

    def like(self) -> Iterator[Activity]:
        if posts := self.posts():
            yield self._acting(self.dice.one_of(AUTHORS)).like(self.dice.one_of(posts))

    def remove(self) -> Iterator[Activity]:
        mine = [post for post in self.posts() if post.local and post.boost_of is None]
        if mine and self.dice.happens(0.5):
            post = self.dice.one_of(mine)
            author = {a.id: a for a in AUTHORS}[post.author_id]
            yield self._acting(author).remove(post)

    def block(self) -> Iterator[Activity]:
        if self.dice.happens(0.2):
            who, whom = self.dice.one_of(AUTHORS), self.dice.one_of(OUTSIDE)
            yield self._acting(who).block(whom)

    def next(self) -> list[Activity]:
        doing = self.dice.one_of((self.say, self.say, self.say, self.change, self.share,
                                  self.unshare, self.like, self.remove, self.block))  # fmt: skip
        try:
            return list(doing())
        except Invalid:
            return []


def settle(house: Nordvik, dice: Dice) -> None:
    for author in (*AUTHORS, ALLE):
        for follower in (*OUTSIDE, *AUTHORS):
            if follower is not author and dice.happens(0.4):
                house.follows(follower, author)
    for stranger in OUTSIDE:
        house.says(stranger, dice.one_of((Visibility.PUBLIC, Visibility.FOLLOWERS)), KARI)


def actors_at(inbox: str) -> list[Actor]:
    return [actor for actor in OUTSIDE if inbox in (actor.inbox, actor.shared_inbox)]


def check(house: Nordvik, seen: set[int], could: dict[int, set[int]]) -> None:
    """Hold every new delivery and every home page against the audience."""
    house.delivered()
    posts = {post.id: post for post in house.all(Post)}
    for id, post in posts.items():
        if post.deleted is None:
            could[id] = could.get(id, set()) | {a.id for a in OUTSIDE if house.sees(a, post)}
    rows = house.ask(
        "SELECT d.id, a.kind, a.post_id, d.inbox FROM delivery d"
        " JOIN activity a ON a.id = d.activity_id"
    )
    for id, kind, post_id, inbox in rows:
        if id in seen:
            continue
        seen.add(id)
        if post_id is None:
            continue
        post = posts[post_id]
        assert post.visibility not in (Visibility.INTERNAL, Visibility.GROUP), (kind, inbox)
        if kind in ("Create", "Update", "Announce"):
            assert any(house.sees(a, post) for a in actors_at(inbox)), (kind, inbox, post)
        else:
            assert any(a.id in could[post_id] for a in actors_at(inbox)), (kind, inbox, post)
    for reader in AUTHORS:
        for id in house.home(reader):
            post = posts[id]
            blocked = house.ask(
                "SELECT 1 FROM relation WHERE kind = 'block' AND source_id = ? AND target_id = ?",
                post.author_id,
                reader.id,
            )
            assert post.deleted or blocked or house.sees(reader, post), (reader.username, post)


def check_bodies(house: Nordvik) -> None:
    """No document that was queued tells of an internal post, by its words or by its address."""
    inside = [
        post
        for post in house.all(Post)
        if post.visibility in (Visibility.INTERNAL, Visibility.GROUP) and post.local
    ]
    rows = house.ask(
        "SELECT a.body FROM activity a WHERE EXISTS"
        " (SELECT 1 FROM delivery d WHERE d.activity_id = a.id)"
    )
    for (body,) in rows:
        text = bytes(body).decode()
        document = json.loads(text)
        assert "ord-internal" not in text or document["type"] == "Delete", text
        for post in inside:
            assert post.uri not in text, (document["type"], post)


@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 80))]
)
def test_nothing_goes_to_anybody_outside_its_audience(house: Nordvik, seed: int) -> None:
    dice = Dice(seed)
    settle(house, dice)
    doings = Doings(house, dice)
    seen: set[int] = set()
    could: dict[int, set[int]] = {}
    for _ in range(25):
        house.clock.time += 1000
        for activity in doings.next():
            house.do(activity)
        check(house, seen, could)
    check_bodies(house)
    created = [post for post in house.all(Post) if post.local]
    assert len(created) > 1, f"seed {seed} made too little happen"
