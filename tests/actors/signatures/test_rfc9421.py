"""The standard dialect: the RFC's own vectors, what we send, what we read."""

import dataclasses

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import Invalid, Unauthorized
from actors.signatures import keys, rfc9421
from actors.signatures.message import Claim, Message, parse_dictionary
from tests.actors.signatures.keyring import (
    ALICE_KEY,
    BODY,
    INBOX,
    NOW,
    ed25519_of,
    rfc9421_post,
    rsa_of,
    with_another,
    with_header,
)

# RFC 9421, appendices B.1.1 and B.1.4.
RFC_RSA = """-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrw
WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFq
MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZg
kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0P
uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQ
PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB
-----END RSA PUBLIC KEY-----"""
RFC_ED25519 = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----"""
RFC_BODY = b'{"hello": "world"}'
RFC_SHA512 = (
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BN"
    "NyealdVLvRwEmTHWXvJwew==:"
)


def rfc_claim(message: Message, label: str) -> Claim:
    """One label read without our demands on coverage, which the RFC's examples do not meet."""
    inputs = parse_dictionary(message.only("signature-input"), "signature-input")
    signatures = parse_dictionary(message.only("signature"), "signature")
    return rfc9421._claim(inputs[label], signatures[label])


def test_the_ed25519_vector_of_appendix_b_2_6_verifies_and_is_made_again() -> None:
    message = Message(
        "POST",
        "https://example.com/foo?param=Value&Pet=dog",
        (
            ("host", "example.com"),
            ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
            ("content-type", "application/json"),
            ("content-digest", RFC_SHA512),
            ("content-length", "18"),
            (
                "signature-input",
                'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
                ';created=1618884473;keyid="test-key-ed25519"',
            ),
            (
                "signature",
                "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu"
                "4A0w6vuQv5lIp5WPpBKRCw==:",
            ),
        ),
        RFC_BODY,
    )
    private = load_pem_private_key(RFC_ED25519.encode(), None)
    claim = rfc_claim(message, "sig-b26")
    assert rfc9421.holds(message, claim, private.public_key())  # type: ignore[arg-type]
    assert keys.sign(private, rfc9421.base(message, claim)) == claim.signature  # type: ignore[arg-type]
    with pytest.raises(Unauthorized, match="does not hold"):
        rfc9421.parse(message)  # real, but it does not cover the target


def test_the_rsa_v1_5_vector_of_section_4_3_verifies() -> None:
    message = Message(
        "POST",
        "https://origin.host.internal.example/foo?param=Value&Pet=dog",
        (
            ("host", "origin.host.internal.example"),
            ("content-type", "application/json"),
            ("content-length", "18"),
            ("forwarded", "for=192.0.2.123;host=example.com;proto=https"),
            ("content-digest", RFC_SHA512),
            (
                "signature-input",
                'proxy_sig=("@method" "@authority" "@path" "content-digest" "content-type" '
                '"content-length" "forwarded");created=1618884480;keyid="test-key-rsa"'
                ';alg="rsa-v1_5-sha256";expires=1618884540',
            ),
            (
                "signature",
                "proxy_sig=:S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+"
                "CM5g92iHgxtRPz+MjniOaYmdkDcnL9cCpXJleXsOckpURl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQ"
                "B+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnIm9y+7X5kXQfi8NMaZaA8i2ZHwp"
                "Bdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHowtznbLVd"
                "p770I6VHR6WfgS9ddzirrswsE1w5o0LV/g==:",
            ),
        ),
        RFC_BODY,
    )
    claim = rfc_claim(message, "proxy_sig")
    assert claim.expires == 1618884540
    assert rfc9421.holds(message, claim, keys.load_public(RFC_RSA))


def test_a_post_is_sent_with_three_components_and_a_get_with_two() -> None:
    sent = dict(
        rfc9421.sign(
            "POST",
            INBOX,
            created_ms=NOW + 999,
            body=RFC_BODY,
            key_id=ALICE_KEY,
            private_key=ed25519_of("alice"),
        )
    )
    assert sent["Content-Digest"] == "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
    assert sent["Signature-Input"] == (
        'sig1=("@method" "@target-uri" "content-digest");created=1790000000;'
        f'keyid="{ALICE_KEY}";alg="ed25519"'
    )
    got = dict(
        rfc9421.sign(
            "GET",
            INBOX,
            created_ms=NOW,
            body=None,
            key_id=ALICE_KEY,
            private_key=rsa_of("alice"),
        )
    )
    assert list(got) == ["Signature-Input", "Signature"]
    assert got["Signature-Input"].endswith(';alg="rsa-v1_5-sha256"')


def test_a_key_id_that_would_break_the_header_is_not_signed_with() -> None:
    for key_id in ("", 'a"b', "a\nb", "é"):
        with pytest.raises(Invalid):
            rfc9421.sign(
                "GET",
                INBOX,
                created_ms=NOW,
                body=None,
                key_id=key_id,
                private_key=rsa_of("alice"),
            )


def test_of_several_labels_the_first_that_would_do_is_taken() -> None:
    message = rfc9421_post(ed25519=True)
    given, signature = message.only("signature-input"), message.only("signature")
    proxy = 'proxy=("@authority" "forwarded");created=1;keyid="p";alg="hmac-sha256", '
    several = with_header(message, "signature-input", proxy + given)
    several = with_header(several, "signature", f"proxy=:AAAA:, {signature}")
    claim = rfc9421.parse(several)
    assert claim.key_id == ALICE_KEY
    assert rfc9421.holds(several, claim, ed25519_of("alice").public_key())
    on_two_lines = with_another(
        with_header(message, "signature-input", proxy[:-2]), "signature-input", given
    )
    assert rfc9421.parse(on_two_lines).key_id == ALICE_KEY


def test_a_label_without_a_signature_and_a_signature_without_a_label_are_refused() -> None:
    message = rfc9421_post()
    for changed in (
        with_header(message, "signature", None),
        with_header(message, "signature", "sig2=:AAAA:"),
        with_header(message, "signature", "sig1=AAAA"),
        with_header(message, "signature", "sig1=::"),
        with_header(message, "signature", f"sig1=:{'A' * 1372}:"),
        with_header(message, "signature", 'keyId="a",signature="AAAA"'),
        with_header(message, "signature-input", "sig1"),
        with_header(message, "signature-input", ""),
    ):
        with pytest.raises(Unauthorized):
            rfc9421.parse(changed)


GOOD = '("@method" "@target-uri" "content-digest")'


@pytest.mark.parametrize(
    "value",
    [
        f'sig1={GOOD};created=1;alg="ed25519"',
        f'sig1={GOOD};created=1;keyid=""',
        f"sig1={GOOD};created=1;keyid=k",
        f"sig1={GOOD};created=1;keyid=5",
        f'sig1={GOOD};created=1;keyid="{"k" * 2049}"',
        f'sig1={GOOD};keyid="k"',
        f'sig1={GOOD};created;keyid="k"',
        f'sig1={GOOD};created=1.5;keyid="k"',
        f'sig1={GOOD};created="1";keyid="k"',
        f'sig1={GOOD};created=1;expires=@5;keyid="k"',
        f'sig1={GOOD};created=1;keyid="k";alg="rsa-pss-sha512"',
        f'sig1={GOOD};created=1;keyid="k";alg="hs2019"',
        f'sig1={GOOD};created=1;keyid="k";alg=ed25519',
        f'sig1={GOOD};created=1;keyid="k";keyid="x"',
        f'sig1={GOOD};created=1;keyid="k", sig1={GOOD};created=1;keyid="x"',
        'sig1=("@method" "@method" "@target-uri" "content-digest");created=1;keyid="k"',
        'sig1=("@method" "@target-uri";req "content-digest");created=1;keyid="k"',
        'sig1=("@method" "@target-uri" "content-digest";sf);created=1;keyid="k"',
        'sig1=("@method" "@target-uri" "content-digest" "@status");created=1;keyid="k"',
        'sig1=("@method" "@target-uri" "content-digest" "@signature-params");created=1;keyid="k"',
        'sig1=("@method" "@target-uri" "content-digest" "Date");created=1;keyid="k"',
        'sig1=("@method" "@target-uri" "content-digest" "a b");created=1;keyid="k"',
        "sig1=(@method);created=1",
        'sig1=("@target-uri" "content-digest");created=1;keyid="k"',
        'sig1=("@method" "content-digest");created=1;keyid="k"',
        'sig1=("@method" "@target-uri");created=1;keyid="k"',
        'sig1=();created=1;keyid="k"',
        "sig1=(" + " ".join(f'"x{n}"' for n in range(33)) + ');created=1;keyid="k"',
        ", ".join(f's{n}={GOOD};created=1;keyid="k"' for n in range(9)),
        f'sig1={GOOD};created=1;keyid="k"' + ";x=1" * 2048,
        f'sig1={GOOD};created=1;keyid="\x00"',
        f'sig1={GOOD};created=1;keyid="å"',
        f"sig1={GOOD};created=99999999999999999999",
    ],
)
def test_trial_29_a_signature_input_that_would_not_do_is_refused(value: str) -> None:
    message = with_header(rfc9421_post(), "signature", "sig1=:AAAA:")
    with pytest.raises(Unauthorized):
        rfc9421.parse(with_header(message, "signature-input", value))


def test_the_alg_must_be_that_of_the_key() -> None:
    message = rfc9421_post(ed25519=True)
    claim = rfc9421.parse(message)
    with pytest.raises(Unauthorized):
        rfc9421.holds(message, claim, rsa_of("alice").public_key())
    without = dataclasses.replace(claim, algorithm="")
    assert rfc9421.holds(message, without, ed25519_of("alice").public_key())


def test_a_line_break_or_missing_header_in_the_base_is_refused() -> None:
    message = rfc9421_post()
    claim = dataclasses.replace(rfc9421.parse(message), covered=("x-name",))
    for value in (None, 'a\n"host": b', "a\rb", "å"):
        with pytest.raises(Unauthorized):
            rfc9421.base(with_header(message, "x-name", value), claim)


def test_what_we_ask_for_is_what_we_send_and_demand() -> None:
    for method, body in (("POST", BODY), ("GET", None)):
        sent = rfc9421.sign(
            method,
            INBOX,
            created_ms=NOW,
            body=body,
            key_id=ALICE_KEY,
            private_key=ed25519_of("alice"),
        )
        asked = rfc9421.accept_signature(method)
        assert dict(sent)["Signature-Input"].startswith(asked.removesuffix(";created"))
        assert rfc9421.takes_rfc9421(asked)


@pytest.mark.parametrize(
    ("offer", "taken"),
    [
        ('sig1=("@method" "@target-uri" "@authority" "content-digest");created;keyid="x"', True),
        ('sig1=("@method");alg="ed25519"', True),
        ('a=("@method");alg="hmac-sha256", b=("@method");alg="rsa-v1_5-sha256"', True),
        ('sig1=("@method");nonce="e8N7S2MFd/qrd6T2R3tdfAuuANngKI7LFtKYI/vowzk="', False),
        ('sig1=("@method");alg="ecdsa-p256-sha256"', False),
        ("sig1", False),
        ("", False),
        ("nonsense(", False),
        ("x" * 9000, False),
    ],
)
def test_an_accept_signature_is_read_for_whether_we_can_meet_it(offer: str, taken: bool) -> None:
    assert rfc9421.takes_rfc9421(offer) is taken


structured = st.text('sig1=()"@;,:*?%.-_ \\0123456789abckeyidcreated/+', max_size=80)


@given(st.one_of(st.text(max_size=200), structured), st.one_of(st.text(max_size=80), structured))
def test_any_text_as_signature_headers_is_read_or_refused(given: str, signature: str) -> None:
    message = rfc9421_post()
    for text in (given, f"sig1={given}", f'sig1={GOOD};created=1;keyid="k";{given}'):
        changed = with_header(message, "signature-input", text)
        for sig in (signature, "sig1=:AAAA:"):
            try:
                claim = rfc9421.parse(with_header(changed, "signature", sig))
            except Unauthorized:
                continue
            try:
                base = rfc9421.base(changed, claim)
            except Unauthorized:
                continue
            # A line for each component, and one for the parameters.
            assert base.count(b"\n") == len(claim.covered)
    assert isinstance(rfc9421.takes_rfc9421(given), bool)


@given(st.data(), st.booleans())
def test_flipping_any_signed_byte_breaks_the_signature(data: st.DataObject, ed25519: bool) -> None:
    message = rfc9421_post(ed25519=ed25519)
    public = (ed25519_of("alice") if ed25519 else rsa_of("alice")).public_key()
    claim = rfc9421.parse(message)
    base = rfc9421.base(message, claim)
    at = data.draw(st.integers(0, len(base) - 1))
    flipped = base[:at] + bytes([base[at] ^ (1 << data.draw(st.integers(0, 7)))]) + base[at + 1 :]
    assert keys.verifies(public, claim.signature, base)
    assert not keys.verifies(public, claim.signature, flipped)
