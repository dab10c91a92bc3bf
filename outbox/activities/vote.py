"""A vote, leaving: on the wire a Create of a Note with a `name` and no content."""

from typing import Any

from actors.urls import Urls
from actors.verbs import Vote
from outbox.objects.envelope import envelope


def write(activity: Vote, _urls: Urls, named: tuple[str, ...]) -> dict[str, Any]:
    """Return the vote, addressed to whoever asks the question and to nobody else (`named`)."""
    ballot = {
        "type": "Note",
        "id": activity.note,
        "attributedTo": activity.actor,
        "to": list(named),
        "cc": [],
        "name": activity.choice,
        "inReplyTo": activity.question,
    }
    return envelope("Create", activity, ballot, to=named)
