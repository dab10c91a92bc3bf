"""Accept arrives: somebody elsewhere says yes to a follow of ours.

Servers name the Follow by its id or embed it, some (Pixelfed, older Pleroma) with another id than
ours: the follower is what then tells which one is meant.
"""

from actors.activities.accept import Accept
from actors.effects import Refusal
from actors.urls import Urls
from inbox import values
from inbox.parse import Arrived


def read(arrived: Arrived, urls: Urls) -> Accept | Refusal:
    """Read an Accept of a Follow, which must be a Follow of the actor itself."""
    inner = arrived.object
    if isinstance(inner, str):
        if not inner:
            return Refusal("no_object", "It does not say what it answers.")
        return Accept(uri=arrived.uri, actor=arrived.actor, object=inner)
    if "Follow" not in values.types(inner):
        return Refusal("unsupported_object", "Only answers to a Follow are read here.")
    followed, follower = values.uri(inner.get("object")), values.uri(inner.get("actor"))
    if followed and followed != arrived.actor:
        return Refusal("not_owner", "It answers a Follow of somebody else.")
    if not urls.is_local(follower):
        return Refusal("not_here", "Who asked to follow is not on this server.")
    return Accept(
        uri=arrived.uri, actor=arrived.actor, object=arrived.object_uri, follower=follower
    )
