"""What is typed finds what was written, as somebody in Norway expects it."""

import pytest

from fedi.search import words


def kept(text: str) -> set[str]:
    """Return the words that a text can be found by."""
    return set(words.text_of([text]).split())


def finds(asked: str, text: str) -> bool:
    """Return whether one word finds a text."""
    word = words.folded(next(words.words(asked)))
    return bool({word, *words.forms(word)} & kept(text))


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("tromso", "Tromsø"),
        ("Tromsø", "TROMSØ"),
        ("tromsö", "Tromsø"),
        ("gøteborg", "Göteborg"),
        ("aasen", "Ivar Åsen"),
        ("Åsen", "Ivar Aasen"),
        ("asen", "Ivar Aasen"),
        ("aero", "Ærø"),
        ("kafe", "Kafé"),
        ("Kafé", "kafe"),
        ("sami", "Sámi"),
        ("sanga", "Šaŋga"),
        ("strasse", "Straße"),
        ("vannledning", "Vannledningene er stengt"),
        ("vannledninger", "En vannledning er stengt"),
        ("kommunestyremøte", "kommunestyremøtene"),
        ("kommunestyremotet", "Kommunestyremøter"),
        ("nations", "a nation"),
        ("running", "they run"),
        ("Москва", "МОСКВА"),
    ],
)
def test_a_word_is_found_as_it_is_typed(asked: str, text: str) -> None:
    assert finds(asked, text)


@pytest.mark.parametrize(
    ("asked", "text"),
    [("får", "far"), ("Tromsø", "Tromso"), ("hår", "har"), ("sámi", "sami"), ("rådhus", "radhus")],
)
def test_letters_that_were_typed_count(asked: str, text: str) -> None:
    assert not finds(asked, text)


def test_words_stand_in_the_order_of_the_text_and_other_forms_behind_them() -> None:
    text = words.text_of(["Møtene er i Tromsø", "Rådhuset"], ["_x"])
    order, _, rest = text.partition(" rådhuset ")
    assert order == "møtene er i tromsø _"
    assert {"møt", "motene", "mot", "tromso", "rådhus", "radhus", "radhuset"} <= set(rest.split())
    assert text.endswith(" _x")


def test_a_word_is_letters_and_digits_and_nothing_that_an_engine_reads() -> None:
    text = words.text_of(['e-post: o\'hara@nordvik.no "AND" (NOT) a\\b _x c:* ’ <->'])
    assert all(word.isalnum() or word == words.BREAK for word in text.split())
    assert "_x" not in text.split()


def test_writing_without_spaces_is_parted_by_the_letter() -> None:
    assert list(words.words("東京タワー")) == ["東", "京", "タ", "ワ", "ー"]


def test_an_endless_text_ends() -> None:
    text = words.text_of(["ord " * 100_000, "x" * 10_000])
    assert text.split().count("ord") == words.MOST
    assert max(map(len, words.text_of(["x" * 10_000]).split())) == words.LONGEST


def test_a_post_of_long_words_takes_no_more_room_than_engines_have() -> None:
    text = words.text_of([" ".join(f"{n:04}" + "ø" * 60 for n in range(5_000))] * 3)
    assert len(text.encode()) < 500_000
