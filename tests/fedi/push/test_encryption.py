"""Encrypted pushes are opened by a library that is not ours, and match the RFC's own example."""

import http_ece  # type: ignore[import-untyped]
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from fedi.push.encryption import LONGEST, Receiver, is_point, new_key, older, point, standard
from fedi.push.texts import from_base64, to_base64

SALT = bytes(range(16))
AUTH = bytes(range(100, 116))


def bytes_of(text: str) -> bytes:
    found = from_base64(text)
    assert found is not None
    return found


def private_of(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(bytes_of(text), "big"), ec.SECP256R1())


def test_the_example_of_rfc_8291_comes_out_byte_for_byte() -> None:
    theirs = private_of("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")
    ours = private_of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    receiver = Receiver(point(theirs.public_key()), bytes_of("BTBZMqHH6r4Tts7J_aSIgg"))
    salt = bytes_of("DGv6ra1nlYgDCS1FRnbzlw")
    sealed = standard(b"When I grow up, I want to be a watermelon", receiver, salt, ours)
    assert to_base64(sealed.body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInm"
        "YWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexS"
        "gSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("length", [0, 1, 140, LONGEST])
def test_the_app_reads_what_was_encrypted_for_it(length: int) -> None:
    theirs, plain = new_key(), bytes(length)
    receiver = Receiver(point(theirs.public_key()), AUTH)
    sealed = standard(plain, receiver, SALT, new_key())
    opened = http_ece.decrypt(sealed.body, private_key=theirs, auth_secret=AUTH)
    assert opened == plain
    assert len(sealed.body) <= 4096


@pytest.mark.parametrize("length", [0, 1, 140, LONGEST])
def test_an_app_of_the_older_form_reads_it_too(length: int) -> None:
    theirs, plain = new_key(), bytes(length)
    receiver = Receiver(point(theirs.public_key()), AUTH)
    sealed = older(plain, receiver, SALT, new_key())
    opened = http_ece.decrypt(
        sealed.body,
        salt=sealed.salt,
        dh=sealed.dh,
        private_key=theirs,
        auth_secret=AUTH,
        version="aesgcm",
    )
    assert opened == plain


def test_nobody_else_reads_it() -> None:
    receiver = Receiver(point(new_key().public_key()), AUTH)
    sealed = standard(b"Hei", receiver, SALT, new_key())
    with pytest.raises(http_ece.ECEException):
        http_ece.decrypt(sealed.body, private_key=new_key(), auth_secret=AUTH)


def test_what_does_not_fit_one_record_is_refused() -> None:
    receiver = Receiver(point(new_key().public_key()), AUTH)
    with pytest.raises(ValueError, match="3900 bytes"):
        standard(bytes(LONGEST + 1), receiver, SALT, new_key())


def test_a_point_is_65_bytes_on_the_curve() -> None:
    good = point(new_key().public_key())
    assert is_point(good)
    assert not is_point(good[:-1])
    assert not is_point(b"\2" + good[1:])
    assert not is_point(good[:-1] + bytes([good[-1] ^ 1]))
    assert not is_point(b"\4" + bytes(64))
    assert not is_point(b"")
