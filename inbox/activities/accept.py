"""Accept arrives: somebody elsewhere says yes to a follow of ours, as inbox/answers.py reads it."""

from actors.activities.accept import Accept
from actors.effects import Refusal
from actors.urls import Urls
from inbox.answers import answered
from inbox.parse import Arrived


def read(arrived: Arrived, urls: Urls) -> Accept | Refusal:
    """Read a Accept of a Follow, which must be a Follow of the actor itself."""
    found = answered(arrived, urls)
    if isinstance(found, Refusal):
        return found
    follow, follower = found
    return Accept(uri=arrived.uri, actor=arrived.actor, object=follow, follower=follower)
