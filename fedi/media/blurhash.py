"""A few characters that stand for a picture until it is there: BlurHash, by its published format.

Source: the algorithm description at blurha.sh (woltapp/blurhash, Algorithm.md). Colours are made
linear, the lowest frequencies of a cosine transform are kept, and written in base 83.
"""

import math
from collections.abc import Sequence
from typing import Final

ALPHABET: Final = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
)
Colour = tuple[float, float, float]

_LINEAR: Final = tuple(
    value / 255 / 12.92 if value / 255 <= 0.04045 else ((value / 255 + 0.055) / 1.055) ** 2.4
    for value in range(256)
)


def blurhash(
    pixels: Sequence[tuple[int, int, int]], width: int, height: int, across: int = 4, down: int = 3
) -> str:
    """Return the hash of RGB pixels, row by row; `across` and `down` (1 to 9) are its detail.

    The work grows with the pixels: give it a picture shrunk to some 32 pixels a side.
    """
    if len(pixels) != width * height or not (1 <= across <= 9 and 1 <= down <= 9):
        raise ValueError("the pixels do not fill the picture, or the detail is not 1 to 9")
    factors = _factors(pixels, width, height, across, down)
    average, rest = factors[0], factors[1:]
    largest = max((abs(part) for factor in rest for part in factor), default=0.0)
    scale = max(0, min(82, math.floor(largest * 166 - 0.5))) if rest else 0
    text = _digits((across - 1) + (down - 1) * 9, 1) + _digits(scale, 1) + _average(average)
    most = (scale + 1) / 166
    return text + "".join(_digits(_quantised(factor, most), 2) for factor in rest)


def _factors(
    pixels: Sequence[tuple[int, int, int]], width: int, height: int, across: int, down: int
) -> list[Colour]:
    linear = [(_LINEAR[r], _LINEAR[g], _LINEAR[b]) for r, g, b in pixels]
    waves_x = [[math.cos(math.pi * i * x / width) for x in range(width)] for i in range(across)]
    waves_y = [[math.cos(math.pi * j * y / height) for y in range(height)] for j in range(down)]
    found = []
    for j in range(down):
        for i in range(across):
            red = green = blue = 0.0
            for y in range(height):
                row = y * width
                for x in range(width):
                    weight = waves_x[i][x] * waves_y[j][y]
                    pixel = linear[row + x]
                    red += weight * pixel[0]
                    green += weight * pixel[1]
                    blue += weight * pixel[2]
            scale = (1 if i == j == 0 else 2) / (width * height)
            found.append((red * scale, green * scale, blue * scale))
    return found


def _average(colour: Colour) -> str:
    red, green, blue = (_srgb(part) for part in colour)
    return _digits((red << 16) + (green << 8) + blue, 4)


def _srgb(linear: float) -> int:
    value = max(0.0, min(1.0, linear))
    shown = value * 12.92 if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return int(shown * 255 + 0.5)


def _quantised(colour: Colour, most: float) -> int:
    steps = [
        max(0, min(18, math.floor(math.copysign(abs(part / most) ** 0.5, part) * 9 + 9.5)))
        for part in colour
    ]
    return steps[0] * 19 * 19 + steps[1] * 19 + steps[2]


def _digits(value: int, length: int) -> str:
    return "".join(ALPHABET[value // 83 ** (length - place) % 83] for place in range(1, length + 1))
