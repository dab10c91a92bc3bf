"""Parsed JSON -> typed records. Other servers' shapes are smoothed here and only here.

`activity` reads what came to an inbox; `note`, `profile` and `collection` read what it embeds or
what was fetched. Each first checks that the document's context leaves our words their meaning.
Unknown terms are dropped. Next: inbox/origin.py decides whose word is believed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from actors.errors import Invalid
from actors.people import Profile
from actors.posts import Note
from actors.urls import Urls
from inbox import terms, values
from inbox.parse_actor import key_owner, profile_of, webfinger_claim
from inbox.parse_collection import Collection, collection_of
from inbox.parse_note import LANGUAGES, note_of, recipients

__all__ = [
    "Arrived",
    "Collection",
    "Document",
    "activity",
    "collection",
    "key_owner",
    "note",
    "profile",
    "webfinger_claim",
]

Document = Mapping[str, Any]

WITHOUT_ID: Final = frozenset({"Add", "Remove"})
"""What Mastodon sends without an id; nothing ever refers to it."""
_REFERENCE: Final = frozenset({"id", "@context"})

ACTIVITY_TYPES: Final = frozenset({
    "Accept", "Add", "Announce", "Block", "Create", "Delete", "Dislike", "EmojiReact", "Flag",
    "Follow", "Like", "Move", "Reject", "Remove", "Undo", "Update", "View", "Join", "Leave",
    "Invite", "Ignore", "Offer", "Read", "Listen", "Arrive", "Travel", "TentativeAccept",
    "TentativeReject", "QuoteRequest", "FeatureRequest", "ChatMessage",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """An activity as read, before anything is believed of it.

    `object` is a URI, an embedded document, or "" where there is none; `objects` all of them
    (Flag). `reader` is the local actor at whose own inbox it came in (0: the shared one);
    `fetched` marks an object that came from its owner instead of the sender; `outer` is the
    Announce that it came in. Times in Unix ms.
    """

    type: str
    uri: str
    actor: str
    object: str | Document
    objects: tuple[str, ...]
    target: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    published: int = 0
    document: Document
    size: int = 0
    reader: int = 0
    fetched: bool = False
    outer: "Arrived | None" = None

    @property
    def object_uri(self) -> str:
        """The id of the object, "" where it has none."""
        return values.uri(self.object)


def activity(
    document: Document, *, now: int = 0, reader: int = 0, size: int = 0, check: bool = True
) -> Arrived:
    """Read an activity; `check` is False for one inside a document that was checked as a whole.

    Raises Invalid without type, id or actor, NeedsExpansion for a context that lies about words.
    """
    if check:
        terms.check(document)
    found = values.types(document)
    if not found:
        raise Invalid("The activity has no type.", code="no_type")
    kind = next((kind for kind in found if kind in ACTIVITY_TYPES), found[0])
    actor = values.uri(document.get("actor"))
    uri = values.uri(document.get("id"))
    if document.get("id") is None and kind in WITHOUT_ID and actor:
        uri = f"{actor}#{kind.lower()}"
    if not uri:
        raise Invalid("The activity has no id.", code="no_id")
    if not actor:
        raise Invalid("The activity names no actor.", code="no_actor")
    to, cc = recipients(document)
    published = values.when(document.get("published"))
    return Arrived(
        type=kind,
        uri=uri,
        actor=actor,
        object=_object(document),
        objects=values.uris(document.get("object"), len(values.items(document.get("object")))),
        target=values.uri(document.get("target")),
        to=to,
        cc=cc,
        published=now if published is None else published,
        document=document,
        size=size,
        reader=reader,
    )


def _object(document: Document) -> str | Document:
    """The object; one that says nothing but its id is that id (JSON-LD's node reference)."""
    item = values.first(document.get("object"))
    if isinstance(item, dict) and not item.keys() <= _REFERENCE:
        return item
    return values.uri(item)


def note(
    document: Document,
    urls: Urls,
    *,
    author: str = "",
    now: int = 0,
    languages: Sequence[str] = LANGUAGES,
) -> Note:
    """Read a post document. Raises Invalid, TooLarge or NeedsExpansion."""
    terms.check(document)
    return note_of(document, urls, author=author, now=now, languages=languages)


def profile(document: Document, *, languages: Sequence[str] = LANGUAGES) -> Profile:
    """Read an actor document and its keys. Raises Invalid or NeedsExpansion."""
    terms.check(document)
    return profile_of(document, languages=languages)


def collection(document: Document) -> Collection:
    """Read a collection or one page of it. Raises Invalid or NeedsExpansion."""
    terms.check(document)
    return collection_of(document)
