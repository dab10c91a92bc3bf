"""Whether a fetched document is the leave to quote that it ought to be (FEP-044f).

A stamp is the word of who is quoted: on that author's own host, of that author, and about these
very two posts. Anything else proves nothing.
"""

from actors.urls import same_host
from inbox import values
from inbox.parse import Document


def allows(document: Document, *, stamp: str, author: str, quoting: str, quoted: str) -> bool:
    """Return whether `document`, served at `stamp`, is the leave of `author` to quote."""
    return (
        same_host(stamp, author)
        and "QuoteAuthorization" in values.types(document)
        and values.uri(document.get("id")) == stamp
        and values.uri(document.get("attributedTo")) == author
        and values.uri(document.get("interactingObject")) == quoting
        and values.uri(document.get("interactionTarget")) == quoted
    )
