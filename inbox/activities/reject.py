"""Reject arrives: somebody elsewhere says no to a follow of ours, as inbox/answers.py reads it."""

from actors.activities.reject import Reject
from actors.effects import Refusal
from actors.urls import Urls
from inbox.answers import answered
from inbox.parse import Arrived


def read(arrived: Arrived, urls: Urls) -> Reject | Refusal:
    """Read a Reject of a Follow, which must be a Follow of the actor itself."""
    found = answered(arrived, urls)
    if isinstance(found, Refusal):
        return found
    follow, follower = found
    return Reject(uri=arrived.uri, actor=arrived.actor, object=follow, follower=follower)
