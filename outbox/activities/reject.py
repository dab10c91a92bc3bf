"""Reject, leaving: with what was asked inside, since Mastodon needs its id, actor and object."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Reject
from outbox.objects.envelope import asked, envelope


def write(activity: Reject, _urls: Urls, _named: tuple[str, ...]) -> dict[str, Any]:
    """Return the no to a Follow or its end, or the no to a QuoteRequest."""
    to = (activity.follower,) if activity.follower else ()
    return envelope("Reject", activity, asked(activity), to=to)
