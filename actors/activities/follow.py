"""Follow: what it means, whoever does it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """`actor` asks to follow `object`."""

    uri: str
    actor: str
    object: str
