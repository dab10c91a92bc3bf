"""A history that nobody wrote: people of several houses do one thing after another, by seed.

Each thing is done as an app would do it, at the house where its actor lives, on what is known
there. What comes of it elsewhere is for model.py to judge, once the network is well.
"""

from dataclasses import dataclass, field

from actors.effects import Activity, Done
from actors.errors import FediError
from actors.people import Actor
from actors.posts import Post, Visibility
from actors.relationships import Reaction, Relation
from actors.verbs import Create
from fedi.store.reads import surroundings
from fedi.store.rows import POST, REACTION, RELATION
from outbox.acts import Acting
from outbox.publish import Edited, Intent, Parent, edit, publish
from tests.fediverse.houses import Fediverse, Running

VISIBILITIES = (
    Visibility.PUBLIC,
    Visibility.PUBLIC,
    Visibility.UNLISTED,
    Visibility.FOLLOWERS,
    Visibility.DIRECT,
    Visibility.INTERNAL,
)


@dataclass
class Past:
    """What the model must know of how things came to be: where each post was queued to go, who
    followed its author then, and between whom there was ever a block, or a follow that ended."""

    reached: dict[str, set[str]] = field(default_factory=dict)
    readers: dict[str, set[str]] = field(default_factory=dict)
    strained: set[frozenset[str]] = field(default_factory=set)


class History:
    """Does things, one at a time."""

    def __init__(self, world: Fediverse, cast: list[tuple[Running, Actor]]) -> None:
        self.world = world
        self.dice = world.dice
        self.cast = cast
        self.past = Past()
        self.done: list[str] = []
        self._words = 0

    async def step(self) -> None:
        """Do one thing; what cannot be done is not done."""
        house, who = self.dice.one_of(self.cast)
        deed = self.dice.one_of((
            self.follow, self.follow, self.unfollow, self.say, self.say, self.say, self.edit,
            self.delete, self.like, self.like, self.unlike, self.boost, self.unboost, self.block,
            self.unblock,
        ))  # fmt: skip
        activity = await deed(house, who)
        if activity is None:
            return
        try:
            answer = await house.house.performer.perform(activity, house.house.resolver)
        except FediError:
            return
        if isinstance(answer.outcome, Done):
            self.done.append(f"{house.host}: {type(activity).__name__} {activity.uri}")
            await self._queued(house, activity)

    async def _queued(self, house: Running, activity: Activity) -> None:
        """Expand at once, and remember where a post went."""
        while await house.mailroom.expand():
            pass
        rows = await house.ask(
            "SELECT p.uri, d.host FROM delivery d JOIN activity a ON a.id = d.activity_id"
            " JOIN post p ON p.id = a.post_id"
        )
        for uri, host in rows:
            self.past.reached.setdefault(uri, set()).add(host)
        if isinstance(activity, Create):
            readers = await house.ask(
                "SELECT s.uri FROM relation r JOIN actor s ON s.id = r.source_id"
                " JOIN actor t ON t.id = r.target_id WHERE r.kind = 'follow'"
                " AND r.state = 'accepted' AND t.uri = ?",
                activity.actor,
            )
            self.past.readers[activity.note.uri] = {row[0] for row in readers}

    def _acting(self, house: Running, who: Actor) -> Acting:
        return Acting(actor=who, urls=house.house.urls, id=house.house.performer.new_id())

    async def _other(self, house: Running, who: Actor) -> Actor | None:
        """Another of the cast, as this house knows them."""
        _, other = self.dice.one_of(self.cast)
        if other.uri == who.uri:
            return None
        try:
            return await house.house.resolver.actor(other.uri)
        except FediError:
            return None

    async def _post(self, house: Running, where: str, *params: object) -> Post | None:
        rows = await house.ask(f"{POST.select} WHERE deleted IS NULL AND {where}", *params)
        rows.sort()
        return POST.decode(self.dice.one_of(rows)) if rows else None

    # -- relations

    async def follow(self, house: Running, who: Actor) -> Activity | None:
        other = await self._other(house, who)
        return self._acting(house, who).follow(other) if other is not None else None

    async def _relation(self, house: Running, who: Actor, kind: str) -> tuple[Relation, Actor]:
        rows = await house.ask(f"{RELATION.select} WHERE kind = ? AND source_id = ?", kind, who.id)
        relation = RELATION.decode(self.dice.one_of(sorted(rows)))
        found = await house.house.engine.read(
            lambda tx: house.house.performer.open(tx).actor_by_id(relation.target_id)
        )
        assert found is not None
        self.past.strained.add(frozenset({who.uri, found.uri}))
        return relation, found

    async def unfollow(self, house: Running, who: Actor) -> Activity | None:
        try:
            relation, other = await self._relation(house, who, "follow")
        except IndexError:
            return None
        return self._acting(house, who).unfollow(relation, other)

    async def block(self, house: Running, who: Actor) -> Activity | None:
        other = await self._other(house, who)
        if other is None or not self.dice.happens(0.3):
            return None
        self.past.strained.add(frozenset({who.uri, other.uri}))
        return self._acting(house, who).block(other)

    async def unblock(self, house: Running, who: Actor) -> Activity | None:
        try:
            relation, other = await self._relation(house, who, "block")
        except IndexError:
            return None
        return self._acting(house, who).unblock(relation, other)

    # -- posts

    async def say(self, house: Running, who: Actor) -> Activity | None:
        self._words += 1
        parent = None
        if self.dice.happens(0.5):
            post = await self._post(house, "boost_of IS NULL")
            if post is not None:
                parent = Parent(post=post, author=await self._author(house, post))
        intent = Intent(
            author=who,
            text=f"ord {self._words}",
            visibility=self.dice.one_of(VISIBILITIES),
            parent=parent,
        )
        return publish(
            intent,
            id=house.house.performer.new_id(),
            now=self.world.clock.now(),
            resolved={},
            urls=house.house.urls,
        )

    async def _author(self, house: Running, post: Post) -> Actor:
        found = await house.house.engine.read(
            lambda tx: house.house.performer.open(tx).actor_by_id(post.author_id)
        )
        assert found is not None
        return found

    async def edit(self, house: Running, who: Actor) -> Activity | None:
        post = await self._post(house, "author_id = ? AND boost_of IS NULL", who.id)
        if post is None:
            return None
        self._words += 1
        around = (await house.house.engine.read(lambda tx: surroundings(tx, [post])))[0]
        intent = Intent(author=who, text=f"ord {self._words}", visibility=post.visibility)
        return edit(
            Edited(post=post, around=around),
            intent,
            id=house.house.performer.new_id(),
            now=self.world.clock.now(),
            resolved={},
            urls=house.house.urls,
        )

    async def delete(self, house: Running, who: Actor) -> Activity | None:
        post = await self._post(house, "author_id = ? AND boost_of IS NULL", who.id)
        return self._acting(house, who).remove(post) if post is not None else None

    async def boost(self, house: Running, who: Actor) -> Activity | None:
        post = await self._post(house, "boost_of IS NULL")
        if post is None:
            return None
        author = await self._author(house, post)
        return self._acting(house, who).boost(post, author, self.world.clock.now())

    async def unboost(self, house: Running, who: Actor) -> Activity | None:
        boost = await self._post(house, "author_id = ? AND boost_of IS NOT NULL", who.id)
        if boost is None:
            return None
        (uri,) = (await house.ask("SELECT uri FROM post WHERE id = ?", boost.boost_of))[0]
        return self._acting(house, who).unboost(boost, uri)

    async def like(self, house: Running, who: Actor) -> Activity | None:
        post = await self._post(house, "boost_of IS NULL")
        return self._acting(house, who).like(post) if post is not None else None

    async def unlike(self, house: Running, who: Actor) -> Activity | None:
        rows = sorted(await house.ask(f"{REACTION.select} WHERE actor_id = ?", who.id))
        if not rows:
            return None
        reaction: Reaction = REACTION.decode(self.dice.one_of(rows))
        (uri,) = (await house.ask("SELECT uri FROM post WHERE id = ?", reaction.post_id))[0]
        return self._acting(house, who).unlike(reaction, uri)
