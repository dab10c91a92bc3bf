"""Four languages: the same words in each, the right plural, and the reader's own choice."""

import re
from typing import Any

import pytest

from fedi.pages.language import FALLBACKS, catalogue, choose, number, plural, speech

CODES = tuple(FALLBACKS)


def forms(word: Any) -> set[str]:
    return set(word) if isinstance(word, dict) else set()


def holes(word: Any) -> set[str]:
    texts = word.values() if isinstance(word, dict) else [word]
    return {hole for text in texts for hole in re.findall(r"\{(\w+)\}", str(text))}


@pytest.mark.parametrize("code", ["nn", "en"])
def test_nynorsk_and_english_lack_no_word_that_bokmal_has(code: str) -> None:
    assert set(catalogue(code)) == set(catalogue("nb"))


def test_northern_sami_has_no_word_that_bokmal_lacks() -> None:
    assert set(catalogue("se")) <= set(catalogue("nb"))


@pytest.mark.parametrize("code", CODES)
def test_every_word_takes_the_values_that_bokmal_takes(code: str) -> None:
    for key, word in catalogue(code).items():
        wanted = holes(catalogue("nb")[key])
        assert holes(word) <= wanted if code == "se" else holes(word) == wanted, key


@pytest.mark.parametrize("code", CODES)
def test_counted_words_have_each_form_of_their_language(code: str) -> None:
    wanted = {"one", "two", "other"} if code == "se" else {"one", "other"}
    for key, word in catalogue(code).items():
        assert forms(word) in (set(), wanted), key


@pytest.mark.parametrize("code", CODES)
def test_there_are_twelve_months(code: str) -> None:
    assert len(set(speech(code).list("time.months"))) == 12


@pytest.mark.parametrize("code", CODES)
def test_no_word_of_machines_is_shown_to_people(code: str) -> None:
    forbidden = re.compile(
        r"\b(instans|node|boost|tut|føder\w*|tråd|feed|timeline|server|tjener|token|URL|cache)\b",
        re.IGNORECASE,
    )
    for key, word in catalogue(code).items():
        assert not forbidden.search(str(word)), key


def test_northern_sami_has_a_dual() -> None:
    assert [plural("se", n) for n in (0, 1, 2, 3)] == ["other", "one", "two", "other"]
    assert [plural("nb", n) for n in (0, 1, 2)] == ["other", "one", "other"]
    assert speech("se").text("re.replies", 2) == "2 vástádusa"


def test_thousands_stand_apart_without_breaking() -> None:
    assert number(1234567) == "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567"
    assert speech("nb").text("re.replies", 12345) == "12\N{NO-BREAK SPACE}345 svar"


@pytest.mark.parametrize(
    ("accepted", "organisation", "chosen", "language"),
    [
        ("", "nn", "", "nn"),
        ("", "nb-NO", "", "nb"),
        ("", "de", "", "nb"),
        ("en;q=0.5, sme;q=0.8", "nb", "", "se"),
        ("nb, nn", "nn", "", "nb"),
        ("en", "nb", "se", "se"),
        ("en", "nb", "klingon", "en"),
        ("*", "nn", "", "nn"),
        ("en;q=0", "nn", "", "nn"),
        ("nn;q=abc,,;;en--;" + "x" * 10_000, "nb", "", "nb"),
        ("nb-Latn-NO-x-y;q=1.0", "nn", "", "nb"),
    ],
)
def test_the_choice_comes_before_the_browser_and_that_before_the_house(
    accepted: str, organisation: str, chosen: str, language: str
) -> None:
    assert choose(accepted, organisation, chosen) == language


def test_values_are_escaped_and_cannot_be_patterns() -> None:
    said = speech("nb")("re.shared_by", name="<b>{name}</b> {0.__class__}")
    assert str(said) == "&lt;b&gt;{name}&lt;/b&gt; {0.__class__} delte dette"


def test_a_word_nobody_has_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        speech("nb")("no.such.word")
