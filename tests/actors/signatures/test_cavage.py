"""The older dialect: the draft's own vectors, what we send, what we read."""

import base64
import contextlib
import dataclasses

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import Invalid, Unauthorized
from actors.signatures import cavage, keys
from actors.signatures.message import Message
from tests.actors.signatures.keyring import (
    ALICE_KEY,
    BODY,
    INBOX,
    NOW,
    cavage_post,
    request,
    rsa_of,
    with_another,
    with_header,
)
from tests.actors.signatures.test_keys import CAVAGE_1024_BITS

# draft-cavage-http-signatures-12, appendix C. Its key is too short for load_public.
DRAFT_KEY = load_pem_public_key(CAVAGE_1024_BITS.encode())
DRAFT_HEADERS = (
    ("host", "example.com"),
    ("date", "Sun, 05 Jan 2014 21:31:40 GMT"),
    ("content-type", "application/json"),
    ("digest", "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="),
    ("content-length", "18"),
)
DRAFT_VECTORS = {
    "C.1 date": (
        "date",
        "SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Sazz6m79cNfwwb8DMJ5cou1s7uEGKKCs+FLEEaDV5"
        "lp7q25WqS+lavg7T8hc0GppauB6hbgEKTwblDHYGEtbGmtdHgVCk9SuS13F0hZ8FD0k/5OxEPXe5WozsbM=",
    ),
    "C.2 basic": (
        "(request-target) host date",
        "qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3H"
        "Mbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0=",
    ),
    # Signed without (created) and (expires), whatever the draft's text says of it.
    "C.3 all headers": (
        "(request-target) host date content-type digest content-length",
        "vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q52L"
        "aEUHFv120V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE=",
    ),
}


@pytest.mark.parametrize("vector", DRAFT_VECTORS.values(), ids=DRAFT_VECTORS)
def test_the_vectors_of_the_draft_verify(vector: tuple[str, str]) -> None:
    covered, signature = vector
    message = Message(
        "POST",
        "https://example.com/foo?param=value&pet=dog",
        (
            *DRAFT_HEADERS,
            (
                "signature",
                f'keyId="Test",algorithm="rsa-sha256",headers="{covered}",signature="{signature}"',
            ),
        ),
        b'{"hello": "world"}',
    )
    claim = cavage.parse(message)
    assert claim.key_id == "Test"
    assert keys.verifies(
        DRAFT_KEY,  # type: ignore[arg-type]
        claim.signature,
        cavage.base(message, claim),
    )


def test_a_post_is_sent_with_what_every_server_understands() -> None:
    url = "https://social.example:8443/users/1/inbox?a=b"
    headers = cavage.sign(
        "POST",
        url,
        date_ms=784_111_777_123,
        body=b'{"hello": "world"}',
        key_id=ALICE_KEY,
        private_key=rsa_of("alice"),
    )
    names = [name for name, _ in headers]
    assert names == ["Host", "Date", "Digest", "Signature"]
    sent = dict(headers)
    assert sent["Host"] == "social.example:8443"
    assert sent["Date"] == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert sent["Digest"] == "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="
    assert sent["Signature"].startswith(
        f'keyId="{ALICE_KEY}",algorithm="rsa-sha256",'
        'headers="(request-target) host date digest",signature="'
    )
    base = (
        "(request-target): post /users/1/inbox?a=b\nhost: social.example:8443\n"
        "date: Sun, 06 Nov 1994 08:49:37 GMT\n"
        "digest: SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="
    )
    signature = base64.b64decode(sent["Signature"].rpartition('signature="')[2][:-1])
    assert keys.verifies(rsa_of("alice").public_key(), signature, base.encode())


def test_a_get_has_no_digest_and_may_leave_the_query_out() -> None:
    headers = cavage.sign(
        "GET",
        "https://a.test/x?page=2#top",
        date_ms=NOW,
        body=None,
        key_id=ALICE_KEY,
        private_key=rsa_of("alice"),
        with_query=False,
    )
    assert [name for name, _ in headers] == ["Host", "Date", "Signature"]
    message = request(headers, method="GET", url="https://a.test/x?page=2", body=b"")
    claim = cavage.parse(message)
    assert claim.covered == ("(request-target)", "host", "date")
    assert cavage.base(message, claim, with_query=False).startswith(b"(request-target): get /x\n")
    assert cavage.holds(message, claim, rsa_of("alice").public_key())


@pytest.mark.parametrize("key_id", ["", 'https://a.test/"k', "https://a.test/\nk", "ké", "a\\b"])
def test_a_key_id_that_would_break_the_header_is_not_signed_with(key_id: str) -> None:
    with pytest.raises(Invalid):
        cavage.sign(
            "GET", INBOX, date_ms=NOW, body=None, key_id=key_id, private_key=rsa_of("alice")
        )


def parsed(value: str) -> object:
    return cavage.parse(request([("signature", value)]))


@pytest.mark.parametrize(
    "value",
    [
        'keyId="k",headers="host date",signature="AAAA"',
        'keyId="k", headers="host date" , signature = "AAAA"',
        'signature="AAAA",headers="Host Date",keyId="k",algorithm="HS2019"',
        'keyId="k",headers="host date",created=1,expires="2",signature="AAAA",x="y"',
    ],
)
def test_parameters_come_in_any_order_with_any_spacing(value: str) -> None:
    claim = cavage.parse(request([("signature", value)]))
    assert (claim.key_id, claim.covered, claim.signature) == ("k", ("host", "date"), b"\0\0\0")


def test_trial_29_a_parameter_given_twice_is_refused() -> None:
    for twice in (
        'keyId="k",keyId="k",headers="host",signature="AAAA"',
        'keyId="k",headers="host",signature="AAAA",signature="AAAB"',
        'keyId="k",KeyID="x",headers="host",signature="AAAA"',
        'keyId="k",headers="host",headers="date",signature="AAAA"',
        'keyId="k",headers="host host",signature="AAAA"',
    ):
        with pytest.raises(Unauthorized):
            parsed(twice)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "nonsense",
        'keyId="k"',
        'keyId="",headers="host",signature="AAAA"',
        'keyId=k,headers="host",signature="AAAA"',
        'keyId="k",headers="host",signature="A!A="',
        'keyId="k",headers="host",signature=""',
        'keyId="k",headers="host",signature="AAA"',
        'keyId="k",algorithm="rsa-sha1",headers="host",signature="AAAA"',
        'keyId="k",algorithm="rsa-sha512",headers="host",signature="AAAA"',
        'keyId="k",algorithm="none",headers="host",signature="AAAA"',
        'keyId="k",algorithm="hmac-sha256",headers="host",signature="AAAA"',
        'keyId="k",created="soon",headers="host",signature="AAAA"',
        'keyId="k",created=-5,headers="host",signature="AAAA"',
        'keyId="k\\"x",headers="host",signature="AAAA"',
        'keyId="k\x7f",headers="host",signature="AAAA"',
        'keyId="k\r\nx",headers="host",signature="AAAA"',
        'keyId="å",headers="host",signature="AAAA"',
        f'keyId="{"k" * 2049}",headers="host",signature="AAAA"',
        f'keyId="k",headers="host",signature="{"A" * 1368}AAAA"',
        f'keyId="k",headers="{" ".join(f"x{n}" for n in range(33))}",signature="AAAA"',
        'keyId="k",headers="host",signature="AAAA"' + "," * 8192,
    ],
)
def test_trial_29_a_malformed_or_foreign_signature_header_is_refused(value: str) -> None:
    with pytest.raises(Unauthorized):
        parsed(value)


def test_two_signature_headers_are_refused() -> None:
    message = cavage_post()
    with pytest.raises(Unauthorized):
        cavage.parse(with_another(message, "signature", message.only("signature")))


def test_a_line_break_in_a_covered_header_cannot_forge_a_line() -> None:
    """Trial 29, CRLF: the base would be the same as that of two honest headers."""
    message = cavage_post()
    claim = dataclasses.replace(cavage.parse(message), covered=("date",))
    for date in ("a\nhost: social.example", "a\r\nb", "a\rb", "a\0b"):
        with pytest.raises(Unauthorized):
            cavage.base(with_header(message, "date", date), claim)


def test_a_header_in_latin_1_is_verified_as_the_bytes_that_came() -> None:
    message = with_header(cavage_post(), "x-name", "Ås".encode().decode("latin-1"))
    claim = dataclasses.replace(cavage.parse(message), covered=("x-name",))
    assert cavage.base(message, claim) == "x-name: Ås".encode()
    with pytest.raises(Unauthorized):
        cavage.base(with_header(message, "x-name", "\N{SNOWMAN}"), claim)


def test_a_covered_header_given_twice_joins_where_that_is_legal() -> None:
    message = cavage_post()
    claim = dataclasses.replace(cavage.parse(message), covered=("accept",))
    assert cavage.base(message, claim) == (
        b"accept: application/activity+json, application/ld+json"
    )


@given(st.text(max_size=300))
def test_any_text_as_signature_header_is_read_or_refused(text: str) -> None:
    for value in (text, f'keyId="k",{text},signature="AAAA"', f'keyId="k",headers="{text}"'):
        message = with_header(cavage_post(), "signature", value)
        with contextlib.suppress(Unauthorized):
            claim = cavage.parse(message)
            # One line for each name that is covered, however odd it is.
            assert cavage.base(message, claim).count(b"\n") == len(claim.covered) - 1


@given(st.data())
def test_flipping_any_signed_byte_breaks_the_signature(data: st.DataObject) -> None:
    message = cavage_post(body=BODY)
    claim = cavage.parse(message)
    base = cavage.base(message, claim)
    at = data.draw(st.integers(0, len(base) - 1))
    bit = data.draw(st.integers(0, 7))
    flipped = base[:at] + bytes([base[at] ^ (1 << bit)]) + base[at + 1 :]
    public = rsa_of("alice").public_key()
    assert keys.verifies(public, claim.signature, base)
    assert not keys.verifies(public, claim.signature, flipped)
