"""QuoteRequest arrives: somebody elsewhere asks to quote a post of ours (FEP-044f).

Mastodon sends the quoting post inside, GoToSocial its id; only a post on the actor's own host and
of the actor's own can quote in the actor's name.
"""

from actors.activities.quoterequest import QuoteRequest
from actors.effects import Refusal
from actors.posts import Note
from actors.urls import Urls, same_host
from inbox import values
from inbox.origin import owned_note
from inbox.parse import Arrived
from inbox.parse_note import is_post, note_of


def read(arrived: Arrived, urls: Urls) -> QuoteRequest | Refusal:
    """Read a QuoteRequest. Raises Invalid for an embedded post that can't be read."""
    inside = values.first(arrived.document.get("instrument"))
    instrument = values.uri(inside)
    if not arrived.object_uri or not instrument:
        return Refusal("no_object", "It does not say which post it wants to quote in which.")
    if not urls.is_local(arrived.object_uri):
        return Refusal("not_here", "The post that it asks to quote is not on this server.")
    if not same_host(instrument, arrived.actor):
        return Refusal("not_owner", "The post that quotes is not on its actor's host.")
    note: Note | None = None
    if isinstance(inside, dict) and is_post(inside):
        note = note_of(inside, urls, author=arrived.actor, now=arrived.published)
        refusal = owned_note(note, urls)
        if refusal is not None:
            return refusal
        if note.attributed_to != arrived.actor:
            return Refusal("not_owner", "The actor did not write the post that quotes.")
        if note.quote and note.quote != arrived.object_uri:
            return Refusal("other_object", "The post quotes another one.")
    return QuoteRequest(
        uri=arrived.uri,
        actor=arrived.actor,
        object=arrived.object_uri,
        instrument=instrument,
        note=note,
    )
