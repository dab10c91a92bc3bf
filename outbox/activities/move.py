"""Move, leaving: the actor says where it lives from now on."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Move
from outbox.objects.envelope import envelope, followers_of


def write(activity: Move, urls: Urls, _named: tuple[str, ...]) -> dict[str, Any]:
    """Return the Move, addressed to the followers."""
    followers = followers_of(activity.actor, urls)
    return {**envelope("Move", activity, activity.object, followers), "target": activity.target}
