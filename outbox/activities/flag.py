"""Flag, leaving: a report, always a list of the actor and the posts it is about.

It is the Application actor that sends it, so that nobody learns who reported.
"""

from typing import Any

from actors.urls import Urls
from actors.verbs import Flag
from outbox.objects.envelope import envelope


def write(activity: Flag, _urls: Urls, named: tuple[str, ...]) -> dict[str, Any]:
    """Return the Flag with its comment, which may be empty."""
    shape = envelope("Flag", activity, list(activity.objects), to=named)
    return {**shape, "content": activity.content}
