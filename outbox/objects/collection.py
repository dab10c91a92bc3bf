"""Ordered collections: the whole with a link to its first page, and the pages.

A total is left out where its owner hides it; a collection without pages says only that it exists.
"""

from collections.abc import Sequence
from typing import Any

from actors import ids

FIRST = "first"


def page_url(uri: str, cursor: int | None = None) -> str:
    """Return the address of a page: the first one, or the one that follows the id `cursor`."""
    return f"{uri}?page={FIRST if cursor is None else ids.text(cursor)}"


def whole(uri: str, total: int | None, *, paged: bool = True) -> dict[str, Any]:
    """Return the collection itself; `total` None hides how many there are."""
    shape: dict[str, Any] = {"type": "OrderedCollection", "id": uri}
    if total is not None:
        shape["totalItems"] = total
    if paged:
        shape["first"] = page_url(uri)
    return shape


def page(
    uri: str, items: Sequence[object], cursor: int | None, following: int | None
) -> dict[str, Any]:
    """Return one page; `following` is the cursor of the next, None on the last."""
    shape: dict[str, Any] = {
        "type": "OrderedCollectionPage",
        "id": page_url(uri, cursor),
        "partOf": uri,
        "orderedItems": list(items),
    }
    if following is not None:
        shape["next"] = page_url(uri, following)
    return shape


def listed(uri: str, items: Sequence[object]) -> dict[str, Any]:
    """Return a short collection whole, with its items in it (pins, featured tags, a host's own)."""
    return {
        "type": "OrderedCollection",
        "id": uri,
        "totalItems": len(items),
        "orderedItems": list(items),
    }
