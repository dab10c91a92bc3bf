"""What we demand of a signed request; the rows of the security paper by their numbers."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import Invalid, Unauthorized
from actors.signatures import authenticate, cavage, keys, rfc9421
from actors.signatures.message import (
    Message,
    content_digest,
    digest_header,
    write_http_date,
)
from tests.actors.signatures.keyring import (
    ALICE_KEY,
    BODY,
    HOUR,
    INBOX,
    NOW,
    OURS,
    accept,
    cavage_post,
    ed25519_of,
    lines,
    reason,
    request,
    rfc9421_post,
    rsa_of,
    signed_over,
    with_another,
    with_header,
)

POSTS = {
    "cavage": cavage_post,
    "rfc9421-rsa": rfc9421_post,
    "rfc9421-ed25519": lambda **changes: rfc9421_post(ed25519=True, **changes),
}
every_dialect = pytest.mark.parametrize("dialect", POSTS)


def key_for(dialect: str, name: str = "alice") -> keys.PublicKey:
    if dialect.endswith("ed25519"):
        return ed25519_of(name).public_key()
    return rsa_of(name).public_key()


@every_dialect
def test_an_honest_post_is_accepted(dialect: str) -> None:
    message = POSTS[dialect]()
    claim = authenticate.claim(message)
    assert claim is not None
    assert (claim.key_id, claim.dialect) == (ALICE_KEY, dialect.partition("-")[0])
    assert accept(message, key_for(dialect)) == ALICE_KEY


def test_an_honest_get_is_accepted_without_a_digest() -> None:
    url = "https://social.example/users/1?page=2"
    added = cavage.sign(
        "GET", url, date_ms=NOW, body=None, key_id=ALICE_KEY, private_key=rsa_of("alice")
    )
    assert accept(request(added, method="GET", url=url, body=b"")) == ALICE_KEY
    added = rfc9421.sign(
        "GET", url, created_ms=NOW, body=None, key_id=ALICE_KEY, private_key=ed25519_of("alice")
    )
    assert (
        accept(request(added, method="GET", url=url, body=b""), ed25519_of("alice").public_key())
        == ALICE_KEY
    )


def test_a_get_that_carries_a_body_needs_a_digest_after_all() -> None:
    added = cavage.sign(
        "GET", INBOX, date_ms=NOW, body=None, key_id=ALICE_KEY, private_key=rsa_of("alice")
    )
    assert reason(request(added, method="GET", body=b"x")) == "signature does not cover digest"


def test_an_unsigned_request_makes_no_claim() -> None:
    assert authenticate.claim(request([])) is None


# S5: the signature is enforced, whole, and by the right key.


def test_s5_a_signature_by_another_key_is_refused() -> None:
    for dialect, post in POSTS.items():
        assert reason(post(), key_for(dialect, "mallory")) == "signature: does not verify"


def test_s5_an_empty_or_missing_list_of_headers_is_refused() -> None:
    for value in (
        f'keyId="{ALICE_KEY}",algorithm="rsa-sha256",signature="AAAA"',
        f'keyId="{ALICE_KEY}",algorithm="rsa-sha256",headers="",signature="AAAA"',
        f'keyId="{ALICE_KEY}",algorithm="rsa-sha256",headers=" ",signature="AAAA"',
    ):
        message = with_header(cavage_post(), "signature", value)
        assert reason(message) == "signature does not cover (request-target)"


# S25: a server was found that checked Digest and Date only where they happened to be.


def test_s25_a_signature_over_date_alone_is_refused() -> None:
    assert reason(signed_over("date", lines())) == "signature does not cover (request-target)"


@pytest.mark.parametrize("left_out", ["(request-target)", "host", "date", "digest"])
def test_s25_each_of_the_four_must_be_covered(left_out: str) -> None:
    covered = " ".join(name for name in lines() if name != left_out)
    assert reason(signed_over(covered, lines())).startswith("signature does not cover")
    assert accept(signed_over(" ".join(lines()), lines())) == ALICE_KEY


def test_s25_a_digest_stripped_or_swapped_with_the_body_is_refused() -> None:
    message = cavage_post()
    assert reason(with_header(message, "digest", None)) == "digest: missing"
    other = dataclasses.replace(message, body=b"{}")
    assert reason(other) == "digest: sha-256 differs from the body"
    resigned = with_header(other, "digest", digest_header(b"{}"))
    assert reason(resigned) == "signature: does not verify"


def test_s25_a_content_digest_stripped_or_swapped_with_the_body_is_refused() -> None:
    message = rfc9421_post()
    assert "content-digest" in reason(with_header(message, "content-digest", None))
    other = dataclasses.replace(message, body=b"{}")
    assert reason(other) == "content-digest: sha-256 differs from the body"
    resigned = with_header(other, "content-digest", content_digest(b"{}"))
    assert reason(resigned) == "signature: does not verify"


# S26: method and authority are part of what is signed.


@every_dialect
def test_s26_another_method_or_path_is_refused(dialect: str) -> None:
    message, key = POSTS[dialect](), key_for(dialect)
    for changed in (
        dataclasses.replace(message, method="PUT"),
        dataclasses.replace(message, url=INBOX + "/x"),
        dataclasses.replace(message, url=INBOX + "?x=1") if dialect != "cavage" else None,
    ):
        if changed is not None:
            assert reason(changed, key) == "signature: does not verify"


@every_dialect
def test_s26_another_authority_is_refused_with_and_without_a_port(dialect: str) -> None:
    key = key_for(dialect)
    for authority in ("other.example", "social.example:8443", "social.example.", "127.0.0.1"):
        message = POSTS[dialect](url=f"https://{authority}/inbox")
        assert reason(message, key) == "url: an authority that is not ours"
        claimed = with_header(POSTS[dialect](), "host", authority)
        assert reason(claimed, key) == "host: not ours"


def test_s26_the_host_is_compared_without_case_and_default_port() -> None:
    for url, host in (
        ("https://Social.Example/inbox", "Social.Example"),
        ("https://social.example:443/inbox", "social.example:443"),
    ):
        message = cavage_post(url=url)
        assert message.only("host") == host
        assert accept(message) == ALICE_KEY
        assert accept(with_header(rfc9421_post(url=url), "host", host)) == ALICE_KEY
    with_port = cavage_post(url="https://social.example:8443/inbox")
    assert accept(with_port, ours=frozenset({"social.example:8443"})) == ALICE_KEY


def test_rfc9421_over_http_2_has_no_host_header() -> None:
    assert accept(with_header(rfc9421_post(), "host", None)) == ALICE_KEY
    assert reason(with_header(cavage_post(), "host", None)) == "host: missing"


# S24 and trial 28: replays end with the window, and the window is wide.


@every_dialect
@pytest.mark.parametrize("late_ms", [0, 10 * 60_000, HOUR, 12 * HOUR, -10 * 60_000, -HOUR])
def test_trial_28_a_clock_may_be_an_hour_ahead_or_twelve_behind(dialect: str, late_ms: int) -> None:
    assert accept(POSTS[dialect](), key_for(dialect), now_ms=NOW + late_ms) == ALICE_KEY


@every_dialect
@pytest.mark.parametrize("late_ms", [12 * HOUR + 1000, 24 * HOUR, -HOUR - 1000, -24 * HOUR])
def test_s24_trial_28_a_replay_outside_the_window_is_refused_with_our_time(
    dialect: str, late_ms: int
) -> None:
    now_ms = NOW + late_ms
    message = POSTS[dialect]()
    with pytest.raises(Unauthorized, match=r"our clock says \w{3}, \d\d \w{3} 20") as caught:
        accept(message, key_for(dialect), now_ms=now_ms)
    assert write_http_date(now_ms) in caught.value.sentence


def test_s24_the_same_request_sent_to_another_server_is_refused() -> None:
    for dialect, post in POSTS.items():
        with pytest.raises(Unauthorized):
            accept(post(), key_for(dialect), ours=frozenset({"third.example"}))
        moved = dataclasses.replace(post(), url="https://third.example/inbox")
        moved = with_header(moved, "host", "third.example")
        with pytest.raises(Unauthorized):
            accept(moved, key_for(dialect), ours=frozenset({"third.example"}))


def test_trial_28_a_date_that_is_no_date_is_refused() -> None:
    for date in ("now", "", "Tue, 99 Jun 2026 20:51:35 GMT"):
        message = signed_over(" ".join(lines()), {**lines(), "date": date})
        assert reason(message) == "signature: its time is outside the window"


# Trial 29: duplicated and forged headers, algorithms, pseudo headers.


@pytest.mark.parametrize("name", ["host", "date", "digest", "signature"])
def test_trial_29_a_header_that_may_come_once_is_refused_twice(name: str) -> None:
    message = cavage_post()
    assert reason(with_another(message, name, message.only(name))) == f"{name}: repeated"


def test_trial_29_a_header_smuggled_in_by_a_line_break_is_refused() -> None:
    forged = lines()["date"] + "\r\ndigest: " + lines()["digest"]
    message = with_header(cavage_post(), "date", forged)
    with pytest.raises(Unauthorized):
        accept(message)


def test_rfc9421_respects_expires() -> None:
    message = rfc9421_post(ed25519=True)
    claim = authenticate.claim(message)
    assert claim is not None
    ended = dataclasses.replace(claim, expires=(NOW - HOUR) // 1000 - 1)
    with pytest.raises(Unauthorized, match="our clock"):
        authenticate.examine(message, ended, now_ms=NOW, our_authorities=OURS)


def test_a_request_is_examined_before_any_key_is_at_hand() -> None:
    """So that a request we would refuse anyway makes us fetch nothing (trial 29)."""
    message = dataclasses.replace(cavage_post(), body=b"other")
    claim = authenticate.claim(message)
    assert claim is not None
    with pytest.raises(Unauthorized, match="does not hold"):
        authenticate.examine(message, claim, now_ms=NOW, our_authorities=OURS)


@given(st.sampled_from(sorted(POSTS)), st.binary(max_size=64))
def test_what_is_signed_is_accepted_whatever_the_body(dialect: str, body: bytes) -> None:
    assert accept(POSTS[dialect](body=body), key_for(dialect)) == ALICE_KEY


SIGNED = {
    "cavage": ("host", "date", "digest"),
    "rfc9421-rsa": ("content-digest", "signature-input"),
    "rfc9421-ed25519": ("content-digest", "signature-input"),
}


@given(st.data(), st.sampled_from(sorted(POSTS)))
def test_no_signed_header_survives_a_changed_character(data: st.DataObject, dialect: str) -> None:
    message = POSTS[dialect]()
    name = data.draw(st.sampled_from(SIGNED[dialect]))
    value = message.only(name)
    at = data.draw(st.integers(0, len(value) - 1))
    to = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    changed = value[:at] + to + value[at + 1 :]
    if changed.lower() == value.lower():
        return
    key = key_for(dialect)
    with pytest.raises(Unauthorized):
        accept(with_header(message, name, changed), key)


@given(st.data(), st.sampled_from(sorted(POSTS)))
def test_no_flipped_bit_of_a_signature_verifies(data: st.DataObject, dialect: str) -> None:
    message = POSTS[dialect]()
    claim = authenticate.claim(message)
    assert claim is not None
    raw = bytearray(claim.signature)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Unauthorized):
        authenticate.verify(
            message, dataclasses.replace(claim, signature=bytes(raw)), key_for(dialect)
        )


@given(st.data(), st.sampled_from(sorted(POSTS)))
def test_no_signed_body_survives_a_flipped_bit(data: st.DataObject, dialect: str) -> None:
    message = POSTS[dialect]()
    at = data.draw(st.integers(0, len(BODY) - 1))
    flipped = BODY[:at] + bytes([BODY[at] ^ (1 << data.draw(st.integers(0, 7)))]) + BODY[at + 1 :]
    told = reason(dataclasses.replace(message, body=flipped), key_for(dialect))
    assert "differs from the body" in told


names = st.sampled_from(
    ["signature", "signature-input", "host", "date", "digest", "content-digest", "x-a"]
)


@given(
    st.lists(st.tuples(names, st.text(max_size=60)), max_size=8),
    st.text(max_size=30),
    st.binary(max_size=10),
    st.sampled_from(["POST", "GET", "post", ""]),
)
def test_any_request_is_accepted_or_refused_and_nothing_else(
    headers: list[tuple[str, str]], path: str, body: bytes, method: str
) -> None:
    for base in ((), cavage_post().headers, rfc9421_post().headers):
        for url in (INBOX, f"https://social.example/{path}", path):
            message = Message(method, url, (*base, *headers), body)
            try:
                claim = authenticate.claim(message)
                accepted = claim is not None and accept(message) == ALICE_KEY
            except (Unauthorized, Invalid):
                accepted = False
            # What holds without a header of ours is a request that somebody did sign.
            assert not accepted or base
