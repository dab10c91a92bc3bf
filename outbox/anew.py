"""A Create that no one has had, given the newer content of the Update that came after it.

For those where the Create was never tried; the rest get the Update itself. The Create keeps its
own id, so that whoever is sent it twice takes it once. supersede.py says when.
"""

from typing import Any, Final

import msgspec

_TAKEN_OVER: Final = ("@context", "to", "cc", "object")


def created_anew(create: bytes, update: bytes) -> dict[str, Any] | None:
    """Return the Create with the object and addressees of the Update, without a proof; None if
    the two are not about the same object."""
    older, newer = msgspec.json.decode(create), msgspec.json.decode(update)
    if _object_id(older) != _object_id(newer) or not _object_id(newer):
        return None
    anew = {term: value for term, value in older.items() if term != "proof"}
    return anew | {term: newer[term] for term in _TAKEN_OVER if term in newer}


def undone(undo: bytes) -> str:
    """Return the id of the activity that an Undo takes back, or ""."""
    return _object_id(msgspec.json.decode(undo))


def _object_id(activity: dict[str, Any]) -> str:
    found = activity.get("object")
    if isinstance(found, dict):
        found = found.get("id")
    return found if isinstance(found, str) else ""
