"""Posts, twice: `Note` as it travels between servers, `Post` as it is kept here.

A Note names everything by URI and holds no ids of ours, so that reading what we wrote gives the
same Note back (tests/laws). A Post is a row; its audience, tags and attachments are rows beside
it. HTML in either has passed actors.html.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Visibility(StrEnum):
    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    DIRECT = "direct"
    INTERNAL = "internal"  # this organisation; never leaves
    GROUP = "group"


PINNED_INSIDE: Final = frozenset({Visibility.FOLLOWERS, Visibility.INTERNAL})
"""What one of ours may pin of its own without any other server being told: it is seen on the
profile by those who see the post."""


@dataclass(frozen=True, slots=True)
class Mention:
    href: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Emoji:
    name: str
    icon: str
    uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture, film, sound or file of a post; `focus` is x, y in -1…1, `duration` in ms.

    `preview` is the address of a small picture of it. Of our own we know more, which isn't sent:
    `id` (its row in attachment), `name` (the file's), `size` in bytes, `bitrate` in bits a second,
    `frame_rate` as a fraction, and whether a film is a moving picture, `looped` and silent.
    """

    url: str
    media_type: str = ""
    kind: str = "Document"
    description: str = ""
    width: int = 0
    height: int = 0
    blurhash: str = ""
    focus: tuple[float, float] | None = None
    preview: str = ""
    preview_width: int = 0
    preview_height: int = 0
    duration: int = 0
    id: int = 0
    name: str = ""
    size: int = 0
    bitrate: int = 0
    frame_rate: str = ""
    looped: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    title: str
    votes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The poll a Note carries; `voters` is None where the sender does not say."""

    options: tuple[Option, ...]
    multiple: bool = False
    ends: int | None = None
    closed: int | None = None
    voters: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotable:
    """Whom an author lets quote a post (FEP-044f), as URIs: PUBLIC, the author's followers or
    following, or single actors. `manual` are those whom the author wants to be asked by."""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A post as it travels. `to` and `cc` are URIs, PUBLIC spelled in full; times in Unix ms.

    `stamp` is the URI of the QuoteAuthorization that lets it quote `quote` (FEP-044f), `audience`
    are the groups in which it is (FEP-1b12).
    """

    uri: str
    kind: str = "Note"
    attributed_to: str
    content: str = ""
    content_map: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    summary: str = ""
    sensitive: bool = False
    name: str = ""
    url: str = ""
    published: int
    updated: int | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    in_reply_to: str = ""
    context: str = ""
    mentions: tuple[Mention, ...] = ()
    hashtags: tuple[str, ...] = ()
    emojis: tuple[Emoji, ...] = ()
    media: tuple[Media, ...] = ()
    question: Question | None = None
    quote: str = ""
    stamp: str = ""
    can_quote: Quotable | None = None
    replies: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post as it is kept. `boost_of` makes it an Announce, with no text of its own.

    `replies` to an unknown parent keep its URI in `in_reply_to_uri` until it is found. A deleted
    post keeps its row without content: the Tombstone, and the proof that it was here.
    """

    id: int
    uri: str
    author_id: int
    kind: str = "Note"
    visibility: Visibility
    local: bool = False
    content: str = ""
    content_map: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    language: str = ""
    summary: str = ""
    sensitive: bool = False
    name: str = ""
    url: str = ""
    published: int
    edited: int | None = None
    deleted: int | None = None
    in_reply_to: int | None = None
    in_reply_to_uri: str = ""
    context: str = ""
    boost_of: int | None = None
    acting_person: int | None = None
    emojis: tuple[Emoji, ...] = ()
    media: tuple[Media, ...] = ()
    quote: str = ""
    edit_number: int = 0
    can_quote: Quotable | None = None


class QuoteState(StrEnum):
    PENDING = "pending"  # whoever is quoted has not said, or we have not looked yet
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """That the post `uri` quotes `quoted_uri`, which `author_id` wrote, and how it stands.

    Either may be unknown here yet (no `post_id`, no `quoted_id`): who is quoted is asked before
    the quote is published. `request` is the QuoteRequest, `stamp` the QuoteAuthorization.
    """

    uri: str
    quoted_uri: str
    post_id: int | None = None
    quoted_id: int | None = None
    author_id: int | None = None
    state: QuoteState = QuoteState.PENDING
    request: str = ""
    stamp: str = ""
    created: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """One actor whom a post names (mention) or is only sent to (`silent`)."""

    post_id: int
    actor_id: int
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashtag:
    """A hashtag of a post: `name` folded for finding, `shown` as the author wrote it."""

    post_id: int
    name: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """The poll of a post. Remote tallies are kept as last told; ours are counted from votes."""

    post_id: int
    options: tuple[Option, ...]
    multiple: bool = False
    ends: int | None = None
    closed: int | None = None
    voters: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    post_id: int
    actor_id: int
    choice: int
    uri: str = ""
    created: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """An earlier state of an edited post; number 0 is the first text."""

    post_id: int
    number: int
    content: str
    summary: str
    sensitive: bool
    media: tuple[Media, ...]
    question: Question | None
    created: int
    person_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    actor_id: int
    post_id: int
    created: int
