"""Reject: what it means, whoever does it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """`actor` says no to a Follow, or ends it: `object` is its uri, `follower` who asked."""

    uri: str
    actor: str
    object: str
    follower: str = ""
