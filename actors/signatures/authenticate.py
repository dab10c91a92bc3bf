"""Whose signature is this? One answer for both dialects, for inboxes and for signed fetches.

claim(message)    which key is named, without any cryptography
examine(…)        all that can be refused before a key is at hand: coverage, host, clock, digest
verify(…)         the signature itself
check(…)          examine and verify
owner_holds(…)    the key of that exact id in its owner's own document
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from actors.errors import Invalid
from actors.signatures import cavage, keys, rfc9421
from actors.signatures.keys import PublicKeyMaterial
from actors.signatures.message import (
    MAX_KEY_ID,
    Claim,
    Message,
    plain_authority,
    read_http_date,
    read_timestamp,
    refusal,
    require_content_digest,
    require_digest,
    split_target,
    write_http_date,
)

__all__ = [
    "Claim",
    "Message",
    "PublicKeyMaterial",
    "Window",
    "check",
    "claim",
    "examine",
    "key_stub_owner",
    "owner_holds",
    "verify",
]

HOUR = 3_600_000
OLDEST, AHEAD = 12 * HOUR, HOUR


@dataclass(frozen=True, slots=True)
class Window:
    """How far (ms) before and after our clock a request may be signed; replays within fall to
    the table of ids."""

    oldest: int = OLDEST
    ahead: int = AHEAD


USUAL = Window()


def claim(message: Message) -> Claim | None:
    """Which dialect and key the request names, or None if it is unsigned.

    Unauthorized if there is a signature that cannot be read.
    """
    if message.header_values("signature-input"):
        return rfc9421.parse(message)
    if message.header_values("signature"):
        return cavage.parse(message)
    return None


def check(
    message: Message,
    claim: Claim,
    public_key: keys.PublicKey,
    *,
    now_ms: int,
    our_authorities: frozenset[str],
) -> None:
    """Raise Unauthorized unless the request was signed by `public_key`, for us, in our time.

    `our_authorities`: in lower case, without a default port.
    """
    examine(message, claim, now_ms=now_ms, our_authorities=our_authorities)
    verify(message, claim, public_key)


def examine(
    message: Message,
    claim: Claim,
    *,
    now_ms: int,
    our_authorities: frozenset[str],
    window: Window = USUAL,
) -> None:
    """Raise Unauthorized for whatever is wrong whichever key it is; do this before any fetch."""
    dialect = cavage if claim.dialect == "cavage" else rfc9421
    missing = dialect.shortfall(message, claim)
    if missing is not None:
        raise refusal(f"signature does not cover {missing}")
    _require_host(message, claim, our_authorities)
    _require_time(message, claim, now_ms, window)
    if message.has_content:
        if claim.dialect == "cavage":
            require_digest(message.only("digest"), message.body)
        else:
            require_content_digest(message.header("content-digest") or "", message.body)


def verify(message: Message, claim: Claim, public_key: keys.PublicKey) -> None:
    """Raise Unauthorized unless `public_key` made the signature. Nothing else is looked at."""
    dialect = cavage if claim.dialect == "cavage" else rfc9421
    if not dialect.holds(message, claim, public_key):
        raise refusal("signature: does not verify")


def owner_holds(
    key_id: str, document: Mapping[str, object], *, now_ms: int | None = None
) -> PublicKeyMaterial | None:
    """The public key of exactly that id in an actor's own document, or None.

    `document` must have been fetched from its own id. The key must name the document as its
    owner and be neither expired nor revoked; without `now_ms` a key with a date is refused.
    """
    owner = document.get("id")
    if not isinstance(owner, str):
        return None
    for key in _keys(document):
        if key.get("id") == key_id and _owner(key) == owner and _in_force(key, now_ms):
            return _material(key)
    return None


def key_stub_owner(document: Mapping[str, object], key_id: str) -> str | None:
    """Whose key a fetched key document says it is: the actor to fetch next, or None.

    Servers answer a key id with the actor, a stub of it (GoToSocial) or a bare key. None
    of these is proof: only owner_holds over the owner's own document is.
    """
    if document.get("id") == key_id:
        owner = _owner(document)
        if owner is not None:
            return owner
    for key in _keys(document):
        if key.get("id") == key_id:
            return _owner(key)
    return None


def _require_host(message: Message, claim: Claim, ours: frozenset[str]) -> None:
    target = split_target(message.url)
    if target.plain_authority not in ours:
        raise refusal("url: an authority that is not ours")
    if claim.dialect == "rfc9421" and not message.header_values("host"):
        return  # HTTP/2 has no Host; @target-uri covers the authority
    if plain_authority(target.scheme, message.only("host")) not in ours:
        raise refusal("host: not ours")


def _require_time(message: Message, claim: Claim, now_ms: int, window: Window) -> None:
    times: list[int | None] = []
    if claim.dialect == "cavage" and "date" in claim.covered:
        times.append(read_http_date(message.only("date")))
    if claim.created is not None:
        times.append(claim.created * 1000)
    if not times:
        raise refusal("signature: no time")
    first, last = now_ms - window.oldest, now_ms + window.ahead
    fresh = all(time is not None and first <= time <= last for time in times)
    if claim.expires is not None and claim.expires * 1000 + window.ahead < now_ms:
        fresh = False
    if not fresh:
        raise refusal(
            "signature: its time is outside the window",
            "The signature is too old or from the future;"
            f" our clock says {write_http_date(now_ms)}.",
        )


def _keys(document: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for name in ("publicKey", "assertionMethod"):
        entries = document.get(name)
        for entry in entries if isinstance(entries, list) else [entries]:
            if isinstance(entry, dict):
                yield entry


def _owner(key: Mapping[str, object]) -> str | None:
    """The owner a key names; None if it names none, or two that differ."""
    named = {_id(key[name]) for name in ("owner", "controller") if key.get(name) is not None}
    return named.pop() if len(named) == 1 else None


def _id(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) and 0 < len(value) <= MAX_KEY_ID else None


def _in_force(key: Mapping[str, object], now_ms: int | None) -> bool:
    for name in ("expires", "revoked"):
        if key.get(name) is None:
            continue
        end = read_timestamp(key[name])
        if end is None or now_ms is None or end <= now_ms:
            return False
    return True


def _material(key: Mapping[str, object]) -> PublicKeyMaterial | None:
    pem, multibase = key.get("publicKeyPem"), key.get("publicKeyMultibase")
    try:
        if isinstance(pem, str):
            public = keys.load_public(pem)
        elif isinstance(multibase, str):
            public = keys.from_multibase(multibase)
        else:
            return None
    except Invalid:
        return None
    return PublicKeyMaterial(public, keys.kind_of(public))
