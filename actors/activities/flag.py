"""Flag: what it means, whoever does it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """`actor` reports `objects`: an actor and any posts of theirs."""

    uri: str
    actor: str
    objects: tuple[str, ...]
    content: str = ""
