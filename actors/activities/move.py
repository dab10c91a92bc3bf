"""Move: what it means, whoever does it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """`actor` says that `object`, the actor itself, is now `target`."""

    uri: str
    actor: str
    object: str
    target: str
