"""Followers synchronisation (FEP-8fcf): both ends compare a digest of who follows across them.

The digest is the XOR of the SHA-256 of every follower's id on the receiving server, so one can be
put in or taken out without the rest. Sent with what goes to followers, and signed with it.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from actors.urls import same_host

HEADER: Final = "Collection-Synchronization"
NO_FOLLOWERS: Final = "0" * 64
_PARAMETER: Final = re.compile(r'\s*([A-Za-z]{1,32})="([^"\\\s]{0,2048})"\s*(,|\Z)')
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Synchronization:
    """What the header says: the sender's followers collection, where the part of it that is ours
    can be read, and the digest of that part (64 hex digits)."""

    collection: str
    url: str
    digest: str


def digest(followers: Iterable[str]) -> str:
    """Return the digest of these followers' ids, each counted once."""
    total = 0
    for uri in set(followers):
        total ^= _number(uri)
    return f"{total:064x}"


def write_header(synchronization: Synchronization) -> str:
    """Return the value of the Collection-Synchronization header."""
    return (
        f'collectionId="{synchronization.collection}", url="{synchronization.url}", '
        f'digest="{synchronization.digest}"'
    )


def read_header(value: str) -> Synchronization | None:
    """Return what the header says, or None if it is malformed, repeats a parameter, or points to
    another host than the collection's."""
    parameters: dict[str, str] = {}
    at, more = 0, True
    while more:
        match = _PARAMETER.match(value, at)
        if match is None or match[1] in parameters or len(parameters) == 8:
            return None
        parameters[match[1]] = match[2]
        at, more = match.end(), match[3] == ","
    return _checked(parameters)


def _checked(parameters: dict[str, str]) -> Synchronization | None:
    collection = parameters.get("collectionId", "")
    url, said = parameters.get("url", ""), parameters.get("digest", "").lower()
    if not same_host(collection, url) or not _DIGEST.fullmatch(said):
        return None
    return Synchronization(collection, url, said)


def _number(uri: str) -> int:
    return int.from_bytes(hashlib.sha256(uri.encode()).digest(), "big")
