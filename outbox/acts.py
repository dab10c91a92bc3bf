"""Everything an actor of ours does besides posting, as activities with ids of their own.

`Acting` is one act: who does it, the person behind, and a fresh id. Nothing is decided here; the
verb's rule (actors/activities) does that, for ours as for everyone's.
"""

from dataclasses import dataclass

from actors.audience import addressing
from actors.people import Actor, Profile
from actors.posts import Post, Quote, Visibility
from actors.relationships import Reaction, Relation
from actors.urls import Urls
from actors.verbs import (
    Accept,
    Add,
    Announce,
    Block,
    Delete,
    Flag,
    Follow,
    Like,
    Move,
    Reject,
    Remove,
    Undo,
    Update,
    Vote,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """One act of one of our actors; `id` is fresh and becomes the id of the activity."""

    actor: Actor
    urls: Urls
    id: int
    person: int | None = None

    @property
    def uri(self) -> str:
        return self.urls.activity(self.id)

    # -- posts

    def remove(self, post: Post) -> Delete:
        """Take back a post of the actor's own."""
        return Delete(uri=self.uri, actor=self.actor.uri, object=post.uri, person=self.person)

    def forbid(self, quote: Quote) -> Delete:
        """Take back the leave to quote a post of the actor's."""
        return Delete(uri=self.uri, actor=self.actor.uri, object=quote.stamp, person=self.person)

    def close(self) -> Delete:
        """End the actor itself, for good."""
        me = self.actor.uri
        return Delete(uri=self.uri, actor=me, object=me, person=self.person)

    def boost(
        self, post: Post, author: Actor, now: int, visibility: Visibility = Visibility.PUBLIC
    ) -> Announce:
        """Share a post with the actor's followers, telling its author; `now` in Unix ms."""
        to, cc = addressing(visibility, self.actor.followers, (author.uri,))
        return Announce(
            uri=self.uri,
            actor=self.actor.uri,
            object=post.uri,
            published=now,
            to=to,
            cc=cc,
            person=self.person,
        )

    def unboost(self, boost: Post, boosted: str) -> Undo:
        """Take back a boost; its row has the URI of its Announce."""
        return self._undo(boost.uri, "Announce", boosted)

    def like(self, post: Post, content: str = "") -> Like:
        """Like a post, or react to it with an emoji."""
        return Like(
            uri=self.uri,
            actor=self.actor.uri,
            object=post.uri,
            content=content,
            person=self.person,
        )

    def unlike(self, reaction: Reaction, post: str) -> Undo:
        """Take back a like or reaction."""
        return self._undo(reaction.uri, "Like", post, reaction.content)

    def vote(self, question: Post, choice: str) -> Vote:
        """Vote for one option of a poll, by its title; the ballot is a part of the activity."""
        return Vote(
            uri=self.uri,
            actor=self.actor.uri,
            question=question.uri,
            choice=choice,
            note=self.urls.key(self.uri, "vote"),
            person=self.person,
        )

    def pin(self, post: Post) -> Add:
        """Feature a post of the actor's own."""
        return Add(
            uri=self.uri,
            actor=self.actor.uri,
            object=post.uri,
            target=self.actor.featured,
            person=self.person,
        )

    def unpin(self, post: Post) -> Remove:
        """Feature it no more."""
        return Remove(
            uri=self.uri,
            actor=self.actor.uri,
            object=post.uri,
            target=self.actor.featured,
            person=self.person,
        )

    # -- others

    def follow(self, other: Actor) -> Follow:
        """Ask to follow somebody."""
        return Follow(uri=self.uri, actor=self.actor.uri, object=other.uri, person=self.person)

    def unfollow(self, relation: Relation, other: Actor) -> Undo:
        """Follow somebody no more, or take back the request."""
        return self._undo(relation.uri, "Follow", other.uri)

    def accept(self, relation: Relation, follower: Actor) -> Accept:
        """Let somebody follow."""
        return Accept(
            uri=self.uri,
            actor=self.actor.uri,
            object=relation.uri,
            follower=follower.uri,
            person=self.person,
        )

    def reject(self, relation: Relation, follower: Actor) -> Reject:
        """Let somebody not follow, or follow no more."""
        return Reject(
            uri=self.uri,
            actor=self.actor.uri,
            object=relation.uri,
            follower=follower.uri,
            person=self.person,
        )

    def block(self, other: Actor) -> Block:
        """Have nothing to do with somebody."""
        return Block(uri=self.uri, actor=self.actor.uri, object=other.uri, person=self.person)

    def unblock(self, relation: Relation, other: Actor) -> Undo:
        """Take back a block."""
        return self._undo(relation.uri, "Block", other.uri)

    def report(self, other: Actor, posts: tuple[Post, ...] = (), comment: str = "") -> Flag:
        """Report somebody to those who keep order here."""
        objects = (other.uri, *(post.uri for post in posts))
        return Flag(
            uri=self.uri,
            actor=self.actor.uri,
            objects=objects,
            content=comment,
            person=self.person,
        )

    # -- itself

    def change(self, profile: Profile) -> Update:
        """Tell the followers how the actor looks now."""
        return Update(uri=self.uri, actor=self.actor.uri, profile=profile, person=self.person)

    def move(self, target: Actor) -> Move:
        """Tell the followers where the actor lives from now on."""
        me = self.actor.uri
        return Move(uri=self.uri, actor=me, object=me, target=target.uri, person=self.person)

    def _undo(self, uri: str, kind: str, target: str, content: str = "") -> Undo:
        return Undo(
            uri=self.uri,
            actor=self.actor.uri,
            object=uri,
            kind=kind,
            target=target,
            content=content,
            person=self.person,
        )
