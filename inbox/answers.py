"""What an arriving Accept or Reject answers: a Follow, named by its id or embedded.

Some servers (Pixelfed, older Pleroma) embed it with another id than ours: the follower is what
then tells which one is meant.
"""

from actors.effects import Refusal
from actors.urls import Urls
from inbox import values
from inbox.parse import Arrived


def answered(arrived: Arrived, urls: Urls) -> tuple[str, str] | Refusal:
    """Return the Follow's id and, where it is embedded, who asked; it must be one of the actor
    itself, asked by one of ours."""
    inner = arrived.object
    if isinstance(inner, str):
        return (inner, "") if inner else Refusal("no_object", "It does not say what it answers.")
    if "Follow" not in values.types(inner):
        return Refusal("unsupported_object", "Only answers to a Follow are read here.")
    followed, follower = values.uri(inner.get("object")), values.uri(inner.get("actor"))
    if followed and followed != arrived.actor:
        return Refusal("not_owner", "It answers a Follow of somebody else.")
    if not urls.is_local(follower):
        return Refusal("not_here", "Who asked to follow is not on this server.")
    return arrived.object_uri, follower
