"""Announce arrives: a boost. Only the id of what is shared is used, never an embedded copy.

An Announce that wraps another's activity never gets here: inbox/origin.py unwraps it.
"""

from actors.activities.announce import Announce
from actors.effects import Refusal
from actors.urls import Urls
from inbox.parse import Arrived


def read(arrived: Arrived, urls: Urls) -> Announce | Refusal:
    """Read an Announce of one post."""
    if not arrived.object_uri:
        return Refusal("no_object", "It does not say what it shares.")
    return Announce(
        uri=arrived.uri,
        actor=arrived.actor,
        object=arrived.object_uri,
        published=arrived.published,
        to=arrived.to,
        cc=arrived.cc,
        reader=arrived.reader,
    )
