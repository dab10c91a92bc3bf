"""Reject arrives: the no of somebody elsewhere to what one of ours asked (inbox/answers.py)."""

from actors.activities.reject import Reject
from actors.effects import Refusal
from actors.urls import Urls
from inbox.answers import answered
from inbox.parse import Arrived


def read(arrived: Arrived, urls: Urls) -> Reject | Refusal:
    """Read the no to a Follow or QuoteRequest, which must have been put to the actor itself."""
    found = answered(arrived, urls)
    if isinstance(found, Refusal):
        return found
    return Reject(
        uri=arrived.uri,
        actor=arrived.actor,
        object=found.uri,
        follower=found.asker,
        followed=found.followed,
        quoted=found.quoted,
        instrument=found.instrument,
    )
