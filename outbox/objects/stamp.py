"""The QuoteAuthorization: a post's leave to quote another, for anybody to look up (FEP-044f)."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """That `author`, who wrote `quoted`, lets `quoting` quote it; all URIs."""

    uri: str
    author: str
    quoting: str
    quoted: str


def write(stamp: Stamp) -> dict[str, Any]:
    """Return the JSON of a stamp, without `@context`."""
    return {
        "type": "QuoteAuthorization",
        "id": stamp.uri,
        "attributedTo": stamp.author,
        "interactingObject": stamp.quoting,
        "interactionTarget": stamp.quoted,
    }
