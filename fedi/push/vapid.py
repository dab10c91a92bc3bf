"""By which key push services know us: VAPID (RFC 8292), and the same in its first draft.

One P-256 key pair for the whole house, made on first need and kept with the actors' keys in the
database, so that it is in every backup and the same on every machine: subscriptions are bound to
it in browsers. A signed statement names one push service, and serves it for half a day.
"""

import json
from collections import OrderedDict
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from fedi.push.encryption import Sealed, new_key, point
from fedi.push.texts import to_base64

LIFE_MS: Final = 12 * 3_600_000
"""RFC 8292 section 2 allows a day at most."""
_RENEWED_MS: Final = LIFE_MS // 2
_KEPT: Final = 1_000

Headers = list[tuple[str, str]]
PrivateKey = ec.EllipticCurvePrivateKey


class Vapid:
    """Our key, and what it has signed lately. `subject` is whom to write to: mailto: or https:."""

    def __init__(self, private: PrivateKey, subject: str) -> None:
        self._private = private
        self._subject = subject
        self._signed: OrderedDict[str, tuple[int, str]] = OrderedDict()
        self.public = to_base64(point(private.public_key()))

    def headers(self, sealed: Sealed, audience: str, now: int, *, standard: bool) -> Headers:
        """Return the headers of a push to the service `audience` (an origin) at `now` (ms)."""
        token = self._token(audience, now)
        if standard:
            return [
                ("Content-Encoding", "aes128gcm"),
                ("Authorization", f"vapid t={token},k={self.public}"),
            ]
        return [
            ("Content-Encoding", "aesgcm"),
            ("Encryption", f"salt={to_base64(sealed.salt)}"),
            ("Crypto-Key", f"dh={to_base64(sealed.dh)};p256ecdsa={self.public}"),
            ("Authorization", f"WebPush {token}"),
        ]

    def _token(self, audience: str, now: int) -> str:
        kept = self._signed.get(audience)
        if kept is not None and 0 <= now - kept[0] < _RENEWED_MS:
            return kept[1]
        claims = {"aud": audience, "exp": (now + LIFE_MS) // 1000, "sub": self._subject}
        token = signed(self._private, claims)
        self._signed[audience] = now, token
        self._signed.move_to_end(audience)
        while len(self._signed) > _KEPT:
            self._signed.popitem(last=False)
        return token


def signed(private: PrivateKey, claims: dict[str, object]) -> str:
    """Return claims as a JSON web token signed with ES256 (RFC 7515, RFC 7518 section 3.4)."""
    parts = ({"typ": "JWT", "alg": "ES256"}, claims)
    text = ".".join(to_base64(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    r, s = decode_dss_signature(private.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{to_base64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def subject_of(contact: str, origin: str) -> str:
    """Return whom a push service may write to: the organisation's address, else our origin."""
    return f"mailto:{contact}" if "@" in contact and contact.isascii() else origin


def made() -> bytes:
    """Make a private key, as it is kept (PKCS #8, DER)."""
    return new_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def loaded(kept: bytes) -> PrivateKey:
    """Read a kept private key. Raises ValueError for one of another kind."""
    private = load_der_private_key(kept, None)
    if not isinstance(private, PrivateKey):
        raise ValueError("the VAPID key is of another kind")
    return private
