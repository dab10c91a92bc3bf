"""What every activity of ours has: type, id, actor, object, and whom it is addressed to.

Also the short form of an activity inside another, which Mastodon wants of an Accept or Undo.
"""

from collections.abc import Iterable
from typing import Any

from actors.effects import Activity
from actors.urls import Urls
from actors.verbs import Accept, Reject
from actors.vocabulary import PUBLIC


def envelope(
    kind: str, activity: Activity, obj: object, to: Iterable[str] = (), cc: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the activity around `obj`, a URI or a shape."""
    return {
        "type": kind,
        "id": activity.uri,
        "actor": activity.actor,
        "to": list(to),
        "cc": list(cc),
        "object": obj,
    }


def inner(kind: str, uri: str, actor: str, obj: str) -> dict[str, Any]:
    """Return an activity as the object of another; one without a known id goes without."""
    shape = {"type": kind, "id": uri, "actor": actor, "object": obj}
    return shape if uri else {term: value for term, value in shape.items() if term != "id"}


def asked(activity: Accept | Reject) -> object:
    """Return what an answer is about: a Follow or QuoteRequest, whole where who asked is known."""
    if not activity.follower:
        return activity.object
    if not activity.quoted:
        followed = activity.followed or activity.actor
        return inner("Follow", activity.object, activity.follower, followed)
    request = inner("QuoteRequest", activity.object, activity.follower, activity.quoted)
    return {**request, "instrument": activity.instrument}


def open_to(collection: str, urls: Urls) -> tuple[str, ...]:
    """Return the Public where all may know what is in a collection of ours: what is pinned."""
    local = urls.parse(collection)
    return (PUBLIC,) if local is None or local.part == "featured" else ()


def followers_of(actor_uri: str, urls: Urls) -> tuple[str, ...]:
    """Return the followers collection of one of our actors, as one addressee or none."""
    local = urls.parse(actor_uri)
    if local is None or local.kind != "actor":
        return ()
    return (urls.actor(local.id, "followers"),)
