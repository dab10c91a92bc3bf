"""The signed statement by which a push service knows us, checked with its public key alone."""

import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from fedi.push import vapid
from fedi.push.encryption import Sealed
from fedi.push.texts import from_base64
from fedi.push.vapid import LIFE_MS, Vapid, subject_of

NOW = 1_764_000_000_000
AUDIENCE = "https://push.example.net"
SEALED = Sealed(b"body", b"s" * 16, b"d" * 65)


def ours() -> Vapid:
    return Vapid(vapid.loaded(vapid.made()), "mailto:post@nordvik.test")


def claims(token: str, public: str) -> dict[str, object]:
    """Check the signature of a JSON web token and return what it says."""
    point = from_base64(public)
    assert point is not None
    text, _, signature = token.rpartition(".")
    raw = from_base64(signature)
    assert raw is not None
    assert len(raw) == 64
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    key.verify(encode_dss_signature(r, s), text.encode(), ec.ECDSA(hashes.SHA256()))
    head, body = (json.loads(from_base64(part) or b"") for part in text.split("."))
    assert head == {"typ": "JWT", "alg": "ES256"}
    found: dict[str, object] = body
    return found


def test_the_standard_form_carries_token_and_key_in_one_header() -> None:
    mine = ours()
    headers = dict(mine.headers(SEALED, AUDIENCE, NOW, standard=True))
    scheme, _, rest = headers["Authorization"].partition(" ")
    token, key = (part.partition("=")[2] for part in rest.split(","))
    assert scheme == "vapid"
    assert key == mine.public
    assert headers["Content-Encoding"] == "aes128gcm"
    assert "Crypto-Key" not in headers
    assert claims(token, key) == {
        "aud": AUDIENCE,
        "exp": (NOW + LIFE_MS) // 1000,
        "sub": "mailto:post@nordvik.test",
    }


def test_the_older_form_spreads_them_over_its_headers() -> None:
    mine = ours()
    headers = dict(mine.headers(SEALED, AUDIENCE, NOW, standard=False))
    scheme, _, token = headers["Authorization"].partition(" ")
    keys = dict(part.split("=") for part in headers["Crypto-Key"].split(";"))
    assert scheme == "WebPush"
    assert claims(token, keys["p256ecdsa"])["aud"] == AUDIENCE
    assert headers["Content-Encoding"] == "aesgcm"
    assert from_base64(keys["dh"]) == SEALED.dh
    assert from_base64(headers["Encryption"].removeprefix("salt=")) == SEALED.salt


def test_a_statement_serves_one_service_for_half_its_life() -> None:
    mine = ours()

    def stated(audience: str, now: int) -> str:
        return dict(mine.headers(SEALED, audience, now, standard=True))["Authorization"]

    first = stated(AUDIENCE, NOW)
    assert stated(AUDIENCE, NOW + LIFE_MS // 2 - 1) == first
    assert stated("https://other.example.net", NOW) != first
    assert stated(AUDIENCE, NOW + LIFE_MS // 2) != first
    assert stated(AUDIENCE, NOW - 1) != first


def test_a_service_may_write_to_the_organisation_or_look_at_its_site() -> None:
    assert subject_of("post@nordvik.test", "https://nordvik.test") == "mailto:post@nordvik.test"
    assert subject_of("", "https://nordvik.test") == "https://nordvik.test"
    assert subject_of("ring oss", "https://nordvik.test") == "https://nordvik.test"
