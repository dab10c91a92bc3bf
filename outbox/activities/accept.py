"""Accept, leaving: with the Follow inside, since Mastodon needs its id, actor and object."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Accept
from outbox.objects.envelope import envelope, inner


def write(activity: Accept, _urls: Urls, _named: tuple[str, ...]) -> dict[str, Any]:
    """Return the yes to a Follow; one whose follower is not known names the Follow alone."""
    if not activity.follower:
        return envelope("Accept", activity, activity.object)
    follow = inner("Follow", activity.object, activity.follower, activity.actor)
    return envelope("Accept", activity, follow, to=(activity.follower,))
