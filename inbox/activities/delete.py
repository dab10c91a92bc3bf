"""Delete arrives: an actor elsewhere removes a post of theirs, or themselves."""

from actors.activities.delete import Delete
from actors.effects import Refusal
from actors.urls import Urls, same_host
from inbox.parse import Arrived


def read(arrived: Arrived, urls: Urls) -> Delete | Refusal:
    """Read a Delete of something on the actor's own host, by id or as a Tombstone."""
    if not arrived.object_uri:
        return Refusal("no_object", "It does not say what is deleted.")
    if not same_host(arrived.object_uri, arrived.actor):
        return Refusal("not_owner", "The actor does not own what it deletes.")
    return Delete(uri=arrived.uri, actor=arrived.actor, object=arrived.object_uri)
