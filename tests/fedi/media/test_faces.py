"""Faces for those who chose none."""

from io import BytesIO

import pytest
from PIL import Image

from fedi.media import faces


@pytest.mark.parametrize("person", [True, False])
def test_an_avatar_is_a_picture_of_two_colours(person: bool) -> None:
    picture = Image.open(BytesIO(faces.avatar(3, person=person)))
    assert (picture.format, picture.size, picture.mode) == ("PNG", (240, 240), "RGB")
    assert len(picture.getcolors() or []) == 2


def test_a_person_and_a_house_look_different_and_so_do_neighbours() -> None:
    pictures = {faces.avatar(n, person=p) for n in range(8) for p in (True, False)}
    assert len(pictures) == 16
    assert all(len(one) < 4_000 for one in pictures)


def test_a_header_grows_lighter() -> None:
    picture = Image.open(BytesIO(faces.header(faces.rgb_of(5))))
    assert picture.size == (900, 300)
    top, foot = picture.getpixel((0, 0)), picture.getpixel((0, 299))
    assert isinstance(top, tuple)
    assert isinstance(foot, tuple)
    assert sum(foot) > sum(top)


def test_the_colour_is_that_of_the_pages() -> None:
    assert (
        faces.colour_of(117409657651200004) == (117409657651200004 ^ 117409657651200004 >> 16) % 8
    )
