"""Flag arrives: a report about actors and posts, mostly sent by a server's own actor."""

from actors.activities.flag import Flag
from actors.effects import Refusal
from actors.html import plain
from actors.urls import Urls
from inbox import limits, values
from inbox.parse import Arrived


def read(arrived: Arrived, urls: Urls) -> Flag | Refusal:
    """Read a Flag; it must be about something here."""
    objects = arrived.objects[: limits.OBJECTS.size]
    if not any(urls.is_local(uri) for uri in objects):
        return Refusal("not_here", "What it reports is not on this server.")
    words = values.text(arrived.document.get("content"), limits.COMMENT.size)
    return Flag(uri=arrived.uri, actor=arrived.actor, objects=objects, content=plain(words))
