"""What the rooms ask of the house, as Protocols. The house fills them; tests fill them too.

`Store` is one open unit of work: everything read from it and everything the rule then causes
happen in one transaction. `now` and the ids come from it as well, so that rules stay pure.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from actors.grouping import Standing
from actors.inquiries import Inquiry
from actors.membership import Membership
from actors.people import Actor, Key, Person
from actors.posts import Addressee, Poll, Post, Quote, Vote
from actors.relationships import MarkerKind, Reaction, Relation, RelationKind
from actors.urls import Urls


@dataclass(frozen=True, slots=True)
class Traces:
    """What is here of a post that comes: itself, its author's Delete, answers to it and quotes of
    it that came before, and somebody who follows its author."""

    known: bool
    deleted: bool
    answered: bool
    quoted: bool
    followed: bool


class Store(Protocol):
    """One unit of work, open. Lookups by URI find local and remote alike; deleted posts and
    suspended actors are returned as such, None means never heard of."""

    now: int
    urls: Urls

    def new_id(self) -> int: ...
    def back_dated_id(self, published: int) -> int: ...

    async def actor(self, uri: str) -> Actor | None: ...
    async def actor_by_id(self, id: int) -> Actor | None: ...
    async def actors_by_id(self, ids: tuple[int, ...]) -> dict[int, Actor]: ...
    async def actors_by_uri(self, uris: tuple[str, ...]) -> dict[str, Actor]: ...
    async def keys(self, actor_id: int) -> tuple[Key, ...]: ...
    async def person(self, id: int) -> Person | None: ...
    async def membership(self, person_id: int, actor_id: int) -> Membership | None: ...
    async def four_eyes(self, actor_id: int) -> bool:
        """Return whether all that an actor of ours says is to be approved by a second person."""
        ...

    async def post(self, uri: str) -> Post | None: ...
    async def post_by_id(self, id: int) -> Post | None: ...
    async def traces(self, uri: str, author: Actor) -> Traces:
        """Look at once for all that may be here of a post; of most there is nothing."""
        ...

    async def boost(self, actor_id: int, post_id: int) -> Post | None: ...
    async def addressees(self, post_id: int) -> tuple[Addressee, ...]: ...
    async def hashtags(self, post_id: int) -> tuple[str, ...]: ...
    async def poll(self, post_id: int) -> Poll | None: ...
    async def votes(self, post_id: int, actor_id: int) -> tuple[Vote, ...]: ...
    async def pinned(self, actor_id: int) -> tuple[int, ...]: ...
    async def waiting_replies(self, uri: str) -> tuple[Post, ...]:
        """Posts that answer `uri`, kept before it was known."""
        ...

    async def quote(self, uri: str) -> Quote | None:
        """Return how the quote in the post `uri` stands, if that post quotes anything."""
        ...

    async def quote_by_request(self, uri: str) -> Quote | None: ...
    async def quote_by_stamp(self, uri: str) -> Quote | None: ...
    async def waiting_quotes(self, uri: str) -> tuple[Quote, ...]:
        """Quotes of `uri`, kept before it was known."""
        ...

    async def quoted_here(self, post_id: int) -> tuple[tuple[int, int], ...]:
        """Return (author, quoting post) of ours whose quotes of a post are accepted, capped."""
        ...

    async def relation(
        self, kind: RelationKind, source_id: int, target_id: int
    ) -> Relation | None: ...
    async def relation_by_uri(self, uri: str) -> Relation | None: ...
    async def reaction(self, post_id: int, actor_id: int, content: str) -> Reaction | None: ...
    async def reaction_by_uri(self, uri: str) -> Reaction | None: ...
    async def emojis_of(self, post_id: int, actor_id: int) -> tuple[str, ...]:
        """Return the emojis that an actor has put on a post; a plain like is none."""
        ...

    async def open_reports(self, by_id: int, most: int) -> int:
        """Return how many reports of an actor's nobody has closed, counted up to `most`."""
        ...

    async def told_of_report(self, target_id: int) -> tuple[int, ...]:
        """Return the actors of those who keep order, who are told of a report about an actor;
        none while another one about the same waits to be looked at."""
        ...

    async def blocked(self, one: int, other: int) -> bool:
        """Return whether either blocks the other."""
        ...

    async def marked(self, uri: str, kind: MarkerKind, by: str) -> bool:
        """Return whether the actor `by` has deleted or undone `uri` before it came."""
        ...

    async def inquiries_above(self, post_id: int) -> tuple[Inquiry, ...]:
        """Return what departments of ours were asked by a post, what that answers, and so on up,
        the nearest first; nobody else changes them meanwhile."""
        ...

    async def inquiries_about(self, post_id: int) -> tuple[Inquiry, ...]:
        """Return the questions that a post asks, goes on or answers; held as the above."""
        ...

    async def told_of(self, inquiry_id: int, person: int | None, mark: int) -> bool:
        """Return whether a person was told, not long ago, what a colleague did with a question."""
        ...

    async def may_see(self, post: Post, actor: Actor) -> bool:
        """Return whether `actor` (local or remote) is in the audience of `post`."""
        ...

    async def may_know(self, actor: Actor, by: Actor | str) -> bool:
        """Return whether `by`, an actor or the host of a server, may know that another actor
        exists (audience.SEES)."""
        ...

    async def group(self, group: Actor, who: Actor) -> Standing | None:
        """Return how `who` stands to a group of ours; None where it has no rules."""
        ...

    async def groups_of(self, post_id: int) -> tuple[Actor, ...]:
        """Return the groups of ours that a post was posted in."""
        ...

    async def managers(self, group_id: int) -> tuple[int, ...]:
        """Return the actors that manage a group, ours and others."""
        ...

    async def members_among(self, among: tuple[int, ...], ids: tuple[int, ...]) -> frozenset[int]:
        """Return those of these actors that are members of one of the groups `among`."""
        ...

    async def unasked(
        self, groups: tuple[int, ...], actor_id: int, person: int | None
    ) -> tuple[str, ...]:
        """Return on which servers of another kind what is said in these groups is read as well, if
        its author was not told so before."""
        ...

    async def repeated(self, uri: str) -> int:
        """Return the group of ours that has said inside what a member elsewhere wrote, or 0."""
        ...

    async def domain_blocked(self, domain: str) -> bool: ...
    async def domain_allowed(self, domain: str) -> bool: ...
    async def local_followers(self, actor_id: int) -> bool:
        """Return whether anyone here follows this actor, or has asked to: what is sent after
        their yes may come before it."""
        ...


class Clock(Protocol):
    def now(self) -> int:
        """Return Unix milliseconds, UTC."""
        ...


class Random(Protocol):
    def bits(self, count: int) -> int: ...
    def fraction(self) -> float:
        """Return a number in [0, 1)."""
        ...


class Resolver(Protocol):
    """Fetches what a rule needs and puts it in the store: handle or URL -> Actor or Post."""

    async def actor(self, uri: str, *, fresh: bool = False) -> Actor: ...
    async def handle(self, handle: str) -> Actor: ...
    async def post(self, uri: str) -> Post: ...
    async def need(self, uri: str, *, since: int = 0) -> None:
        """Fetch what a rule needs, actor or post by what the document says, and store it; no
        copy from before `since` (Unix ms) will do."""
        ...


class Sender(Protocol):
    """Delivers bytes to an inbox. Returns (status, headers); raises FetchError."""

    async def post(
        self, url: str, headers: list[tuple[str, str]], body: bytes, deadline: float
    ) -> tuple[int, list[tuple[str, str]]]: ...


class Expander(Protocol):
    async def expand(self, document: dict[str, Any]) -> list[dict[str, Any]]:
        """Expand a small document whose inline context redefines terms (pyld, bounded)."""
        ...
