"""Encrypts what is pushed for the one app that may read it: no push service or relay can.

Two forms: `aes128gcm` (RFC 8291, RFC 8188), and `aesgcm`, the draft before it, which older apps
still ask for by not saying `standard`. The tests decrypt with a library that is not ours.
"""

import struct
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD: Final = 4096
"""Bytes of the one record a push is (RFC 8291 section 4); services need not take more."""
LONGEST: Final = 3_900
"""Bytes of plain text that fit into it, header and padding counted, in either form."""

_CURVE: Final = ec.SECP256R1()


@dataclass(frozen=True, slots=True)
class Receiver:
    """The keys of whom a push is for: P-256 point (65 bytes, uncompressed) and shared secret."""

    p256dh: bytes
    auth: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted push. `salt` and `dh` travel in headers in the older form, in the body else."""

    body: bytes
    salt: bytes
    dh: bytes


def is_point(encoded: bytes) -> bool:
    """Return whether these bytes are an uncompressed point of the curve."""
    if len(encoded) != 65 or encoded[0] != 4:
        return False
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, encoded)
    except ValueError:
        return False
    return True


def point(public: ec.EllipticCurvePublicKey) -> bytes:
    """Return a public key as an uncompressed point."""
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def standard(
    plain: bytes, receiver: Receiver, salt: bytes, ours: ec.EllipticCurvePrivateKey
) -> Sealed:
    """Encrypt as RFC 8291 says. `salt` (16 bytes) and `ours` are fresh for each message."""
    dh = point(ours.public_key())
    info = b"WebPush: info\0" + receiver.p256dh + dh
    secret = _derived(_shared(receiver, ours), receiver.auth, info, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    # The last record ends with 2 (RFC 8188 section 2); padding after it is not asked for.
    encrypted = AESGCM(key).encrypt(nonce, _fitting(plain) + b"\2", None)
    header = salt + struct.pack("!LB", RECORD, len(dh)) + dh
    return Sealed(header + encrypted, salt, dh)


def older(
    plain: bytes, receiver: Receiver, salt: bytes, ours: ec.EllipticCurvePrivateKey
) -> Sealed:
    """Encrypt as the draft before the RFC had it (draft-ietf-webpush-encryption-04)."""
    dh = point(ours.public_key())
    context = b"P-256\0" + b"".join(
        struct.pack("!H", len(one)) + one for one in (receiver.p256dh, dh)
    )
    shared = _shared(receiver, ours)
    secret = _derived(shared, receiver.auth, b"Content-Encoding: auth\0", 32)
    key = _derived(secret, salt, b"Content-Encoding: aesgcm\0" + context, 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0" + context, 12)
    # Two bytes say how much padding follows them: none.
    return Sealed(AESGCM(key).encrypt(nonce, b"\0\0" + _fitting(plain), None), salt, dh)


def new_key() -> ec.EllipticCurvePrivateKey:
    """Make the key pair of one message."""
    return ec.generate_private_key(_CURVE)


def _fitting(plain: bytes) -> bytes:
    if len(plain) > LONGEST:
        raise ValueError(f"a push has at most {LONGEST} bytes, not {len(plain)}")
    return plain


def _shared(receiver: Receiver, ours: ec.EllipticCurvePrivateKey) -> bytes:
    public = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, receiver.p256dh)
    return ours.exchange(ec.ECDH(), public)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)
