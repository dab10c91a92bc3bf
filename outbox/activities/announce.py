"""Announce, leaving: a boost, by the URI of what is boosted."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Announce
from outbox.objects.envelope import envelope
from outbox.objects.moment import stamp


def write(activity: Announce, _urls: Urls, _named: tuple[str, ...]) -> dict[str, Any]:
    """Return the Announce."""
    shape = envelope("Announce", activity, activity.object, activity.to, activity.cc)
    return {**shape, "published": stamp(activity.published)}
