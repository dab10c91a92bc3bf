"""Which key signs, while an actor's keys change.

The Update that tells of a new key goes to each host first and signed with the old one. A host
that accepted it gets the new key at once; the others, when the key becomes active for all.
"""

from collections.abc import Iterable

from actors.people import Key, KeyKind


def signing_key(keys: Iterable[Key], now: int, told: int | None) -> Key | None:
    """Return the RSA key of ours to sign with; `told` is the creation time (ms) of the newest
    Update of the actor that the host has accepted, None if there is none."""
    usable = [
        key
        for key in keys
        if key.kind is KeyKind.RSA
        and key.private is not None
        and (key.retired is None or key.retired > now)
    ]
    known = [
        key
        for key in usable
        if key.active_from <= now or (told is not None and key.created <= told)
    ]
    if not known:
        # None is active yet: better the first of them than no signature.
        return min(usable, key=lambda key: (key.active_from, key.uri), default=None)
    return max(known, key=lambda key: (key.created, key.active_from, key.uri))


def is_changing(keys: Iterable[Key], now: int) -> bool:
    """Return whether a key waits for its Update, so that it matters what a host was told."""
    return any(
        key.kind is KeyKind.RSA and key.private is not None and key.active_from > now
        for key in keys
    )
