"""Remove: what it means, whoever does it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """`actor` takes `object` out of `target`, the featured collection of the actor."""

    uri: str
    actor: str
    object: str
    target: str
