"""Accept arrives: the yes of somebody elsewhere to what one of ours asked (inbox/answers.py)."""

from actors.activities.accept import Accept
from actors.effects import Refusal
from actors.urls import Urls
from inbox import values
from inbox.answers import answered
from inbox.parse import Arrived


def read(arrived: Arrived, urls: Urls) -> Accept | Refusal:
    """Read the yes to a Follow or QuoteRequest, which must have been put to the actor itself."""
    found = answered(arrived, urls)
    if isinstance(found, Refusal):
        return found
    return Accept(
        uri=arrived.uri,
        actor=arrived.actor,
        object=found.uri,
        follower=found.asker,
        followed=found.followed,
        quoted=found.quoted,
        instrument=found.instrument,
        stamp=values.uri(arrived.document.get("result")),
    )
