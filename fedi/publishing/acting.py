"""What an actor of ours does to others and to posts: follow, block, like, boost, pin, vote, report.

Each returns the row that now stands (or stood, where something ended), and raises what the rule's
refusal means; where there was nothing to end it returns None and nothing is sent.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from actors.effects import Need, Refusal
from actors.errors import Invalid, NotFound
from actors.people import Actor
from actors.posts import Pin, Poll, Post, Visibility
from actors.relationships import Reaction, Relation, RelationKind, Report
from actors.verbs import Vote
from fedi.publishing.doing import Doing, error_of
from fedi.store.collections import Collection
from fedi.store.engine import Tx
from fedi.store.reports import by_uri
from fedi.store.unit import UnitStore

COMMENT_CHARACTERS: Final = 1_000
REPORTED_POSTS: Final = 50
CATEGORIES: Final = ("spam", "legal", "violation", "other")


class Interacting(Doing):
    """Does to others what `actor` wants; `person` is who acts for it, None the house itself."""

    __slots__ = ()

    # -- others

    async def follow(self, actor: Actor, other: Actor, *, person: int | None = None) -> Relation:
        """Ask to follow somebody; the relation says whether they have agreed already. Invalid
        for somebody of a server with which nothing is exchanged."""
        if not other.local:
            await self.resolver.check_host(other.uri)
        await self.perform(self.act(actor, person).follow(other))
        relation = await self._relation(RelationKind.FOLLOW, actor, other)
        if relation is None:
            raise NotFound("There is no such actor.")
        return relation

    async def unfollow(
        self, actor: Actor, other: Actor, *, person: int | None = None
    ) -> Relation | None:
        """Follow somebody no more, or take back the request."""
        relation = await self._relation(RelationKind.FOLLOW, actor, other)
        if relation is not None:
            await self.perform(self.act(actor, person).unfollow(relation, other))
        return relation

    async def accept(self, actor: Actor, follower: Actor, *, person: int | None = None) -> Relation:
        """Let somebody follow who has asked to. NotFound where they have not."""
        relation = await self._relation(RelationKind.FOLLOW, follower, actor)
        if relation is None:
            raise NotFound(f"{follower.name or follower.username} has not asked to follow.")
        await self.perform(self.act(actor, person).accept(relation, follower))
        return await self._relation(RelationKind.FOLLOW, follower, actor) or relation

    async def reject(
        self, actor: Actor, follower: Actor, *, person: int | None = None
    ) -> Relation | None:
        """Let somebody not follow who has asked to, or follow no more."""
        relation = await self._relation(RelationKind.FOLLOW, follower, actor)
        if relation is not None:
            await self.perform(self.act(actor, person).reject(relation, follower))
        return relation

    async def block(self, actor: Actor, other: Actor, *, person: int | None = None) -> Relation:
        """Have nothing to do with somebody; follows end, whichever way they went."""
        await self.perform(self.act(actor, person).block(other))
        relation = await self._relation(RelationKind.BLOCK, actor, other)
        if relation is None:
            raise NotFound("There is no such actor.")
        return relation

    async def unblock(
        self, actor: Actor, other: Actor, *, person: int | None = None
    ) -> Relation | None:
        """Take back a block; follows that it ended don't come back."""
        relation = await self._relation(RelationKind.BLOCK, actor, other)
        if relation is not None:
            await self.perform(self.act(actor, person).unblock(relation, other))
        return relation

    # -- posts

    async def like(
        self, actor: Actor, post: Post, content: str = "", *, person: int | None = None
    ) -> Reaction:
        """Like a post (or what it shares), or react to it with an emoji."""
        post = await self.original(post)
        await self.perform(self.act(actor, person).like(post, content))
        reaction = await self.look(lambda store: store.reaction(post.id, actor.id, content))
        if reaction is None:
            raise NotFound("There is no such post.")
        return reaction

    async def unlike(
        self, actor: Actor, post: Post, content: str = "", *, person: int | None = None
    ) -> Reaction | None:
        """Take back a like or a reaction."""
        post = await self.original(post)
        reaction = await self.look(lambda store: store.reaction(post.id, actor.id, content))
        if reaction is not None:
            await self.perform(self.act(actor, person).unlike(reaction, post.uri))
        return reaction

    async def boost(
        self,
        actor: Actor,
        post: Post,
        visibility: Visibility = Visibility.PUBLIC,
        *,
        person: int | None = None,
    ) -> Post:
        """Share a post (or what it shares) with the actor's followers, never wider than the post
        itself; return the boost, a row of its own. What is shared already stays as it is."""
        post = await self.original(post)
        author = await self.look(lambda store: store.actor_by_id(post.author_id))
        if author is None:
            raise NotFound("There is no such post.")
        now = self.performer.clock.now()
        await self.perform_fresh(
            lambda: self.act(actor, person).boost(post, author, now, visibility)
        )
        boost = await self.look(lambda store: store.boost(actor.id, post.id))
        if boost is None:
            raise NotFound("There is no such post.")
        return boost

    async def unboost(self, actor: Actor, post: Post, *, person: int | None = None) -> Post | None:
        """Take back a boost; return the boost that was."""
        post = await self.original(post)
        boost = await self.look(lambda store: store.boost(actor.id, post.id))
        if boost is not None:
            await self.perform(self.act(actor, person).unboost(boost, post.uri))
        return boost

    async def pin(self, actor: Actor, post: Post, *, person: int | None = None) -> Pin:
        """Feature a post of the actor's own on its profile, five at most. Nobody is shown it who
        doesn't see the post, and other servers hear of public ones alone."""
        await self.perform(self.act(actor, person).pin(post))
        return Pin(actor_id=actor.id, post_id=post.id, created=self.performer.clock.now())

    async def unpin(self, actor: Actor, post: Post, *, person: int | None = None) -> bool:
        """Feature it no more; return whether it was."""
        pinned = post.id in await self.look(lambda store: store.pinned(actor.id))
        if pinned:
            await self.perform(self.act(actor, person).unpin(post))
        return pinned

    async def vote(
        self, actor: Actor, post: Post, choices: Sequence[int], *, person: int | None = None
    ) -> Poll:
        """Vote for options of a poll, by their places in it from 0: all of them or none. Nobody
        votes twice. Invalid where the poll has no such option or takes only one."""
        post = await self.original(post)
        poll = await self.look(lambda store: store.poll(post.id))
        if poll is None:
            raise NotFound("There is no such poll.")
        wanted = sorted(set(choices))
        if not wanted or wanted[0] < 0 or wanted[-1] >= len(poll.options):
            raise Invalid("There is no such choice.", code="no_such_choice")
        if len(wanted) > 1 and not poll.multiple:
            raise Invalid("Only one choice can be made here.", code="too_many")
        votes = [
            self.act(actor, person).vote(post, poll.options[choice].title) for choice in wanted
        ]
        await self._cast(actor, post, votes)
        return await self.look(lambda store: store.poll(post.id)) or poll

    async def _cast(self, actor: Actor, post: Post, votes: list[Vote]) -> None:
        """Cast all of these votes or none, in one unit."""

        async def unit(tx: Tx) -> None:
            # One voter at a time, for another of their requests may be between look and vote.
            await tx.lock(*sorted({actor.uri, post.uri, *(vote.uri for vote in votes)}))
            if await self.performer.open(tx).votes(post.id, actor.id):
                raise Invalid("You have voted already.", code="voted")
            for vote in votes:
                outcome = await self.performer.unit(tx, vote)
                if isinstance(outcome, Need):
                    raise NotFound("There is no such poll.")
                if isinstance(outcome, Refusal):
                    raise error_of(outcome)

        await self.performer.engine.write(unit)

    # -- those who keep order

    async def report(
        self,
        actor: Actor,
        other: Actor,
        about: Sequence[Post | Collection] = (),
        comment: str = "",
        *,
        category: str = "other",
        forward: bool = False,
        person: int | None = None,
    ) -> Report:
        """Report somebody, and perhaps posts and collections of theirs, to those who keep order
        here; `category` is one of CATEGORIES. With `forward` their own server is told as well, by
        the house, of the posts: never who reported."""
        if category not in CATEGORIES:
            raise Invalid(f"{category!r} is no kind of report: use {', '.join(CATEGORIES)}.")
        posts = [one for one in about if isinstance(one, Post)]
        gathered = [one for one in about if isinstance(one, Collection)]
        limit = self.limits.check
        limit("The comment", len(comment), COMMENT_CHARACTERS, "characters")
        limit("The report", len(posts), REPORTED_POSTS, "posts")
        whose = {one.author_id for one in posts} | {one.actor_id for one in gathered}
        if whose - {other.id}:
            raise Invalid("A report is about the posts of the one it is about, or collections.")
        flag = replace(
            self.act(actor, person).report(other, tuple(posts), comment),
            category=category,
            collection_ids=tuple(one.id for one in gathered),
            forward=forward,
        )
        await self.perform(flag)
        report = await self.look(lambda store: by_uri(store.tx, flag.uri))
        if report is None:
            raise NotFound("There is no such actor.")
        return report

    # -- finding

    async def original(self, post: Post) -> Post:
        """Return the post itself, or what it shares where it is a boost."""
        if post.boost_of is None:
            return post
        shared = post.boost_of
        found = await self.look(lambda store: store.post_by_id(shared))
        if found is None:
            raise NotFound("There is no such post.")
        return found

    async def _relation(self, kind: RelationKind, source: Actor, target: Actor) -> Relation | None:
        async def query(store: UnitStore) -> Relation | None:
            return await store.relation(kind, source.id, target.id)

        return await self.look(query)
