"""QuoteRequest, leaving: the quoting post inside where who is quoted may read it, else its id."""

from typing import Any

from actors.urls import Urls
from actors.verbs import QuoteRequest
from outbox.objects import note
from outbox.objects.envelope import envelope


def write(activity: QuoteRequest, urls: Urls, named: tuple[str, ...]) -> dict[str, Any]:
    """Return the request to quote a post of somebody else's server (FEP-044f)."""
    asked = envelope("QuoteRequest", activity, activity.object, to=named)
    written = note.write(activity.note, urls) if activity.note is not None else activity.instrument
    return {**asked, "instrument": written}
