"""What a card makes of names, numbers and addresses."""

from zoneinfo import ZoneInfo

import pytest

from actors.posts import Option, Question
from fedi.pages.cards import CUT_ABOVE, Cards, initials, web
from fedi.pages.language import speech
from fedi.pages.times import Times
from fedi.store.showing import Shown
from tests.fedi import town
from tests.fedi.town import HOUR, IT, NOW, OLA, URLS

SAY = speech("nb")
CARDS = Cards(URLS, SAY, Times(SAY, ZoneInfo("Europe/Oslo"), NOW), NOW)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Bystyrets sekretariat", "BS"),
        ("Kari", "K"),
        ("kari anne nordmann", "KN"),
        ("Ærø Østby", "ÆØ"),
        ("Čohkkiras", "Č"),
        ("«IKT»-teamet (drift)", "ID"),
        ("🎉", "–"),
        ("", "–"),
        ("  ", "–"),
        ("ß", "SS"),
    ],
)
def test_initials_are_letters_of_the_first_and_last_word(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example/b", True),
        ("http://a.example/b", True),
        ("javascript:alert(1)", False),
        ("JAVASCRIPT:alert(1)", False),
        ("data:text/html,x", False),
        ("//a.example", False),
        ("https://", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_only_web_addresses_are_links(url: str, kept: bool) -> None:
    assert web(url) == (url if kept else "")


def tally(multiple: bool, voters: int | None, *votes: int) -> list[int]:
    options = tuple(Option(str(n), count) for n, count in enumerate(votes))
    question = Question(options=options, multiple=multiple, voters=voters)
    shown = Shown(post=town.post(IT, HOUR, ""), author=IT, question=question)
    poll = CARDS.card(shown).poll
    assert poll is not None
    return [option.share for option in poll.options]


def test_shares_are_of_votes_and_where_one_has_many_of_voters() -> None:
    assert tally(False, None, 1, 1, 2) == [25, 25, 50]
    assert tally(True, 4, 4, 1) == [100, 25]
    assert tally(False, None, 0, 0) == [0, 0]


def test_numbers_that_cannot_be_stay_within_the_bar() -> None:
    assert tally(True, 1, 50, -3) == [100, 0]
    assert tally(True, -5, 1, 0) == [100, 0]


def test_an_actor_of_ours_is_shown_by_its_name_in_the_readers_language() -> None:
    named = town.actor(40, "plan", "Plan og bygg", names={"nb": "Plan- og bygg"})
    assert CARDS.face(named).name == "Plan- og bygg"
    assert CARDS.face(named).href == "/@plan"


def test_a_name_without_end_is_cut() -> None:
    assert len(CARDS.face(town.outsider(41, "x", "a" * 10_000)).name) == 100


def test_a_long_text_is_cut_between_words_and_only_in_lists() -> None:
    long = town.post(OLA, HOUR, "<p>" + "ord " * CUT_ABOVE + "</p>")
    text, _, more = CARDS.text(long, whole=False)
    assert more
    assert len(text) < 600
    assert str(text).endswith("ord…</p>")
    assert CARDS.text(long, whole=True)[2] is False


def test_a_text_of_a_language_that_is_none_has_none() -> None:
    assert CARDS.text(town.post(IT, HOUR, "<p>a</p>", language='nb" onclick'), whole=True)[1] == ""
