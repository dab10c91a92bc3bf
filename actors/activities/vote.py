"""Vote: what it means, whoever does it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """`actor` votes `choice` (a title) in the poll `question`; `note` is the vote's uri."""

    uri: str
    actor: str
    question: str
    choice: str
    note: str
    person: int | None = None
