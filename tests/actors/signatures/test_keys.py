"""Keys: what we make round-trips, what strangers publish is bounded."""

import base64
import contextlib

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import Invalid
from actors.signatures import keys
from tests.actors.signatures.keyring import ed25519_of, rsa_of

CAVAGE_1024_BITS = """-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----"""
W3C_MULTIKEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"


def pkcs1_pem(key: RSAPublicKey) -> str:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1).decode()


def test_our_private_keys_come_back_from_the_store() -> None:
    for key in (rsa_of("alice"), ed25519_of("alice")):
        again = keys.load_private(keys.private_bytes(key))
        assert keys.public_pem(again) == keys.public_pem(key)
        assert keys.verifies(key.public_key(), keys.sign(again, b"text"), b"text")


def test_a_new_rsa_key_has_2048_bits_and_the_usual_exponent() -> None:
    key = rsa_of("alice")
    assert (key.key_size, key.public_key().public_numbers().e) == (2048, 65537)


def test_a_public_key_is_published_as_spki_and_read_in_both_forms() -> None:
    public = rsa_of("alice").public_key()
    pem = keys.public_pem(public)
    assert pem.startswith("-----BEGIN PUBLIC KEY-----\n")
    for text in (pem, pkcs1_pem(public), pem.replace("\n", "\r\n"), f"\n{pem}\n\n"):
        assert keys.load_public(text) == public
    ed25519 = ed25519_of("alice").public_key()
    assert keys.load_public(keys.public_pem(ed25519)) == ed25519


def test_a_short_rsa_key_is_refused() -> None:
    with pytest.raises(Invalid):
        keys.load_public(CAVAGE_1024_BITS)


def test_an_rsa_key_with_a_huge_exponent_is_refused_since_verifying_would_be_dear() -> None:
    modulus = rsa_of("alice").public_key().public_numbers().n
    with pytest.raises(Invalid):
        keys.load_public(keys.public_pem(rsa.RSAPublicNumbers(2**1024 + 1, modulus).public_key()))


def test_an_rsa_key_of_more_than_8192_bits_is_refused() -> None:
    huge = rsa.RSAPublicNumbers(65537, (1 << 8999) | 1).public_key()
    with pytest.raises(Invalid):
        keys.load_public(keys.public_pem(huge))
    largest = rsa.RSAPublicNumbers(65537, (1 << 8191) | 1).public_key()
    assert keys.load_public(keys.public_pem(largest)) == largest


def test_a_key_on_another_curve_is_refused() -> None:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    with pytest.raises(Invalid):
        keys.load_public(pem.decode())


@pytest.mark.parametrize("value", ["", "PEM", None, 5, [], {"a": 1}, "å" * 50, "-" * 100_000])
def test_what_is_no_pem_is_invalid(value: object) -> None:
    with pytest.raises(Invalid):
        keys.load_public(value)  # type: ignore[arg-type]


def test_a_private_key_of_another_kind_or_no_key_is_invalid() -> None:
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for der in (b"", b"\x30\x00", other):
        with pytest.raises(Invalid):
            keys.load_private(der)


def test_the_multikey_of_the_w3c_vectors_reads_and_writes() -> None:
    public = keys.from_multibase(W3C_MULTIKEY)
    assert keys.kind_of(public) == "ed25519"
    assert keys.to_multibase(public) == W3C_MULTIKEY  # type: ignore[arg-type]
    assert keys.to_multibase(ed25519_of("alice")).startswith("z6Mk")


def test_an_rsa_multikey_is_read() -> None:
    public = rsa_of("alice").public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    assert keys.from_multibase(keys.encode_base58(b"\x85\x24" + der)) == public


@pytest.mark.parametrize(
    "value",
    [
        "",
        "z",
        W3C_MULTIKEY[1:],
        "u" + W3C_MULTIKEY[1:],
        W3C_MULTIKEY.replace("M", "0"),
        W3C_MULTIKEY.replace("M", "l"),
        W3C_MULTIKEY + "\n",
        W3C_MULTIKEY[:-1],
        W3C_MULTIKEY + "2",
        keys.encode_base58(b"\xe7\x01" + bytes(33)),
        keys.encode_base58(b"\x85\x24" + b"not DER"),
        "z" + "2" * 100_000,
        None,
        7,
    ],
)
def test_a_malformed_multikey_is_invalid(value: object) -> None:
    with pytest.raises(Invalid):
        keys.from_multibase(value)  # type: ignore[arg-type]


@given(st.binary(max_size=200))
def test_base58_round_trips_with_its_leading_zeros(raw: bytes) -> None:
    encoded = keys.encode_base58(raw)
    if raw:
        assert keys.decode_base58(encoded, 400) == raw


@given(st.text(max_size=120), st.binary(max_size=120))
def test_no_reader_of_keys_raises_anything_but_invalid(text: str, raw: bytes) -> None:
    armoured = base64.b64encode(raw).decode()
    for read, value in (
        (keys.load_public, text),
        (keys.load_public, f"-----BEGIN PUBLIC KEY-----\n{armoured}\n-----END PUBLIC KEY-----\n"),
        (keys.load_public, f"-----BEGIN {text}-----\n{armoured}\n-----END {text}-----\n"),
        (keys.from_multibase, text),
        (keys.from_multibase, keys.encode_base58(b"\xed\x01" + raw)),
        (keys.from_multibase, keys.encode_base58(b"\x85\x24" + raw)),
    ):
        with contextlib.suppress(Invalid):
            assert isinstance(read(value), RSAPublicKey | Ed25519PublicKey)
    with contextlib.suppress(Invalid):
        assert isinstance(keys.load_private(raw), RSAPrivateKey | Ed25519PrivateKey)


@given(st.binary(max_size=300))
def test_a_signature_of_any_bytes_is_false_and_not_an_error(raw: bytes) -> None:
    for key in (rsa_of("alice").public_key(), ed25519_of("alice").public_key()):
        assert not keys.verifies(key, raw, b"text")
