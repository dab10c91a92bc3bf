"""Announce, leaving: a boost, by the URI of what is boosted; or what a group tells of."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Announce
from outbox.objects.envelope import envelope, inner
from outbox.objects.moment import stamp


def write(activity: Announce, _urls: Urls, _named: tuple[str, ...]) -> dict[str, Any]:
    """Return the Announce. What it wraps is named, and no more: its words are its owner's to give
    (the house puts them in where all may read them, fedi/perform.py)."""
    shared: object = activity.object
    if activity.wrapped is not None:
        wrapped = activity.wrapped
        shared = inner(wrapped.kind, wrapped.uri, wrapped.actor, wrapped.object)
    shape = envelope("Announce", activity, shared, activity.to, activity.cc)
    return {**shape, "published": stamp(activity.published)}
