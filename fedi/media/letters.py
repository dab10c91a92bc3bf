"""Draws one or two letters on a colour, as PNG: strokes with round ends, smooth at their edges.

No font and no library of pictures: an alphabet of strokes on a grid of 4 by 6 is all it takes, the
same on every machine. A letter without strokes (another script) has none, and nothing is drawn.
faces.py serves what comes of it.
"""

import math
import struct
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final

Colour = tuple[int, int, int]
Point = tuple[float, float]
Segment = tuple[Point, Point]

WHITE: Final[Colour] = (255, 255, 255)
INK: Final[Colour] = (0, 0, 0)
_ROUND: Final = "~20 00 03 06 26 46 43 40 20"
# Each stroke is a line through points (x, y); one that begins with ~ is a curve along them.
_STROKES: Final = {
    "A": "06 20 46|14 34",
    "B": "00 06|~00 20 40 43 23 03|~03 23 43 46 26 06",
    "C": "~41 40 20 00 03 06 26 46 45",
    "D": "00 06|~00 20 40 43 46 26 06",
    "E": "40 00 06 46|03 33",
    "F": "40 00 06|03 33",
    "G": "~41 40 20 00 03 06 26 46 43|43 23",
    "H": "00 06|40 46|03 43",
    "I": "20 26",
    "J": "~40 43 46 26 06 04",
    "K": "00 06|40 03 46",
    "L": "00 06 46",
    "M": "06 00 23 40 46",
    "N": "06 00 46 40",
    "O": _ROUND,
    "P": "00 06|~00 20 40 43 23 03",
    "Q": f"{_ROUND}|24 46",
    "R": "00 06|~00 20 40 43 23 03|23 46",
    "S": "~41 40 20 00 03 43 46 26 06 05",
    "T": "00 40|20 26",
    "U": "~00 03 06 26 46 43 40",
    "V": "00 26 40",
    "W": "00 16 22 36 40",
    "X": "00 46|40 06",
    "Y": "00 23 40|23 26",
    "Z": "00 40 06 46",
    "Æ": "06 20 40|20 26 46|23 43|14 24",
    "Ø": f"{_ROUND}|06 40",
    "Đ": "00 06|~00 20 40 43 46 26 06|03 23",
    "Ŋ": "06 00 46|~40 46 48 28",
    "Ŧ": "00 40|20 26|13 33",
    "Þ": "00 06|~01 21 41 44 24 04",
    "0": _ROUND,
    "1": "11 20 26",
    "2": "~01 00 20 40 43 06|06 46",
    "3": "~01 00 40 43 23|~23 43 46 06 05",
    "4": "36 30 04 44",
    "5": "40 00 03|~03 43 46 06 05",
    "6": "~41 40 00 06 46 43 03",
    "7": "00 40 16",
    "8": "~20 00 03 23 43 40 20|~23 03 06 26 46 43 23",
    "9": "~43 03 00 40 46 06 05",
}
# What stands above a letter, by the combining character of Unicode.
_ACCENTS: Final = {
    "\u030a": ((2.0, -2.7), (1.2, -1.9), (2.0, -1.1), (2.8, -1.9), (2.0, -2.7)),
    "\u0301": ((1.6, -1.1), (2.6, -2.1)),
    "\u0300": ((2.4, -1.1), (1.4, -2.1)),
    "\u030c": ((1.1, -2.1), (2.0, -1.2), (2.9, -2.1)),
    "\u0302": ((1.1, -1.2), (2.0, -2.1), (2.9, -1.2)),
    "\u0303": ((0.9, -1.3), (1.5, -1.8), (2.4, -1.3), (3.0, -1.8)),
    "\u0307": ((2.0, -1.5), (2.0, -1.5)),
}
_DOTS: Final = ((1.0, -1.5), (3.0, -1.5))
_SUB: Final = 4  # lines that each row of pixels is looked at with
_WEIGHT: Final = 0.36  # half the thickness of a stroke, on the grid


def contrast(one: Colour, other: Colour) -> float:
    """Return how well one colour reads on another (WCAG 2.2: 4.5 is enough for any text)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_on(back: Colour) -> Colour:
    """Return what reads best on a colour: white or black, always 4.5 or better."""
    return max((WHITE, INK), key=lambda ink: contrast(ink, back))


def drawable(text: str) -> bool:
    """Return whether there are strokes for every letter of a text that isn't empty."""
    return bool(text) and all(unicodedata.normalize("NFD", c)[0] in _STROKES for c in text)


def draw(text: str, back: Colour, side: int) -> bytes:
    """Return one or two drawable letters as a square PNG, `side` pixels wide."""
    ink = ink_on(back)
    scale = side / (11.0 if len(text) == 1 else 15.5)
    width = len(text) * 4 + (len(text) - 1) * 1.8
    left, top = (side / scale - width) / 2, (side / scale - 6) / 2
    if any(unicodedata.normalize("NFD", c) != c for c in text):
        top += 0.9  # the letter and what stands above it are in the middle together
    segments = [
        tuple((x * scale, y * scale) for x, y in segment)
        for number, letter in enumerate(text)
        for segment in _letter(letter, left + number * 5.8, top)
    ]
    rows = _rows(segments, _WEIGHT * scale, side)  # type: ignore[arg-type]
    return _png(side, back, ink, rows)


# -- strokes


def _letter(letter: str, left: float, top: float) -> Iterator[Segment]:
    parts = unicodedata.normalize("NFD", letter)
    base, above = parts[0], parts[1:]
    lines = [_line(stroke) for stroke in _STROKES[base].split("|")]
    for accent in above:
        if accent == "\u0308":
            lines += [(dot, dot) for dot in _DOTS]
        elif accent in _ACCENTS:
            lines.append(_ACCENTS[accent])
    for line in lines:
        for (x0, y0), (x1, y1) in pairwise(line):
            yield (left + x0, top + y0), (left + x1, top + y1)


def _line(stroke: str) -> Sequence[Point]:
    points: list[Point] = [(float(p[0]), float(p[1])) for p in stroke.lstrip("~").split()]
    return _smooth(points) if stroke.startswith("~") else points


def _smooth(points: list[Point]) -> list[Point]:
    """Cut the corners of a line three times (Chaikin), so that it is seen as a curve."""
    for _ in range(3):
        cut = [points[0]]
        for (x0, y0), (x1, y1) in pairwise(points):
            cut += [((3 * x0 + x1) / 4, (3 * y0 + y1) / 4), ((x0 + 3 * x1) / 4, (y0 + 3 * y1) / 4)]
        points = [*cut, points[-1]]
    return points


# -- pixels


def _rows(segments: Sequence[Segment], radius: float, side: int) -> Iterator[bytes]:
    """Yield each row as how much of every pixel is inked, 0 to 255."""
    bounds = [(min(a[1], b[1]) - radius, max(a[1], b[1]) + radius, a, b) for a, b in segments]
    blank = bytes(side)
    for row in range(side):
        near = [(a, b) for low, high, a, b in bounds if low < row + 1 and high > row]
        if not near:
            yield blank
            continue
        change = [0.0] * (side + 2)
        for sub in range(_SUB):
            y = row + (sub + 0.5) / _SUB
            for start, end in _merged(_spans(near, radius, y), side):
                _ink(change, start, end)
        yield bytes(min(255, max(0, round(v * 255 / _SUB))) for v in accumulate(change[:side]))


def _spans(segments: Sequence[Segment], radius: float, y: float) -> Iterator[tuple[float, float]]:
    """Yield what each stroke covers of the line at `y`: a band with a round end at both points."""
    for (ax, ay), (bx, by) in segments:
        found: list[float] = []
        for cx, cy in ((ax, ay), (bx, by)):
            half = radius * radius - (y - cy) ** 2
            if half >= 0:
                found += [cx - math.sqrt(half), cx + math.sqrt(half)]
        dx, dy = bx - ax, by - ay
        length = math.hypot(dx, dy)
        if length and dy:
            # Where the line meets the sides of the band, as far as the band goes.
            for offset in (-radius, radius):
                x = ax + (dx * (y - ay) + offset * length) / dy
                along = (dx * (x - ax) + dy * (y - ay)) / length
                if 0 <= along <= length:
                    found.append(x)
        if found:
            yield min(found), max(found)


def _merged(spans: Iterator[tuple[float, float]], side: int) -> Iterator[tuple[float, float]]:
    """Yield spans without overlap, within the picture."""
    held: tuple[float, float] | None = None
    for start, end in sorted((max(0.0, a), min(float(side), b)) for a, b in spans):
        if end <= start:
            continue
        if held is not None and start <= held[1]:
            held = (held[0], max(held[1], end))
            continue
        if held is not None:
            yield held
        held = (start, end)
    if held is not None:
        yield held


def _ink(change: list[float], start: float, end: float) -> None:
    """Note a span in a row of differences: whole pixels fully, those at its ends in part."""
    first, last = int(start), int(end)
    change[first] += 1 - (start - first)
    change[first + 1] += start - first
    change[last] -= 1 - (end - last)
    change[last + 1] -= end - last


def _png(side: int, back: Colour, ink: Colour, rows: Iterator[bytes]) -> bytes:
    """Return rows of 0 to 255 as PNG (RFC 2083) whose palette goes from one colour to another."""
    palette = bytes(
        round(a + (b - a) * part / 255)
        for part in range(256)
        for a, b in zip(back, ink, strict=True)
    )
    raw = b"".join(b"\x00" + row for row in rows)
    head = struct.pack(">IIBBBBB", side, side, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _luminance(colour: Colour) -> float:
    parts = [
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
        for v in (channel / 255 for channel in colour)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
