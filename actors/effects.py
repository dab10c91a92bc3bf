"""The closed set of what a rule may cause, and the two other answers it may give.

A verb's `decide` returns a tuple of effects, or Need (fetch these and ask again), or Refusal
(no, and why). fedi/perform.py carries effects out inside the transaction that gathered the facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from actors.grouping import Grouping, GroupKeeper, Invitation
from actors.inquiries import Inquiry
from actors.membership import Membership
from actors.people import Actor, HandleRow, Key, Person
from actors.posts import Addressee, Hashtag, Pin, Poll, Post, Quote, Revision, Vote
from actors.relationships import (
    GroupHost,
    Marker,
    Notification,
    NotificationKind,
    Reaction,
    Relation,
    Report,
)

Row = (
    Actor
    | Key
    | Person
    | HandleRow
    | Membership
    | Grouping
    | Invitation
    | GroupKeeper
    | Post
    | Quote
    | Addressee
    | Hashtag
    | Poll
    | Vote
    | Revision
    | Pin
    | Relation
    | GroupHost
    | Reaction
    | Marker
    | Notification
    | Report
    | Inquiry
)


@runtime_checkable
class Activity(Protocol):
    """What every verb's record has: its own uri and the uri of whoever did it."""

    @property
    def uri(self) -> str: ...
    @property
    def actor(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Put:
    """Write a row. `then` follows only if the row was new (or, with `replace`, always)."""

    row: Row
    then: tuple["Effect", ...] = ()
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove the row with this row's key. `then` follows only if there was one."""

    row: Row
    then: tuple["Effect", ...] = ()


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell a local actor, once per (recipient, kind, by, post)."""

    recipient_id: int
    kind: NotificationKind
    by_id: int
    post_id: int = 0


@dataclass(frozen=True, slots=True)
class Show:
    """Put a post before its local readers, or tell them that it changed or went.

    `kind` is post, edit or delete; late (it was here before it arrived); since (what an author
    has written from `post_id` on, for new readers); vote; thread (its parent is known now).
    Readers are the author's local followers, `readers`, and the members of `groups`.
    """

    post_id: int
    author_id: int
    kind: str = "post"
    readers: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Who is to get an activity: all followers of an actor, named actors, or whoever got `post`.

    `of_post` adds everyone a post was delivered to before (for Update and Delete of it). `alike`
    takes of the followers only those on servers that share groups as we do, or only the others;
    `by_name` is what says nothing but an id, so that one copy to a server does for all there.
    """

    followers_of: int | None = None
    actors: tuple[int, ...] = ()
    of_post: int | None = None
    alike: bool | None = None
    by_name: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """Deliver a local actor's activity. The house has outbox write it, stores the body once and
    one fan-out row, and expands that later. `about` orders what depends on one another (the URI
    of the object); `post_id` lets the author see how far it came."""

    activity: Activity
    actor_id: int
    recipients: Recipients
    about: str = ""
    post_id: int | None = None


@dataclass(frozen=True, slots=True)
class Fetch:
    """Ask for something of another server's, later and within a budget. `why` is parent,
    replies, actor, featured, hosts (of a group's members), synchronise, announced or quote (the
    quoting post: what it quotes and by whose leave); `depth` counts from what arrived."""

    uri: str
    why: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """A consequence too large for one unit: erase-actor, erase-revisions, move-followers,
    copy-followers (of ours, who then follow both), narrow-followers (those whom the exposure leaves
    out), tell-again (send a post of ours as it now is), group-notes, group-repeat
    (fedi/groups/notes.py). Run in chunks later."""

    kind: str
    actor_id: int
    target_id: int = 0


Effect = Put | Drop | Notify | Show | Send | Fetch | Spread
Effects = tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """These URIs must be fetched before the rule can answer; run the unit again then.

    `fresh` where something has just changed there: a copy from before it was said won't do.
    """

    uris: tuple[str, ...]
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """The rule says no. `code` is for machines and the admin's log, `sentence` safe to show;
    `about` is whom or what it names, for saying it in other words."""

    code: str
    sentence: str
    about: str = ""


Decision = Sequence[Effect] | Need | Refusal


@dataclass(frozen=True, slots=True)
class Done:
    """What a unit that went through made: the id and uri of its main row, where it has one."""

    id: int = 0
    uri: str = ""
