"""Follow arrives: somebody elsewhere asks to follow one of ours."""

from actors.activities.follow import Follow
from actors.effects import Refusal
from actors.urls import Urls
from inbox.parse import Arrived


def read(arrived: Arrived, urls: Urls) -> Follow | Refusal:
    """Read a Follow; it must be of an actor here."""
    if not urls.is_local(arrived.object_uri):
        return Refusal("not_here", "Whom it asks to follow is not on this server.")
    return Follow(uri=arrived.uri, actor=arrived.actor, object=arrived.object_uri)
