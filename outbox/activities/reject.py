"""Reject, leaving: with the Follow inside, since Mastodon needs its id, actor and object."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Reject
from outbox.objects.envelope import envelope, inner


def write(activity: Reject, _urls: Urls, _named: tuple[str, ...]) -> dict[str, Any]:
    """Return the no to a Follow, or its end; without a known follower it names the Follow alone."""
    if not activity.follower:
        return envelope("Reject", activity, activity.object)
    follow = inner("Follow", activity.object, activity.follower, activity.actor)
    return envelope("Reject", activity, follow, to=(activity.follower,))
