"""One form for each hashtag."""

import unicodedata

import pytest

from actors.hashtags import hashtag_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vei", "vei"),
        ("ØL", "øl"),
        ("Straße", "STRASSE"),
        ("Åre", unicodedata.normalize("NFD", "åre")),
    ],
)
def test_two_spellings_are_one_hashtag(one: str, other: str) -> None:
    assert hashtag_key(one) == hashtag_key(other)


def test_the_key_of_a_key_is_itself() -> None:
    for name in ("Tromsø", "Straße", "ǅ", "İstanbul"):
        assert hashtag_key(hashtag_key(name)) == hashtag_key(name)
