"""Hostile JSON is refused in bounded memory; what every peer sends is read."""

import pytest

from actors.documents import is_activity_type, read_document
from actors.errors import Invalid, TooLarge

PROFILE = "https://www.w3.org/ns/activitystreams"


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"7",
        b'{"a":1}x',
        b'{"a":1}{"b":2}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1e400}',
        b'{"a":-1e400}',
        b'{"a":01}',
        b'{"a":+1}',
        b"{'a':1}",
        b'{"a":1,}',
        b"{a:1}",
        b'{"a":1}//',
        b'{"a":"\\ud800"}',
        b'{"a":"\\udc00"}',
        b'{"a":"\\ud800\\ud800"}',
        b'{"a":"\\ud83dAAAAAAAA"}',
        b'{"\\udfff":1}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\xff"}',
        b'{"a":"\xc0\xaf"}',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":"\x00"}',
        b'{"a":"\\u0000"}',
        b'{"\\u0000":1}',
        b'{"a":["x",{"b":"y\\u0000"}]}',
        b'{"a":"tab\there"}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":' + b"9" * 400 + b"}",
        b'{"a":[-9223372036854775809]}',
        b'{"a":9223372036854775808}',
    ],
)
def test_a_document_that_parsers_disagree_about_is_refused(raw: bytes) -> None:
    with pytest.raises(Invalid):
        read_document(raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b' {"a": 1}\r\n', {"a": 1}),
        (b'{"a":9223372036854775807}', {"a": 2**63 - 1}),
        (b'{"a":-9223372036854775808}', {"a": -(2**63)}),
        (b'{"a":"\\ud83d\\ude00"}', {"a": "😀"}),
        ('{"a":"Tromsø"}'.encode(), {"a": "Tromsø"}),
        (b'{"a":"12345678901234567890123"}', {"a": "12345678901234567890123"}),
        (rb'{"a":"a\\u0000b"}', {"a": "a\\u0000b"}),
        (b'{"a":1.5e3}', {"a": 1500.0}),
        (b'{"":{}}', {"": {}}),
    ],
)
def test_a_sound_document_is_read(raw: bytes, value: object) -> None:
    assert read_document(raw) == value


def test_the_last_of_duplicate_keys_wins() -> None:
    assert read_document(b'{"actor":"a","actor":"b"}') == {"actor": "b"}


def test_thirty_two_levels_are_read_and_thirty_three_are_not() -> None:
    assert list(read_document(nested(32))) == ["a"]
    with pytest.raises(TooLarge):
        read_document(nested(33))


def test_depth_counts_arrays_and_objects_alike() -> None:
    assert list(read_document(b'{"a":' + b"[" * 31 + b"]" * 31 + b"}")) == ["a"]
    with pytest.raises(TooLarge):
        read_document(b'{"a":' + b"[" * 32 + b"]" * 32 + b"}")


def test_a_broad_document_is_not_a_deep_one() -> None:
    broad = read_document(b'{"a":[' + b",".join([b"[{}]"] * 1000) + b"]}")
    assert broad == {"a": [[{}]] * 1000}


def test_brackets_inside_strings_are_not_levels() -> None:
    assert read_document(b'{"a":"' + b"[{" * 500 + b'"}') == {"a": "[{" * 500}


@pytest.mark.parametrize("depth", [1_100, 100_000])
def test_absurd_depth_is_refused_and_not_a_crash(depth: int) -> None:
    with pytest.raises(TooLarge):
        read_document(nested(depth), max_bytes=10_000_000)


def test_a_million_unclosed_brackets_are_refused() -> None:
    with pytest.raises(Invalid):
        read_document(b"[" * 1_000_000)


def test_more_bytes_than_allowed_are_not_parsed() -> None:
    read_document(b'{"a":"' + b"x" * (1_000_000 - 8) + b'"}')
    with pytest.raises(TooLarge):
        read_document(b'{"a":"' + b"x" * (1_000_000 - 7) + b'"}')


@pytest.mark.parametrize(
    "content_type",
    [
        "application/activity+json",
        "application/activity+json; charset=utf-8",
        "Application/Activity+JSON",
        f'application/ld+json; profile="{PROFILE}"',
        f'application/ld+json;profile="{PROFILE}"; charset=utf-8',
        f'application/ld+json; charset=utf-8; profile="{PROFILE}"',
        f'application/ld+json; profile="https://example.org/other {PROFILE}"',
        f"application/ld+json; profile={PROFILE}",
        f'application/ld+json ; Profile = "{PROFILE}"',
    ],
)
def test_these_types_promise_activitystreams(content_type: str) -> None:
    assert is_activity_type(content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "application/ld+json",
        "application/ld+json; charset=utf-8",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams.evil"',
        f'application/ld+json; x="; profile={PROFILE}"',
        f'text/plain; profile="{PROFILE}"',
        f'application/json; profile="{PROFILE}"',
        "text/html",
        "text/plain",
        "image/png",
        "image/svg+xml",
        "application/activity+jsonp",
        "text/plain, application/activity+json",
        "application/xrd+xml",
    ],
)
def test_these_types_do_not(content_type: str) -> None:
    assert not is_activity_type(content_type)


def test_trial_31_a_document_of_very_many_values_is_too_large() -> None:
    for many in (b"[]," * 60_000 + b"[]", b'{"a":1},' * 60_000 + b"{}", b"1," * 110_000 + b"1"):
        with pytest.raises(TooLarge):
            read_document(b'{"x":[' + many + b"]}")
    assert read_document(b'{"x":[' + b"1," * 90_000 + b"1]}")
