"""Follow, leaving."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Follow
from outbox.objects.envelope import envelope


def write(activity: Follow, _urls: Urls, _named: tuple[str, ...]) -> dict[str, Any]:
    """Return the request to follow, addressed to whom it asks."""
    return envelope("Follow", activity, activity.object, to=(activity.object,))
