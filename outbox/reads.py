"""What the endpoints ask of the house: reads that demand a Viewer, as one Protocol.

fedi/store fills it. Whatever a viewer may not see is None or left out, exactly as if it were not
there; that verdict is the store's (fedi/store/visibility.py) and never the endpoint's.
"""

from dataclasses import dataclass
from typing import Protocol

from actors.audience import Viewer
from actors.people import Actor, Profile
from actors.posts import Post
from outbox.objects.record import Surroundings
from outbox.objects.stamp import Stamp


@dataclass(frozen=True, slots=True)
class Items:
    """One page of URIs, newest first. `following` is the cursor of the next page."""

    uris: tuple[str, ...] = ()
    following: int | None = None


@dataclass(frozen=True, slots=True)
class Posts:
    """One page of posts and boosts with what stands around them, newest first."""

    posts: tuple[tuple[Post, Surroundings], ...] = ()
    following: int | None = None


class Reads(Protocol):
    """A `cursor` is the id after which a page begins, None for the first; `limit` caps it."""

    async def actor(self, id: int, viewer: Viewer) -> Profile | None:
        """Return one of our actors with its keys, if the viewer may see that it exists: all may
        for exposure OPEN, allowed servers for ALLOWED, none for INTERNAL. One deleted comes with
        `deleted` set, to whom could see it before; a suspended one is None."""
        ...

    async def application(self) -> Profile:
        """Return the Application actor, which everyone may see."""
        ...

    async def post(self, id: int, viewer: Viewer) -> tuple[Post, Surroundings] | None:
        """Return a post of ours (no boost) that the viewer may see. A deleted one comes with
        `deleted` set to whoever could have seen it before; the content is gone."""
        ...

    async def activity(self, id: int, viewer: Viewer) -> tuple[bytes, bool] | None:
        """Return the stored document of an activity of ours, and whether all may see it. None
        unless the viewer got it or may see what it is about, and once that is deleted."""
        ...

    async def stamp(self, uri: str, viewer: Viewer) -> Stamp | None:
        """Return the leave that one of ours gave to quote a post, while it holds and the viewer
        may see that post."""
        ...

    async def outbox(
        self, actor: Actor, viewer: Viewer, cursor: int | None, limit: int
    ) -> Posts: ...

    async def featured(self, actor: Actor, viewer: Viewer) -> tuple[str, ...]:
        """Return the URIs of the pinned posts that the viewer may see, newest pin first."""
        ...

    async def tags(self, actor: Actor) -> tuple[str, ...]:
        """Return the hashtags that the actor features, as written."""
        ...

    async def followers(self, actor: Actor, cursor: int | None, limit: int) -> Items: ...
    async def following(self, actor: Actor, cursor: int | None, limit: int) -> Items: ...
    async def followers_at(self, actor: Actor, host: str) -> tuple[str, ...]:
        """Return the URIs of the accepted followers whose id is on `host` (FEP-8fcf)."""
        ...

    async def member_hosts(self, group: Actor) -> tuple[str, ...]:
        """Return the servers like ours on which a group has members."""
        ...

    async def moderators(self, group: Actor) -> tuple[str, ...]:
        """Return the URIs of those who manage a group (FEP-1b12), as far as all may know them."""
        ...

    async def replies(self, post: Post, viewer: Viewer, cursor: int | None, limit: int) -> Items:
        """Return the replies to a post that the viewer may see, ours and others'."""
        ...

    async def likes(self, post: Post, cursor: int | None, limit: int) -> Items:
        """Return the URIs of the Likes of a post."""
        ...

    async def shares(self, post: Post, cursor: int | None, limit: int) -> Items:
        """Return the URIs of the public Announces of a post."""
        ...

    async def context(self, id: int, viewer: Viewer, cursor: int | None, limit: int) -> Items:
        """Return the posts of a conversation that the viewer may see, oldest first (FEP-7888)."""
        ...

    async def total(self, collection: str, id: int) -> int:
        """Return how many there are in a collection: outbox, followers, following of an actor;
        replies, likes, shares of a post (only those that all may see)."""
        ...
