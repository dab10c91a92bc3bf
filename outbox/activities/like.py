"""Like, leaving: with `content` an emoji reaction, which Mastodon takes for a plain like."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Like
from outbox.objects.envelope import envelope


def write(activity: Like, _urls: Urls, named: tuple[str, ...]) -> dict[str, Any]:
    """Return the Like, addressed to the author where `named` says who that is."""
    shape = envelope("Like", activity, activity.object, to=named)
    return {**shape, "content": activity.content} if activity.content else shape
