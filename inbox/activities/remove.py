"""Remove arrives: somebody elsewhere unpins a post, in the featured collection of their own."""

from actors.activities.remove import Remove
from actors.effects import Refusal
from actors.urls import Urls, same_host
from actors.verbs import Delete
from inbox import values
from inbox.parse import Arrived


def read(arrived: Arrived, urls: Urls) -> Remove | Delete | Refusal:
    """Read a Remove with a target on the actor's own host, or of a post in a group of ours."""
    if isinstance(arrived.object, dict) and "Hashtag" in values.types(arrived.object):
        return Refusal("unsupported_object", "Featured hashtags are not kept here.")
    if not arrived.object_uri:
        return Refusal("no_object", "It does not say which post.")
    ours = urls.parse(arrived.target)
    if ours is not None and (ours.kind, ours.part) == ("actor", "outbox"):
        # A manager takes a post out of a group of ours: actors/managing.py says whether they may.
        return Delete(uri=arrived.uri, actor=arrived.actor, object=arrived.object_uri)
    if not same_host(arrived.target, arrived.actor):
        return Refusal("not_owner", "The collection is not on the actor's server.")
    return Remove(
        uri=arrived.uri, actor=arrived.actor, object=arrived.object_uri, target=arrived.target
    )
