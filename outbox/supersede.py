"""What a newer activity does to an older one that still waits for the same inbox.

Nothing is lost by it: only what the newer one makes pointless goes, and only where the older one
has certainly not been seen (architecture.md, "A post leaves"; scale.md §1.4).
Next: fedi/store applies the answer to the rows when the newer activity is queued.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """One activity waiting for one inbox. `about` is the object it is about, `undoes` the activity
    that an Undo takes back; `tried` is true from the moment a first try may have begun."""

    uri: str
    kind: str
    about: str
    tried: bool = False
    undoes: str = ""


class Change(StrEnum):
    """What to do with the two rows."""

    KEEP_BOTH = "keep-both"
    DROP_OLDER = "drop-older"
    DROP_BOTH = "drop-both"
    BECOME_CREATE = "become-create"  # one row: a Create with the newer content


def supersedes(older: Queued, newer: Queued) -> Change:
    """How `newer` changes `older`; both wait for the same inbox, from the same actor.

    After a try of unknown outcome the Delete or Undo is always sent.
    """
    if newer.kind == "Undo":
        return _undone(older, newer)
    if older.about != newer.about:
        return Change.KEEP_BOTH
    match newer.kind, older.kind:
        case "Delete", "Create":
            return Change.DROP_OLDER if older.tried else Change.DROP_BOTH
        case "Delete", "Update":
            return Change.DROP_OLDER
        case "Update", "Create":
            return Change.KEEP_BOTH if older.tried else Change.BECOME_CREATE
        case "Update", "Update":
            return Change.DROP_OLDER
        case _:
            return Change.KEEP_BOTH


def _undone(older: Queued, newer: Queued) -> Change:
    if not newer.undoes or newer.undoes != older.uri:
        return Change.KEEP_BOTH
    return Change.DROP_OLDER if older.tried else Change.DROP_BOTH
