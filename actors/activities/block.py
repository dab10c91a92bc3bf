"""Block: what it means, whoever does it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`actor` blocks `object`."""

    uri: str
    actor: str
    object: str
    person: int | None = None
