"""Keys: making, storing, publishing, reading, and the one place that signs and verifies.

RSA-2048 for everybody, Ed25519 for those who read Multikeys (FEP-521a). What other
servers publish is bounded before a single signature is checked with it.
"""

import re
from typing import Literal, NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from actors.errors import Invalid

PrivateKey = RSAPrivateKey | Ed25519PrivateKey
PublicKey = RSAPublicKey | Ed25519PublicKey
Kind = Literal["rsa", "ed25519"]

MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192
MAX_RSA_EXPONENT_BITS = 33
"""65537 has 17. A huge exponent makes each verification cost a thousand times as much."""
MAX_PEM = 8192
MAX_MULTIBASE = 1600

_PADDING = padding.PKCS1v15()
_SHA256 = hashes.SHA256()
_ED25519_PREFIX = b"\xed\x01"  # multicodec 0xed as a varint
_RSA_PREFIX = b"\x85\x24"  # multicodec 0x1205 as a varint
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_BASE58 = re.compile(f"[{_ALPHABET}]+")


class PublicKeyMaterial(NamedTuple):
    """A public key that can verify, and which kind it is."""

    key: PublicKey
    kind: Kind


def generate_rsa() -> RSAPrivateKey:
    """A new RSA-2048 key; takes some 75 ms, so not on the event loop."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def generate_ed25519() -> Ed25519PrivateKey:
    """A new Ed25519 key."""
    return Ed25519PrivateKey.generate()


def private_bytes(key: PrivateKey) -> bytes:
    """A private key as unencrypted PKCS #8 DER, for our own store."""
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def load_private(der: bytes) -> PrivateKey:
    """Read one of our own private keys (PKCS #8 DER); Invalid for anything else.

    RSA validation is skipped: it proves the factors prime at 30 ms a key, a hundred times
    the cost of a signature, and the keys in our store are those that generate_rsa made.
    Never hand it a key from outside.
    """
    try:
        key = serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Invalid("The private key cannot be read.") from error
    if not isinstance(key, PrivateKey):
        raise Invalid("The private key is of a kind that we do not use.")
    return key


def public_pem(key: PrivateKey | PublicKey) -> str:
    """A public key as PEM (SubjectPublicKeyInfo), the form of `publicKeyPem`."""
    public = key.public_key() if isinstance(key, PrivateKey) else key
    return public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode("ascii")


def load_public(pem: str) -> PublicKey:
    """Read a stranger's `publicKeyPem` (SPKI or PKCS #1); Invalid if malformed or out of bounds."""
    if not isinstance(pem, str) or len(pem) > MAX_PEM:
        raise Invalid("The public key cannot be read.", detail="key: not a PEM of sane length")
    try:
        key = serialization.load_pem_public_key(pem.strip().encode("ascii"))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Invalid("The public key cannot be read.", detail="key: bad PEM") from error
    return _bounded(key)


def to_multibase(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """An Ed25519 public key as `publicKeyMultibase`: z6Mk… (FEP-521a)."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return encode_base58(_ED25519_PREFIX + public.public_bytes_raw())


def from_multibase(text: str) -> PublicKey:
    """Read a stranger's `publicKeyMultibase`, Ed25519 or RSA; Invalid if malformed."""
    raw = decode_base58(text, MAX_MULTIBASE)
    prefix, rest = raw[:2], raw[2:]
    try:
        if prefix == _ED25519_PREFIX:
            return Ed25519PublicKey.from_public_bytes(rest)
        if prefix == _RSA_PREFIX:
            return _bounded(serialization.load_der_public_key(rest))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Invalid("The public key cannot be read.", detail="key: bad Multikey") from error
    raise Invalid("The public key is of a kind that we do not use.", detail="key: bad multicodec")


def kind_of(key: PublicKey) -> Kind:
    """Which kind of key this is."""
    return "rsa" if isinstance(key, RSAPublicKey) else "ed25519"


def sign(key: PrivateKey, data: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 with SHA-256, or Ed25519, by the kind of key."""
    if isinstance(key, RSAPrivateKey):
        return key.sign(data, _PADDING, _SHA256)
    return key.sign(data)


def verifies(key: PublicKey, signature: bytes, data: bytes) -> bool:
    """Whether `signature` over `data` was made with the private half of `key`."""
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signature, data, _PADDING, _SHA256)
        else:
            key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def encode_base58(raw: bytes) -> str:
    """Multibase base58btc, with its leading z."""
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    number = int.from_bytes(raw, "big")
    digits: list[str] = []
    while number:
        number, digit = divmod(number, 58)
        digits.append(_ALPHABET[digit])
    return "z" + "1" * zeros + "".join(reversed(digits))


def decode_base58(text: object, longest: int) -> bytes:
    """Multibase base58btc of at most `longest` characters; Invalid for anything else.

    The cap matters: the conversion is quadratic.
    """
    if not isinstance(text, str) or len(text) > longest or text[:1] != "z":
        raise Invalid("The value is not base58.", detail="base58: prefix or length")
    digits = text[1:]
    if not _BASE58.fullmatch(digits):
        raise Invalid("The value is not base58.", detail="base58: alphabet")
    number = 0
    for character in digits:
        number = number * 58 + _VALUES[character]
    zeros = len(digits) - len(digits.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _bounded(key: object) -> PublicKey:
    if isinstance(key, Ed25519PublicKey):
        return key
    if not isinstance(key, RSAPublicKey):
        raise Invalid("The public key is of a kind that we do not use.", detail="key: kind")
    if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        raise Invalid("The RSA key is too short or too long.", detail=f"key: {key.key_size} bits")
    if key.public_numbers().e.bit_length() > MAX_RSA_EXPONENT_BITS:
        raise Invalid("The RSA key has an unusual exponent.", detail="key: exponent")
    return key
