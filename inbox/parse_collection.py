"""Collections and their pages -> Collection, whether fetched or inlined in something else.

What a collection says of itself (its total, its order) is not believed; inbox/backfill.py walks
it within a budget.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actors.errors import Invalid
from actors.urls import same_host
from actors.vocabulary import COLLECTION_TYPES
from inbox import limits, values

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection or page as far as it was given: `items` are URIs or embedded objects.

    `next` is the page to ask for after these items; `total` is what the owner says, or None.
    """

    uri: str
    items: tuple[str | Document, ...] = ()
    first: str = ""
    next: str = ""
    total: int | None = None

    @property
    def uris(self) -> tuple[str, ...]:
        """The items' ids, each once, in order."""
        return values.uris(list(self.items), limits.ITEMS.size)


def collection_of(document: Document) -> Collection:
    """Read a collection or page; an embedded first page is taken as its beginning.

    Pages on another host than the collection are left out. Raises Invalid for other types.
    """
    if COLLECTION_TYPES.isdisjoint(values.types(document)):
        raise Invalid("This is not a collection.", code="not_a_collection")
    uri = values.uri(document.get("id"))
    first = values.first(document.get("first"))
    items = _items(document)
    following = document.get("next")
    if isinstance(first, dict):
        items = items or _items(first)
        following = following or first.get("next")
    return Collection(
        uri=uri,
        items=items,
        first=_page(first, uri),
        next=_page(following, uri),
        total=values.whole(document.get("totalItems")),
    )


def _items(document: Document) -> tuple[str | Document, ...]:
    listed = values.items(document.get("orderedItems")) or values.items(document.get("items"))
    return tuple(
        item
        for item in listed[: limits.ITEMS.size]
        if isinstance(item, dict) or values.valid_uri(item)
    )


def _page(value: Any, uri: str) -> str:
    found = values.uri(value)
    return found if not uri or same_host(found, uri) else ""
