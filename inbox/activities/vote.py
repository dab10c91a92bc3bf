"""A vote arrives: a Create of a Note that answers a poll with a `name` and no text (S22).

It is no type of its own on the wire; `is_vote` tells it from a reply before the register picks.
"""

from actors.activities.vote import Vote
from actors.effects import Refusal
from actors.urls import Urls, same_host
from inbox import limits, values
from inbox.parse import Arrived


def is_vote(arrived: Arrived) -> bool:
    """Return whether a Create carries a vote."""
    note = arrived.object
    if arrived.type != "Create" or not isinstance(note, dict):
        return False
    if "Note" not in values.types(note) or not values.uri(note.get("inReplyTo")):
        return False
    words = values.text(note.get("content"), 1) or note.get("contentMap")
    return bool(values.text(note.get("name"), 1)) and not words and not note.get("attachment")


def read(arrived: Arrived, urls: Urls) -> Vote | Refusal:
    """Read a vote in a poll of ours; voter, signer and author are one."""
    note = arrived.object
    if not isinstance(note, dict):
        return Refusal("no_object", "The vote is missing.")
    authors = values.uris(note.get("attributedTo"), 2)
    uri = values.uri(note.get("id"))
    if arrived.fetched or authors != (arrived.actor,) or not same_host(uri, arrived.actor):
        return Refusal("not_owner", "A vote can only be given by the voter.")
    question = values.uri(note.get("inReplyTo"))
    if not urls.is_local(question):
        return Refusal("not_here", "The poll is not on this server.")
    choice = values.line(note.get("name"), limits.OPTION.size)
    return Vote(uri=arrived.uri, actor=arrived.actor, question=question, choice=choice, note=uri)
