from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox import limits, values
from tests.inbox.arrivals import PUBLIC

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["@value", "@language", "@list", "id", "href", "url", "nb"])
            | st.text(),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(ANY)
def test_no_reader_ever_raises(value: Any) -> None:
    values.first(value)
    values.literal(value)
    for read, kind in ((values.items, list), (values.uri, str), (values.when, int | None),
                       (values.whole, int | None), (values.flag, bool), (values.language, str),
                       (values.valid_uri, bool)):  # fmt: skip
        assert isinstance(read(value), kind)
    for measured in (values.text, values.line, values.uris):
        assert len(measured(value, 10)) <= 10
    assert all(len(said) <= 10 for said in values.by_language(value, 10).values())
    assert isinstance(values.link(value, "https://avis.example/users/solveig"), str)
    assert isinstance(values.types({"type": value}), tuple)


@pytest.mark.parametrize(("given_", "read"), [
    ("2026-03-14T09:26:53Z", 1_773_480_413_000),
    ("2026-03-14T09:26:53.589Z", 1_773_480_413_589),
    ("2026-03-14T09:26:53.5", 1_773_480_413_500),
    ("2026-03-14T09:26:53.560996451Z", 1_773_480_413_560),
    ("2026-03-14T10:26:53+01:00", 1_773_480_413_000),
    ("2026-03-14T10:26:53+0100", 1_773_480_413_000),
    ("2026-03-14T09:26:53", 1_773_480_413_000),
    ("2026-03-14 09:26:53", 1_773_480_413_000),
    ("2026-03-14T09:26Z", 1_773_480_360_000),
    ("2026-03-14", 1_773_446_400_000),
    ("1969-12-31T23:59:59Z", 0),
    ({"@type": "xsd:dateTime", "@value": "2026-03-14T09:26:53Z"}, 1_773_480_413_000),
    (["2026-03-14T09:26:53Z"], 1_773_480_413_000),
])  # fmt: skip
def test_dates_in_every_form_in_use_are_read(given_: Any, read: int) -> None:
    assert values.when(given_) == read


@pytest.mark.parametrize("given_", ["", "i går", "2026-13-14T09:26:53Z", "0000-01-01T00:00:00Z",
                                    "9999-12-31T23:59:59-23:00", 1773480413, None, "2" * 100,
                                    "2026-03-14T09:26:53+99:99"])  # fmt: skip
def test_what_is_no_date_is_none(given_: Any) -> None:
    assert values.when(given_) is None


def test_public_has_one_spelling_after_reading() -> None:
    assert values.uris(["as:Public", "Public", PUBLIC], 10) == (PUBLIC,)
    assert values.uris("as:Public", 10) == (PUBLIC,)


def test_uris_are_taken_from_strings_objects_and_links() -> None:
    mixed = ["https://a.example/1", {"id": "https://a.example/2"}, {"href": "https://a.example/3"},
             {"id": None}, 4, None, "https://a.example/1"]  # fmt: skip
    assert values.uris(mixed, 10) == tuple(f"https://a.example/{n}" for n in (1, 2, 3))
    assert values.uri({"id": "https://a.example/2"}) == "https://a.example/2"
    assert values.uris(mixed, 2) == ("https://a.example/1", "https://a.example/2")


@pytest.mark.parametrize("good", [
    "https://a.example/", "https://a.example", "http://a.example:8080/x?y#z",
    "https://bsky.example/ap/did:plc:oky5", "https://a.example/@b@c.example/",
    "https://a.example/convert/ap/at://did:plc:x/y", "https://blåbær.example/", "https://[::1]/x",
])  # fmt: skip
def test_addresses_in_use_are_valid(good: str) -> None:
    assert values.valid_uri(good)


@pytest.mark.parametrize("bad", [
    "", "a", "ftp://a.example/", "at://did:plc:x", "https:///x", "https://a.example /",
    "https://u@a.example/", "https://u:p@a.example/", "https://a.example\\@b.example/",
    "https://a.example/\u202e", "https://a.example/\n", "https://a.example:99999/",
    "https://a.example/" + "x" * limits.URI.size, "https://1.2.3/", "HTTPS://a.example/",
])  # fmt: skip
def test_addresses_that_readers_disagree_about_are_not(bad: str) -> None:
    assert not values.valid_uri(bad)


def test_links_are_resolved_against_the_id() -> None:
    base = "https://a.example/users/b"
    assert values.link("/x.png", base) == "https://a.example/x.png"
    assert values.link("../x.png", base) == "https://a.example/x.png"
    assert values.link([{"type": "Link", "href": "x.png"}], base) == "https://a.example/users/x.png"
    assert values.link("javascript:alert(1)", base) == ""
    assert values.link("https://[", base) == ""
    assert values.link("https://a.example/?a=1&#038;b=2", base) == "https://a.example/?a=1&b=2"


def test_numbers_may_be_typed_literals_but_not_negative_or_huge() -> None:
    assert values.whole({"@type": "xsd:nonNegativeInteger", "@value": "7"}) == 7
    assert values.whole(7.0) == 7
    for bad in (-1, 2**60, True, "1e9", 1.5, float("inf"), None, "٣"):
        assert values.whole(bad) is None


def test_a_line_has_no_controls_and_no_change_of_direction() -> None:
    assert values.line("a\u202eb\nc\x00d\u2066", 100) == "ab c d"
    assert values.line("  Ordførerens   kontor ", 100) == "Ordførerens kontor"


def test_language_tags_that_say_nothing_are_none() -> None:
    assert values.language("nb") == "nb"
    assert values.language("zh-Hant-TW") == "zh-Hant-TW"
    for nothing in ("und", "", "x" * 30, "n b", 5, None):
        assert values.language(nothing) == ""


def test_languages_come_from_maps_and_tagged_strings() -> None:
    assert values.by_language({"nb": "Hei", "": "?", "en": 5}, 10) == {"nb": "Hei"}
    tagged = [{"@value": "Hei", "@language": "nb"}, {"@value": "Hi", "@language": "en"}]
    assert values.by_language(tagged, 10) == {"nb": "Hei", "en": "Hi"}
    assert values.by_language("Hei", 10) == {}


def test_types_lose_their_prefix() -> None:
    full = "https://www.w3.org/ns/activitystreams#Note"
    assert values.types({"type": ["as:Note", full, 5]}) == ("Note", "Note")
    assert values.types({}) == ()
