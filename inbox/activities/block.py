"""Block arrives: somebody elsewhere will have nothing to do with one of ours."""

from actors.activities.block import Block
from actors.effects import Refusal
from actors.urls import Urls
from inbox.parse import Arrived


def read(arrived: Arrived, urls: Urls) -> Block | Refusal:
    """Read a Block; it must be of an actor here."""
    if not urls.is_local(arrived.object_uri):
        return Refusal("not_here", "Whom it blocks is not on this server.")
    return Block(uri=arrived.uri, actor=arrived.actor, object=arrived.object_uri)
