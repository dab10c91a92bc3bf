"""Letters on a colour: readable on any of them, the same each time, and with room around them."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fedi.media import faces, letters

RGB = st.tuples(*[st.integers(0, 255)] * 3)


@given(RGB)
def test_letters_read_well_on_every_colour(back: letters.Colour) -> None:
    assert letters.contrast(letters.ink_on(back), back) >= 4.5


@pytest.mark.parametrize("number", range(8))
def test_a_departments_own_colours_take_white_letters(number: int) -> None:
    assert letters.ink_on(faces.rgb_of(number)) == letters.WHITE


@pytest.mark.parametrize("text", ["B", "BS", "ÅØ", "ČŊ", "Ö1", "Æ"])
def test_a_picture_has_its_colours_and_room_around_its_letters(text: str) -> None:
    back = (240, 200, 60)
    made = letters.draw(text, back, 96)
    picture = Image.open(BytesIO(made)).convert("RGB")
    assert (picture.size, len(made) < 4_000) == ((96, 96), True)
    colours = {colour for _, colour in picture.getcolors(maxcolors=9_999) or []}
    assert {back, letters.INK} <= colours
    edge = [picture.getpixel((n, y)) for n in range(96) for y in (0, 95)]
    edge += [picture.getpixel((x, n)) for n in range(96) for x in (0, 95)]
    assert set(edge) == {back}
    assert letters.draw(text, back, 96) == made


def test_every_letter_looks_different() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅÁČĐŊŠŦŽÖ0123456789"
    # The letter O and the figure are one, as on many a sign.
    drawn = {letters.draw(letter, (0, 0, 0), 32) for letter in alphabet}
    assert len(drawn) == len(alphabet) - 1


def test_another_script_has_no_strokes() -> None:
    assert [letters.drawable(text) for text in ("", "Ж", "B漢", "BØ")] == [
        False,
        False,
        False,
        True,
    ]
