"""Accept: what it means, whoever does it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """`actor` says yes to a Follow: `object` is its uri (may be ""), `follower` who asked."""

    uri: str
    actor: str
    object: str
    follower: str = ""
