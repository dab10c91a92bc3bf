"""Accept, leaving: with what was asked inside, since Mastodon needs its id, actor and object."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Accept
from outbox.objects.envelope import asked, envelope


def write(activity: Accept, _urls: Urls, _named: tuple[str, ...]) -> dict[str, Any]:
    """Return the yes to a Follow, or to a QuoteRequest with where the leave can be read."""
    to = (activity.follower,) if activity.follower else ()
    written = envelope("Accept", activity, asked(activity), to=to)
    return {**written, "result": activity.stamp} if activity.stamp else written
