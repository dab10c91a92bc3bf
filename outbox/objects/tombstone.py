"""What stays where something was deleted. It says nothing of what was there, nor for whom."""

from typing import Any

from outbox.objects.moment import stamp


def tombstone(uri: str, deleted: int | None = None) -> dict[str, Any]:
    """Return the Tombstone of `uri`, with the moment (ms) where it is known."""
    shape: dict[str, Any] = {"type": "Tombstone", "id": uri}
    if deleted is not None:
        shape["deleted"] = stamp(deleted)
    return shape
