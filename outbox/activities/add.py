"""Add, leaving: a post pinned in the featured collection."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Add
from outbox.objects.envelope import envelope, followers_of, open_to


def write(activity: Add, urls: Urls, _named: tuple[str, ...]) -> dict[str, Any]:
    """Return the Add, addressed to the public and the followers."""
    followers = followers_of(activity.actor, urls)
    shape = envelope("Add", activity, activity.object, open_to(activity.target, urls), followers)
    return {**shape, "target": activity.target}
