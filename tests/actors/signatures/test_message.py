"""Requests, targets, dates and digests as signatures read them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import Invalid, Unauthorized
from actors.signatures.message import (
    Message,
    content_digest,
    digest_header,
    read_http_date,
    read_timestamp,
    require_content_digest,
    require_digest,
    split_target,
    write_http_date,
    write_timestamp,
)

HELLO = b'{"hello": "world"}'
HELLO_SHA256 = "X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="
HELLO_SHA512 = (
    "WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew=="
)


def test_the_digest_of_the_rfc_example_is_the_published_one() -> None:
    assert digest_header(HELLO) == f"SHA-256={HELLO_SHA256}"
    assert content_digest(HELLO) == f"sha-256=:{HELLO_SHA256}:"


@pytest.mark.parametrize(
    "value",
    [
        f"SHA-256={HELLO_SHA256}",
        f"sha-256={HELLO_SHA256}",
        f"SHA-512={HELLO_SHA512}, SHA-256={HELLO_SHA256}",
        f"md5=whatever,Sha-256={HELLO_SHA256}",
        f"SHA-512={HELLO_SHA512}",
    ],
)
def test_a_digest_is_read_in_any_case_and_among_others(value: str) -> None:
    require_digest(value, HELLO)
    with pytest.raises(Unauthorized) as caught:
        require_digest(value, HELLO + b"!")
    assert "differs from the body" in caught.value.detail


@pytest.mark.parametrize(
    "value",
    [
        "",
        "SHA-256",
        "SHA-256=",
        "md5=1B2M2Y8AsgTpgAmY7PhCfg==",
        f"SHA-256={HELLO_SHA256[::-1]}",
        f"SHA-256={HELLO_SHA256},SHA-256=AAAA",
        f"SHA-256={HELLO_SHA256},SHA-512=AAAA",
        f"SHA-256={HELLO_SHA256}" + "," * 9000,
    ],
)
def test_trial_29_a_digest_missing_unknown_or_contradicted_is_refused(value: str) -> None:
    with pytest.raises(Unauthorized):
        require_digest(value, HELLO)


@pytest.mark.parametrize(
    "value",
    [
        f"sha-512=:{HELLO_SHA512}:",
        f"sha-512=:{HELLO_SHA512}:, sha-256=:{HELLO_SHA256}:",
        f"md5=:AAAA:, sha-256=:{HELLO_SHA256}:",
    ],
)
def test_a_content_digest_may_use_sha_512_or_both(value: str) -> None:
    require_content_digest(value, HELLO)
    with pytest.raises(Unauthorized) as caught:
        require_content_digest(value, HELLO + b"!")
    assert "differs from the body" in caught.value.detail


@pytest.mark.parametrize(
    "value",
    [
        "",
        f"sha-256={HELLO_SHA256}",
        f'sha-256="{HELLO_SHA256}"',
        f"SHA-256=:{HELLO_SHA256}:",
        "sha-256=:AAAA:",
        "unixsum=:AAAA:",
        f"sha-256=:{HELLO_SHA256}:, sha-512=:AAAA:",
        f"sha-256=:AAAA:, sha-256=:{HELLO_SHA256}:",
        "sha-256=(1 2)",
        "sha-256",
    ],
)
def test_a_content_digest_malformed_or_contradicted_is_refused(value: str) -> None:
    with pytest.raises(Unauthorized):
        require_content_digest(value, HELLO)


@given(st.text(max_size=200), st.binary(max_size=20))
def test_no_digest_header_raises_anything_else(value: str, body: bytes) -> None:
    for read in (require_digest, require_content_digest):
        try:
            read(value, body)
        except Unauthorized:
            continue
        pytest.fail("arbitrary text vouched for a body")


def test_a_target_is_cut_without_touching_its_encoding() -> None:
    target = split_target("HTTPS://Social.Example:443/a%2Fb/%c3%a5?x=1&y=?#part")
    assert target == ("https", "Social.Example:443", "/a%2Fb/%c3%a5", "?x=1&y=?")
    assert target.plain_authority == "social.example"
    assert target.uri == "https://Social.Example:443/a%2Fb/%c3%a5?x=1&y=?"


def test_an_empty_path_is_the_root_and_a_lone_question_mark_stays() -> None:
    assert split_target("http://a.test:8080").uri == "http://a.test:8080/"
    assert split_target("http://a.test?q").uri == "http://a.test/?q"
    assert split_target("http://a.test/x?").query == "?"
    assert split_target("http://a.test:443/").plain_authority == "a.test:443"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/inbox",
        "ftp://a.test/",
        "https:///x",
        "https://user@a.test/",
        "https://a.test\\@b.test/",
        "https://a.test/\r\nx: y",
        "https://a.test/ x",
        "https://a.test/å",
        "https://?x",
    ],
)
def test_what_is_no_web_address_is_invalid(url: str) -> None:
    with pytest.raises(Invalid):
        split_target(url)


@given(st.text(max_size=80))
def test_no_url_raises_anything_but_invalid(text: str) -> None:
    for url in (text, f"https://{text}", f"https://a.test/{text}"):
        with contextlib.suppress(Invalid):
            assert "\n" not in split_target(url).uri


def test_headers_keep_their_duplicates_and_lose_outer_space() -> None:
    message = Message("GET", "https://a.test/", (("accept", " a "), ("x", "1"), ("accept", "b\t")))
    assert message.header_values("accept") == ["a", "b"]
    assert message.header("accept") == "a, b"
    assert message.header("date") is None


def test_only_a_bodyless_get_or_head_needs_no_digest() -> None:
    def needs(method: str, body: bytes) -> bool:
        return Message(method, "https://a.test/", (), body).has_content

    assert not needs("GET", b"")
    assert not needs("HEAD", b"")
    assert needs("GET", b"x")
    assert needs("POST", b"")
    assert needs("DELETE", b"")


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Mon, 06 Nov 1994 08:49:37 GMT",  # other servers get the weekday wrong
    ],
)
def test_all_three_http_dates_of_rfc_9110_are_read(text: str) -> None:
    assert read_http_date(text) == 784_111_777_000


def test_trial_28_a_leap_second_is_a_time_and_a_thirteenth_month_is_not() -> None:
    assert read_http_date("Sat, 31 Dec 2016 23:59:60 GMT") == 1_483_228_800_000
    for text in (
        "Sat, 31 Dec 2016 23:59:61 GMT",
        "Sat, 31 Dez 2016 23:59:59 GMT",
        "Sat, 31 Feb 2016 23:59:59 GMT",
        "Sat, 31 Dec 2016 25:59:59 GMT",
        "yesterday",
        "",
        "Sun, 06 Nov 1994 08:49:37 GMT" + " " * 80,
    ):
        assert read_http_date(text) is None, text


@given(st.integers(0, 4_000_000_000))
def test_a_written_date_reads_back_to_the_second(seconds: int) -> None:
    assert read_http_date(write_http_date(seconds * 1000 + 999)) == seconds * 1000
    assert read_timestamp(write_timestamp(seconds * 1000 + 999)) == seconds * 1000


@given(st.text(max_size=70))
def test_any_text_is_a_time_or_none_to_the_readers_of_times(text: str) -> None:
    for read in (read_http_date(text), read_http_date(f"Sun, {text} GMT"), read_timestamp(text)):
        assert read is None or isinstance(read, int)


def test_a_timestamp_without_zone_is_utc_and_other_things_are_none() -> None:
    assert read_timestamp("1994-11-06T08:49:37") == 784_111_777_000
    assert read_timestamp("1994-11-06T09:49:37.5+01:00") == 784_111_777_500
    for value in (None, 5, [], "soon", "9999-99-99"):
        assert read_timestamp(value) is None
