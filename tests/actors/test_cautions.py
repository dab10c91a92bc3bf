"""What an author is stopped at, by kind."""

import pytest

from actors.cautions import SENTENCES, Caution, Watched, cautions, stop
from actors.posts import Visibility
from tests.actors.test_numbers import SYNTHETIC
from tests.people import ALICE, KARI

LIST = "Anne 91 23 45 67, Ola 92 23 45 67, Kari 93 23 45 67, Siri 94 23 45 67, Per 95 23 45 67"


def test_a_plain_post_stops_nobody() -> None:
    text = "Møtet er 12.03.2026 kl. 10, sak 2026/12345. Ring 22 33 44 55."
    assert cautions([text, "Ja", "Nei"], Watched(words=("taushetsplikt",))) == ()


def test_each_kind_is_found_the_gravest_first() -> None:
    text = f"{SYNTHETIC} {LIST} Gradert"
    found = cautions([text], Watched(words=("gradert",)))
    assert found == (Caution.ID_NUMBER, Caution.PHONE_LIST, Caution.WORD)


def test_it_is_found_in_any_of_the_texts() -> None:
    assert cautions(["Hei", "", f"Bilde av {SYNTHETIC}"], Watched()) == (Caution.ID_NUMBER,)


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("Dette er GRADERT.", True),
        ("gradert", True),
        ("ugradert", False),
        ("graderte", False),
        ("Måned for måned", True),
        ("Ma\u030aned", True),
        ("brukere (med navn)", True),
    ],
)
def test_a_word_is_a_word_of_its_own_whatever_its_case(text: str, stops: bool) -> None:
    watched = Watched(words=("gradert", "måned", "(med navn)", ""))
    assert (cautions([text], watched) == (Caution.WORD,)) is stops


def test_what_is_not_watched_stops_nobody() -> None:
    watched = Watched(id_numbers=False, phone_numbers=0)
    assert cautions([f"{SYNTHETIC} {LIST}"], watched) == ()


def test_every_kind_says_what_to_do() -> None:
    assert set(SENTENCES) == set(Caution)
    assert all("once more" in sentence for sentence in SENTENCES.values())


def test_only_what_leaves_the_house_is_stopped() -> None:
    named = {"inside": [KARI], "outside": [KARI, ALICE]}
    stopped = {
        (visibility, who)
        for visibility in Visibility
        for who, actors in named.items()
        if stop(Caution.WORD, visibility, actors) is not None
    }
    both = {Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS}
    assert stopped == {(one, who) for one in both for who in named} | {
        (Visibility.DIRECT, "outside")
    }
    assert stop(None, Visibility.PUBLIC, [ALICE]) is None
