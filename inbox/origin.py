"""Whose word is believed: ownership and same-origin rules, before any rule of a verb.

An actor speaks for itself, signed, with ids on its own host; a server vouches for what lives on
it, and for nothing else (FEP-fe34; security.md S4, S8, S9, S36, S37). What somebody else's server
says is replaced by what the owner serves: `settle` answers Need, and with the fetched documents
goes on. Next: inbox/policies/, then inbox/activities/.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from actors.effects import Need, Refusal
from actors.errors import Invalid
from actors.handles import domain_of
from actors.people import Actor
from actors.posts import Note
from actors.urls import Urls, host_of, same_host
from inbox import limits, parse, terms, values
from inbox.parse import ACTIVITY_TYPES, Arrived, Document
from inbox.parse_note import authors_of, is_actor, is_post

Fetched = Mapping[str, Mapping[str, Any] | None]
"""Documents by the URI they were asked for, from its owner; None where it answered 410 Gone."""
NOTHING: Final[Fetched] = {}

_BY_REFERENCE: Final = frozenset({"Create", "Update", "Delete"})
_CARRY_OBJECTS: Final = frozenset({"Create", "Update"})
_OVERWRITES: Final = frozenset({"Update", "Delete"})
_REACTIONS: Final = frozenset({"Like", "EmojiReact", "Dislike"})


def settle(
    arrived: Arrived, *, signer: str, urls: Urls, fetched: Fetched
) -> Arrived | Need | Refusal:
    """Return the activity with only believable parts, or what to fetch first, or why not.

    An Announce that wraps another's activity (FEP-1b12) is answered with the inner one.
    """
    refusal = _speaks_for_itself(arrived, urls)
    if refusal is not None:
        return refusal
    if arrived.actor != signer:
        # Forwarded (ActivityPub 7.1.2): the forwarder's word is none, the owner's server decides.
        return _by_reference(arrived, urls, fetched)
    inside = _wrapped(arrived.object) if arrived.type == "Announce" else None
    if inside is not None:
        inner = _unwrap(arrived, inside, urls, fetched)
        return replace(inner, outer=arrived) if isinstance(inner, Arrived) else inner
    if arrived.type in _CARRY_OBJECTS:
        return _own_object(arrived, urls, fetched)
    return arrived


def ours(uri: str, urls: Urls) -> bool:
    """Return whether a URI is on our own host, in whatever spelling."""
    return host_of(uri) != "" and _canonical(uri) == _canonical_whole(urls.origin)


@lru_cache(maxsize=1024)
def _canonical_origin(origin: str) -> str:
    try:
        return domain_of(origin)
    except Invalid:
        return ""


@lru_cache(maxsize=16)
def _canonical_whole(origin: str) -> str:
    return _canonical(origin)


def _canonical(uri: str) -> str:
    scheme, _, rest = uri.partition("://")
    return _canonical_origin(f"{scheme.lower()}://{rest.partition('/')[0]}/")


def owned_note(note: Note, urls: Urls) -> Refusal | None:
    """Return why a post may not be kept as its author's, None if it may (S9, S37)."""
    if ours(note.uri, urls):
        return _OURS
    if not same_host(note.uri, note.attributed_to):
        return _OTHER_AUTHOR
    return None


def owned_actor(actor: Actor, urls: Urls) -> Refusal | None:
    """Return why an actor document may not be kept, None if it may (S37)."""
    if ours(actor.uri, urls) or ours(actor.inbox, urls):
        return _OURS
    return None


def served(document: Document, uri: str) -> Refusal | None:
    """Return why a document is not what `uri` names: its id must be that very URI (S1)."""
    return None if values.uri(document.get("id")) == uri else _OTHER_DOCUMENT


# -- the steps


def _speaks_for_itself(arrived: Arrived, urls: Urls) -> Refusal | None:
    if ours(arrived.uri, urls) or ours(arrived.actor, urls):
        return _OURS
    if not same_host(arrived.uri, arrived.actor):
        return Refusal("other_host", "The activity's id is not on its actor's host.")
    return None


def _own_object(arrived: Arrived, urls: Urls, fetched: Fetched) -> Arrived | Need | Refusal:
    """A Create or Update of something the actor owns; anything else comes from its owner."""
    uri = arrived.object_uri
    if ours(uri, urls):
        return _OURS
    if isinstance(arrived.object, str) or not same_host(uri, arrived.actor):
        return _by_reference(arrived, urls, fetched) if uri else _NO_OBJECT
    if is_actor(arrived.object):
        return arrived if uri == arrived.actor else _NOT_OWNER
    authors = _authors(arrived.object)  # without any it is the actor's, on whose host it is
    if is_post(arrived.object) and authors and arrived.actor not in authors:
        return _NOT_OWNER
    return arrived


def _authors(document: Document) -> tuple[str, ...]:
    return values.uris(authors_of(document), limits.OBJECTS.size)


def _by_reference(arrived: Arrived, urls: Urls, fetched: Fetched) -> Arrived | Need | Refusal:
    """What only the owner of the object can tell: its text, or that it is gone."""
    if arrived.type not in _BY_REFERENCE:
        return Refusal("not_signer", "The activity was not signed by its actor.")
    uri = arrived.object_uri
    if not uri:
        return _NO_OBJECT
    if ours(uri, urls):
        return _OURS
    if arrived.type == "Delete" and not same_host(uri, arrived.actor):
        return _NOT_OWNER
    if uri not in fetched:
        return Need((uri,), fresh=arrived.type in _OVERWRITES)
    document = fetched[uri]
    if arrived.type == "Delete":
        return replace(arrived, uri=uri) if _gone(document) else _STILL_THERE
    if document is None:
        return Refusal("gone", "The object is gone.")
    return served(document, uri) or _told_by_owner(arrived, document, uri)


def _gone(document: Mapping[str, Any] | None) -> bool:
    return document is None or "Tombstone" in values.types(document)


def _told_by_owner(arrived: Arrived, document: Document, uri: str) -> Arrived | Refusal:
    """The object as its owner serves it, and the owner as the one who acts.

    The activity's id was the forwarder's to choose, so the object's own stands in for it, and who
    handed it on is no reason to show it to anybody: only its own audience counts (S8).
    """
    terms.check(document)
    told = replace(arrived, uri=uri, object=document, fetched=True, reader=0)
    if is_actor(document):
        return replace(told, actor=uri)
    near = [author for author in _authors(document) if same_host(author, uri)]
    if not near:
        return _OTHER_AUTHOR
    return replace(told, actor=arrived.actor if arrived.actor in near else near[0])


def _wrapped(document: str | Document) -> Document | None:
    """What is announced, if it is somebody's activity and not a post."""
    if isinstance(document, str) or is_post(document):
        return None
    known = not ACTIVITY_TYPES.isdisjoint(values.types(document))
    return document if known or ("actor" in document and "object" in document) else None


def _unwrap(
    arrived: Arrived, inside: Document, urls: Urls, fetched: Fetched
) -> Arrived | Need | Refusal:
    """The activity that a group announces: what it adds is believed from the group's own host,
    else refetched; what overwrites or removes is always asked of the owner."""
    inner = parse.activity(inside, now=arrived.published, size=arrived.size, check=False)
    refusal = _speaks_for_itself(inner, urls) or _not_for_groups(inner)
    if refusal is not None:
        return refusal
    near = same_host(inner.uri, arrived.actor)
    if inner.type in _OVERWRITES or (inner.type == "Create" and not near):
        return _by_reference(inner, urls, fetched)
    if not near:
        return _refetched(inner, fetched)
    return _own_object(inner, urls, fetched) if inner.type == "Create" else inner


def _not_for_groups(inner: Arrived) -> Refusal | None:
    """A group passes on posts and reactions; who follows or blocks whom is not its to tell."""
    kinds = {inner.type}
    if inner.type == "Undo":
        kinds = set(values.types(inner.object)) if isinstance(inner.object, dict) else set()
    if kinds and kinds <= _BY_REFERENCE | _REACTIONS:
        return None
    return Refusal("wrapped_kind", "Announced activities of this kind are not acted upon.")


def _refetched(inner: Arrived, fetched: Fetched) -> Arrived | Need | Refusal:
    if inner.uri not in fetched:
        return Need((inner.uri,))
    document = fetched[inner.uri]
    if document is None:
        return Refusal("gone", "The activity is gone.")
    again = parse.activity(document, now=inner.published, size=inner.size)
    if (again.uri, again.actor, again.type) != (inner.uri, inner.actor, inner.type):
        return _OTHER_DOCUMENT
    # What its own server says of it counts, also of what kind it is.
    return _not_for_groups(again) or replace(again, fetched=True)


_OURS: Final = Refusal("local_id", "It claims an id of this server, which only we give out.")
_NOT_OWNER: Final = Refusal("not_owner", "The actor does not own the object.")
_NO_OBJECT: Final = Refusal("no_object", "The activity has no object with an id.")
_OTHER_AUTHOR: Final = Refusal("other_author", "The object's author is not on the object's host.")
_OTHER_DOCUMENT: Final = Refusal("other_document", "The address served a document of another id.")
_STILL_THERE: Final = Refusal("still_there", "The object that was said to be deleted is there.")
