"""Announce: what it means, whoever does it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """`actor` shares `object` with its followers (a boost)."""

    uri: str
    actor: str
    object: str
    published: int
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    reader: int = 0
    person: int | None = None
