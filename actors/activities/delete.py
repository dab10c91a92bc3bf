"""Delete: what it means, whoever does it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """`actor` removes `object`: a post of the actor, or the actor itself."""

    uri: str
    actor: str
    object: str
    person: int | None = None
