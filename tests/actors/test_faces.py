"""Generated pictures: the letters of a name, an address that changes with it, and who has them."""

from dataclasses import replace

import pytest

from actors.faces import initials, mark, with_faces
from actors.people import Image
from tests.people import ALICE, ALLE, IKT, KARI, URLS


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Bystyrets sekretariat", "BS"),
        ("Komiteene", "K"),
        ("Helse og oppvekst", "HO"),
        ("Avdeling for plan, bygg og miljø", "AM"),
        ("IKT-teamet", "IT"),
        ("Áltá gielda", "ÁG"),
        ("  «Øst» 2 ", "Ø2"),
        ("og", "O"),
        ("…", ""),
        ("", ""),
    ],
)
def test_the_letters_are_those_of_the_words_that_matter(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_departments_and_groups_have_pictures_and_people_have_none() -> None:
    for one in (IKT, ALLE):
        drawn = with_faces(one, "", URLS)
        assert drawn.icon is not None
        assert drawn.image is not None
        named = URLS.parse(drawn.icon.url)
        assert named is not None
        assert (named.kind, named.id, named.name) == ("face", one.id, mark(one.id, one.name, ""))
    assert with_faces(KARI, "", URLS) == KARI
    assert with_faces(ALICE, "", URLS) == ALICE


def test_a_new_name_or_colour_has_a_new_address_and_a_chosen_picture_stays() -> None:
    first = with_faces(IKT, "", URLS)
    assert with_faces(first, "", URLS) == first
    assert with_faces(replace(first, name="IT"), "", URLS).icon != first.icon
    assert with_faces(first, "#112233", URLS).image != first.image
    chosen = replace(first, icon=Image(URLS.media("a.png"), "image/png"))
    assert with_faces(replace(chosen, name="IT"), "", URLS).icon == chosen.icon
