"""BlurHash: what a hash must be by its published format."""

import pytest

from fedi.media.blurhash import ALPHABET, blurhash


def test_one_colour_is_that_colour_and_nothing_else() -> None:
    """Worked out by hand from the format: the average in four digits, and factors that are zero."""
    red = 255 << 16
    digits = ""
    for place in (3, 2, 1, 0):
        digits += ALPHABET[red // 83**place % 83]
    text = blurhash([(255, 0, 0)] * 12, 4, 3)
    assert text[2:6] == digits
    assert len(text) == 4 + 2 * 12


@pytest.mark.parametrize(("across", "down"), [(1, 1), (4, 3), (9, 9)])
def test_the_length_tells_the_detail(across: int, down: int) -> None:
    pixels = [(n % 256, n * 7 % 256, n * 13 % 256) for n in range(32 * 20)]
    text = blurhash(pixels, 32, 20, across, down)
    assert len(text) == 4 + 2 * across * down
    assert ALPHABET.index(text[0]) == (across - 1) + (down - 1) * 9
    assert set(text) <= set(ALPHABET)


def test_left_and_right_differ() -> None:
    left = blurhash([(255, 255, 255), (0, 0, 0)] * 2, 2, 2)
    right = blurhash([(0, 0, 0), (255, 255, 255)] * 2, 2, 2)
    assert left != right


def test_pixels_that_do_not_fill_the_picture_are_an_error() -> None:
    for pixels, width, across in (([(0, 0, 0)], 2, 4), ([(0, 0, 0)], 1, 0), ([(0, 0, 0)], 1, 10)):
        with pytest.raises(ValueError, match="pixels"):
            blurhash(pixels, width, 1, across)
