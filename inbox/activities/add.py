"""Add arrives: somebody elsewhere pins a post, in the featured collection of their own."""

from actors.activities.add import Add
from actors.effects import Refusal
from actors.urls import Urls, same_host
from inbox import values
from inbox.parse import Arrived


def read(arrived: Arrived, urls: Urls) -> Add | Refusal:
    """Read an Add with a target on the actor's own host."""
    if isinstance(arrived.object, dict) and "Hashtag" in values.types(arrived.object):
        return Refusal("unsupported_object", "Featured hashtags are not kept here.")
    if not arrived.object_uri:
        return Refusal("no_object", "It does not say which post.")
    if not same_host(arrived.target, arrived.actor):
        return Refusal("not_owner", "The collection is not on the actor's server.")
    return Add(
        uri=arrived.uri, actor=arrived.actor, object=arrived.object_uri, target=arrived.target
    )
