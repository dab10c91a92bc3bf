"""The verbs' records: what was done, by URI alone, by whomever.

They travel: inbox/activities reads them, outbox/activities writes them, and the law of
tests/laws says that reading what was written gives the same record. What a verb means stands in
actors/activities/<verb>.py. `person` is who of ours acted (None: the house itself); it is kept
inside and never written out, nor are the other fields that say so.
"""

from dataclasses import dataclass

from actors.cautions import Caution
from actors.drafts import Approval
from actors.people import Profile
from actors.posts import Note, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """`actor` asks to follow `object`."""

    uri: str
    actor: str
    object: str
    person: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """`actor` says yes to a Follow: `object` is its uri (may be ""), `follower` who asked, and
    `followed` the group that was asked, where a manager of it answers.

    Or to a QuoteRequest of the post `quoted` by `instrument`; `stamp` is then what it gives.
    """

    uri: str
    actor: str
    object: str
    follower: str = ""
    followed: str = ""
    quoted: str = ""
    instrument: str = ""
    stamp: str = ""
    person: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """`actor` says no to a Follow, or ends it: `object` is its uri, `follower` who asked, and
    `followed` the group that was asked, where a manager of it answers.

    Or to a QuoteRequest of the post `quoted` by `instrument`.
    """

    uri: str
    actor: str
    object: str
    follower: str = ""
    followed: str = ""
    quoted: str = ""
    instrument: str = ""
    person: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """`actor` takes back `object`, an activity of its own: a `kind` (Follow, Like, EmojiReact,
    Announce, Block or "" where only the uri is known) of `target`."""

    uri: str
    actor: str
    object: str
    kind: str = ""
    target: str = ""
    content: str = ""
    person: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """Somebody's activity inside a group's Announce (FEP-1b12), as far as it can be named."""

    kind: str
    uri: str
    actor: str
    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """`actor` shares `object` with its followers (a boost); or, where it is a group, tells them
    of `wrapped`, what somebody did there."""

    uri: str
    actor: str
    object: str
    published: int
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    reader: int = 0
    person: int | None = None
    wrapped: Wrapped | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """`actor` publishes `note`. Kept inside: `reader`, the local actor at whose own inbox it
    arrived; `fetched`, that nobody sent it to us; `announced`, how a group handed it on;
    `visibility` as asked for (ours, which to and
    cc cannot always tell), `source`, the text as written, the `caution` at which its author is to
    be stopped before it leaves the house, and that it is `meant` whatever colleagues do meanwhile
    (a post for later)."""

    uri: str
    actor: str
    note: Note
    person: int | None = None
    source: str = ""
    visibility: Visibility | None = None
    reader: int = 0
    fetched: bool = False
    announced: Announce | None = None
    caution: Caution | None = None
    approval: Approval | None = None
    meant: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """`actor` changes `note` or the actor itself (`profile`), exactly one of the two."""

    uri: str
    actor: str
    note: Note | None = None
    profile: Profile | None = None
    person: int | None = None
    source: str = ""
    caution: Caution | None = None
    approval: Approval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """`actor` removes `object`: a post of the actor, the actor itself, or its leave to quote."""

    uri: str
    actor: str
    object: str
    person: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """`actor` likes `object`; with `content` an emoji reaction."""

    uri: str
    actor: str
    object: str
    content: str = ""
    person: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRequest:
    """`actor` asks to quote `object`, a post, in `instrument`, another; `note` is that, where the
    one who is asked may read it (FEP-044f)."""

    uri: str
    actor: str
    object: str
    instrument: str
    note: Note | None = None
    person: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`actor` blocks `object`."""

    uri: str
    actor: str
    object: str
    person: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """`actor` reports `objects`: an actor and any posts of theirs. Kept inside: `category`, the
    ids of any collections of theirs, and `forward`, that their own server is to know as well."""

    uri: str
    actor: str
    objects: tuple[str, ...]
    content: str = ""
    category: str = "other"
    collection_ids: tuple[int, ...] = ()
    forward: bool = False
    person: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """`actor` pins `object` in `target`, the featured collection of the actor."""

    uri: str
    actor: str
    object: str
    target: str
    person: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """`actor` takes `object` out of `target`, the featured collection of the actor."""

    uri: str
    actor: str
    object: str
    target: str
    person: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """`actor` says that `object`, the actor itself, is now `target`."""

    uri: str
    actor: str
    object: str
    target: str
    person: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """`actor` votes `choice` (a title) in the poll `question`; `note` is the vote's uri."""

    uri: str
    actor: str
    question: str
    choice: str
    note: str
    person: int | None = None
