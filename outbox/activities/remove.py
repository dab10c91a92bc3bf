"""Remove, leaving: a post taken out of the featured collection."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Remove
from outbox.objects.envelope import envelope, followers_of, open_to


def write(activity: Remove, urls: Urls, _named: tuple[str, ...]) -> dict[str, Any]:
    """Return the Remove, addressed to the public and the followers."""
    followers = followers_of(activity.actor, urls)
    shape = envelope("Remove", activity, activity.object, open_to(activity.target, urls), followers)
    return {**shape, "target": activity.target}
