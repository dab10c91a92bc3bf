"""Update: what it means, whoever does it."""

from dataclasses import dataclass

from actors.people import Profile
from actors.posts import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """`actor` changes `note` or the actor itself (`profile`), exactly one of the two."""

    uri: str
    actor: str
    note: Note | None = None
    profile: Profile | None = None
    person: int | None = None
    source: str = ""
