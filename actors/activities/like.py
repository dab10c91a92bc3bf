"""Like: what it means, whoever does it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """`actor` likes `object`; with `content` an emoji reaction."""

    uri: str
    actor: str
    object: str
    content: str = ""
    person: int | None = None
