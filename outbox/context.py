"""The one place that puts `@context` on what leaves.

Shapes are written without it, so that they can be put inside one another; `document` adds it to
the outermost. The terms beyond vocabulary.TERMS are what our shapes say that those do not name;
tests/outbox/test_context.py expands every shape to prove that nothing is left unnamed.
"""

from typing import Any, Final

from actors import vocabulary

TERMS: Final[dict[str, object]] = {
    **vocabulary.TERMS,
    "ostatus": "http://ostatus.org#",
    "conversation": "ostatus:conversation",
    "assertionMethod": {
        "@id": "https://w3id.org/security#assertionMethod",
        "@type": "@id",
        "@container": "@set",
    },
    "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
    "quoteUrl": "as:quoteUrl",
    "quoteUri": "http://fedibird.com/ns#quoteUri",
    "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
    "implements": {
        "@id": "https://w3id.org/fep/844e#implements",
        "@type": "@id",
        "@container": "@set",
    },
}
CONTEXT: Final[list[object]] = [*vocabulary.CONTEXT[:-1], TERMS]


def document(shape: dict[str, Any]) -> dict[str, Any]:
    """Return the shape as a whole document: the same, with our `@context` ahead of it."""
    return {"@context": CONTEXT, **shape}
