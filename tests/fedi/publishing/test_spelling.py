"""The audience of a post as sentences: each kind, each language, one and many."""

import pytest

from actors.handles import Handle
from actors.people import Actor
from actors.posts import Visibility
from fedi.pages.language import FALLBACKS, speech
from fedi.publishing.foreseeing import Foreseen
from fedi.publishing.spelling import sentences
from tests.people import ALLE, BEREDSKAP, CARLA, KARI, LEDERGRUPPEN, OLA, SAMARBEID

ORGANISATION = "Bystyrets sekretariat"


def told(foreseen: Foreseen, code: str = "nb") -> list[str]:
    return sentences(foreseen, speech(code), ORGANISATION)


def found(visibility: Visibility, author: Actor = LEDERGRUPPEN, **rest: object) -> Foreseen:
    given = {"asked": visibility, "answers": False, "people": 53, **rest}
    return Foreseen(author=author, visibility=visibility, **given)  # type: ignore[arg-type]


def test_an_internal_post_is_told_in_words_and_a_number() -> None:
    inside = found(Visibility.INTERNAL)
    assert told(inside) == [
        "Bare ansatte i Bystyrets sekretariat.",
        "Synlig for 53 ansatte i Bystyrets sekretariat.",
        "Går aldri ut av Bystyrets sekretariat.",
    ]
    assert told(inside, "nn")[1] == "Synleg for 53 tilsette i Bystyrets sekretariat."
    assert told(inside, "en")[1] == "Visible to 53 employees of Bystyrets sekretariat."
    assert told(inside, "se")[1] == "Oidno 53 bargái: Bystyrets sekretariat."


def test_one_is_told_as_one() -> None:
    one = found(Visibility.PUBLIC, people=1, outside={"a.test": 1})
    assert told(one)[1:] == [
        "Synlig for 1 ansatt i Bystyrets sekretariat.",
        "Går også til 1 følger i 1 virksomhet.",
    ]
    assert told(one, "nn")[2] == "Går også til 1 følgjar i 1 verksemd."
    assert told(one, "en")[2] == "Also sent to 1 follower in 1 organisation."
    assert told(one, "se")[2] == "Sáddejuvvo maid olggobeallai: 1 čuovvu, 1 ásahus."


def test_thousands_of_followers_are_written_apart() -> None:
    many = found(Visibility.PUBLIC, outside={"a.test": 1200, "b.test": 34})
    assert told(many) == [
        "Alle, også utenfor Bystyrets sekretariat og på internett.",
        "Synlig for 53 ansatte i Bystyrets sekretariat.",
        "Går også til 1\N{NO-BREAK SPACE}234 følgere i 2 virksomheter.",
    ]


def test_those_we_work_with_are_not_the_internet() -> None:
    limited = told(found(Visibility.PUBLIC, SAMARBEID, outside={"a.test": 2}))
    assert limited[0] == "Virksomheter vi samarbeider med."
    assert not any("internett" in one for one in limited)


def test_a_word_to_some_names_them() -> None:
    some = found(Visibility.DIRECT, KARI, people=2, mentioned=(OLA, CARLA), outside={"x.test": 1})
    assert told(some)[0] == "Bare de du nevner: Ola Hansen, Carla."
    nobody = found(Visibility.DIRECT, KARI, people=1)
    assert told(nobody)[0] == "Du nevner ingen: bare du ser dette."


def test_a_group_is_told_with_its_members() -> None:
    inside = found(Visibility.GROUP, KARI, asked=Visibility.PUBLIC, groups=((ALLE, 12),))
    assert told(inside) == [
        "Gruppen Alle: bare de 12 medlemmene.",
        "Synlig for 53 ansatte i Bystyrets sekretariat.",
        "Går aldri ut av Bystyrets sekretariat.",
        "Det som står i en gruppe, blir i gruppen.",
    ]


def test_what_became_narrower_says_why() -> None:
    answer = found(Visibility.INTERNAL, asked=Visibility.PUBLIC, answers=True)
    assert told(answer)[-1] == "Et svar blir aldri synlig for flere enn det du svarer på."
    closed = found(Visibility.INTERNAL, BEREDSKAP, asked=Visibility.PUBLIC)
    assert told(closed)[-1] == "Beredskapsrådet kan ikke nå flere enn dette."


def test_handles_nobody_has_met_are_named() -> None:
    strange = found(Visibility.PUBLIC, unknown=(Handle("ny", "langt.test"),))
    assert told(strange)[-1].endswith("@ny@langt.test.")


@pytest.mark.parametrize("code", FALLBACKS)
@pytest.mark.parametrize("visibility", Visibility)
def test_every_audience_has_its_words_in_every_language(code: str, visibility: Visibility) -> None:
    for people in (0, 1, 2, 5):
        for outside in ({}, {"a.test": 1}, {"a.test": 1, "b.test": 1}):
            lines = told(
                found(visibility, people=people, outside=outside, groups=((ALLE, people),)), code
            )
            assert len(lines) >= 2
            assert all(line[0].isupper() and line.endswith(".") for line in lines)
            assert not any("{" in line for line in lines)
