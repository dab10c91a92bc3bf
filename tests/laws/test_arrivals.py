"""Law: what arrived leaves the same behind, in whatever order it came and however often.

A history is made in the order that its authors lived it, and then arrives as a network would have
it. Left out is only what the protocol itself orders: doing one thing again after undoing it. What
is taken back comes twice only as one and the same request, which the door keeps out (inbox).
"""

from collections.abc import Iterator

import pytest

from actors.effects import Activity, Need
from actors.people import Actor
from actors.posts import Post, Visibility
from actors.relationships import Reaction, Relation
from actors.verbs import Announce, Block, Create, Delete, Follow, Like, Undo, Update
from actors.vocabulary import PUBLIC
from tests.dice import Dice
from tests.people import IKT, KARI, LEDERGRUPPEN, MINUTE, NOW, OLA, Nordvik, note, theirs

ORDERS = 12


def cast(house: Nordvik, round: int) -> list[Actor]:
    """Three strangers whom nobody has met before, and whom Kari follows."""
    people = [
        theirs(1_000 + 10 * round + n, f"{name}{round}", host)
        for n, (name, host) in enumerate(
            (("asta", "a.test"), ("birk", "a.test"), ("cleo", "c.test"))
        )
    ]
    house.put(*people)
    for one in people:
        house.follows(KARI, one)
    return people


class History:
    """What some strangers did, as activities, each with what it depends on being of one author."""

    def __init__(self, house: Nordvik, people: list[Actor], dice: Dice, ours: Post) -> None:
        self._dice = dice
        self._people = people
        self._ours = ours
        self._round = people[0].username
        self._number = 0
        self._posts: list[tuple[Actor, str]] = []
        self._done: set[tuple[str, str, str]] = set()
        self.activities: list[Activity] = []

    def _uri(self, who: Actor, what: str) -> str:
        self._number += 1
        return f"https://{who.host}/{self._round}/{what}/{self._number}"

    def happen(self, steps: int) -> list[Activity]:
        for _ in range(steps):
            who = self._dice.one_of(self._people)
            self.activities += self._dice.one_of(
                (self.writes, self.writes, self.likes, self.boosts, self.follows, self.blocks)
            )(who)
        return self.activities

    def writes(self, who: Actor) -> Iterator[Activity]:
        """A post, perhaps an answer, perhaps edited, perhaps deleted."""
        uri = self._uri(who, "notes")
        parent = self._dice.one_of(["", self._ours.uri, *(uri for _, uri in self._posts)])
        self._posts.append((who, uri))
        seen = self._dice.one_of((Visibility.PUBLIC, Visibility.FOLLOWERS, Visibility.DIRECT))
        named = (OLA,) if self._dice.happens(0.5) else (LEDERGRUPPEN,)
        moment = NOW - self._dice.below(1000) * MINUTE

        def words(number: int) -> Update | Create:
            written = note(
                who,
                uri,
                seen,
                *named,
                content=f"<p>{number}</p>",
                reply_to=parent,
                published=moment,
                updated=moment + number * MINUTE if number else None,
            )
            if number == 0:
                return Create(uri=self._uri(who, "create"), actor=who.uri, note=written)
            return Update(uri=self._uri(who, "update"), actor=who.uri, note=written)

        yield words(0)
        for number in range(1, 1 + self._dice.below(3)):
            yield words(number)
        if self._dice.happens(0.3):
            yield Delete(uri=self._uri(who, "delete"), actor=who.uri, object=uri)

    def _once(self, who: Actor, kind: str, target: str) -> bool:
        known = (who.uri, kind, target) in self._done
        self._done.add((who.uri, kind, target))
        return not known

    def _perhaps_undone(self, who: Actor, deed: Activity, target: str) -> Iterator[Activity]:
        yield deed
        if self._dice.happens(0.5):
            yield Undo(
                uri=self._uri(who, "undo"),
                actor=who.uri,
                object=deed.uri,
                kind=type(deed).__name__,
                target=target,
            )

    def likes(self, who: Actor) -> Iterator[Activity]:
        if self._once(who, "like", self._ours.uri):
            deed = Like(uri=self._uri(who, "likes"), actor=who.uri, object=self._ours.uri)
            yield from self._perhaps_undone(who, deed, self._ours.uri)

    def boosts(self, who: Actor) -> Iterator[Activity]:
        if self._once(who, "boost", self._ours.uri):
            deed = Announce(
                uri=self._uri(who, "boosts"),
                actor=who.uri,
                object=self._ours.uri,
                published=NOW - MINUTE,
                to=(PUBLIC,),
            )
            yield from self._perhaps_undone(who, deed, self._ours.uri)

    def follows(self, who: Actor) -> Iterator[Activity]:
        if self._once(who, "follow", LEDERGRUPPEN.uri):
            deed = Follow(uri=self._uri(who, "follows"), actor=who.uri, object=LEDERGRUPPEN.uri)
            yield from self._perhaps_undone(who, deed, LEDERGRUPPEN.uri)

    def blocks(self, who: Actor) -> Iterator[Activity]:
        """Of one who is named nowhere: what a block bars depends on when it was."""
        if self._once(who, "block", IKT.uri):
            deed = Block(uri=self._uri(who, "blocks"), actor=who.uri, object=IKT.uri)
            yield from self._perhaps_undone(who, deed, IKT.uri)


def left_behind(house: Nordvik, people: list[Actor]) -> str:
    """Return what a history left, without the ids and names that this round happened to have."""
    ids = {actor.id: f"person{number}" for number, actor in enumerate(people)}
    posts = [post for post in house.all(Post) if post.author_id in ids]
    live = {post.id: post for post in posts if post.deleted is None}
    uris = {post.id: post.uri for post in house.all(Post)}
    left = {
        "posts": sorted(
            (p.uri, p.content, p.visibility, p.published, p.edited, uris.get(p.boost_of or 0))
            for p in live.values()
        ),
        "readers": sorted((p.uri, tuple(house.readers(p))) for p in live.values()),
        "threads": sorted(
            (p.uri, uris[p.in_reply_to])
            for p in live.values()
            if p.in_reply_to in live or p.in_reply_to not in {q.id for q in posts}
            if p.in_reply_to is not None
        ),
        "relations": sorted(
            (r.kind, ids[r.source_id], r.target_id, r.state, r.uri)
            for r in house.all(Relation)
            if r.source_id in ids
        ),
        "reactions": sorted(
            (ids[r.actor_id], r.uri) for r in house.all(Reaction) if r.actor_id in ids
        ),
        "pages": sorted(
            (reader.username, uris[id])
            for reader in (KARI, OLA)
            for id in house.home(reader)
            if id in live
        ),
        "told": sorted(
            (who.username, kind, ids[by], uris.get(post, ""))
            for who in (KARI, OLA, LEDERGRUPPEN)
            for kind, by, post in house.told(who)
            if by in ids and (post in live or post not in {p.id for p in posts})
        ),
    }
    text = repr(left)
    for number, actor in enumerate(people):
        text = text.replace(actor.username, f"person{number}")
    return text


def arrive(house: Nordvik, activities: list[Activity]) -> None:
    for activity in activities:
        assert not isinstance(house.do(activity), Need)


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 60))]
)
def test_what_arrived_leaves_the_same_behind_in_any_order_and_however_often(
    house: Nordvik, seed: int
) -> None:
    ours = house.says(LEDERGRUPPEN)
    first = ""
    for round in range(ORDERS):
        people = cast(house, round)
        history = History(house, people, Dice(seed), ours).happen(14)
        chaos = Dice(1_000 * seed + round)
        if round:
            undone = {one.object for one in history if isinstance(one, Undo)}
            again = [one for one in history if chaos.happens(0.4) and one.uri not in undone]
            history = chaos.shuffled([*history, *again])
        arrive(house, history)
        left = left_behind(house, people)
        first = first or left
        assert left == first, f"seed {seed}, order {round}: {[one.uri for one in history]}"
