"""The style sheet: readable in light and dark (WCAG 2.2), calm for who wants no motion."""

import re
from itertools import product
from pathlib import Path

import pytest

import fedi.pages

STYLE = (Path(fedi.pages.__file__).parent / "assets" / "style.css").read_text(encoding="utf-8")
TEMPLATES = Path(fedi.pages.__file__).parent / "templates"


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+):(#[0-9a-f]{3,6})", block))


LIGHT = colours(re.findall(r":root\{.*?\}", STYLE)[0])
DARK = {**LIGHT, **colours(re.findall(r"prefers-color-scheme:dark\)\{:root\{(.*?)\}", STYLE)[0])}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


WORDS = [
    *product(("ink", "quiet", "accent"), ("ground", "paper")),
    ("accent-ink", "accent"),
    ("mark", "mark-ground"),
    ("ink", "mark-ground"),
    ("ink", "tint"),
]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("words", "ground"), WORDS)
def test_words_stand_out_from_their_ground(scheme: dict[str, str], words: str, ground: str) -> None:
    assert contrast(scheme[words], scheme[ground]) >= 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_what_one_acts_on_stands_out(scheme: dict[str, str]) -> None:
    for ground in ("ground", "paper"):
        assert contrast(scheme["focus"], scheme[ground]) >= 3
        assert contrast(scheme["quiet"], scheme[ground]) >= 3  # the border of a field
    assert contrast(scheme["accent"], scheme["tint"]) >= 3  # a poll's bar


def test_initials_stand_out_from_every_colour() -> None:
    for number in range(8):
        assert contrast("#ffffff", LIGHT[f"h{number}"]) >= 4.5


def test_nothing_moves_for_who_wants_no_motion() -> None:
    assert "animation" not in STYLE
    assert "transition" not in STYLE
    calm = STYLE.index("prefers-reduced-motion:no-preference")
    assert STYLE.index("scroll-behavior") > calm


def test_focus_is_always_to_be_seen() -> None:
    assert ":focus-visible{outline:3px solid" in STYLE
    assert set(re.findall(r"([^{}]+)\{outline:none", STYLE)) == {"\nmain:focus"}


def test_every_class_that_a_template_uses_is_styled() -> None:
    used: set[str] = set()
    for template in TEMPLATES.glob("*.html"):
        text = re.sub(r"\{[{%].*?[%}]\}", " ", template.read_text(encoding="utf-8"))
        for names in re.findall(r'class="([^"]*)"', text):
            used.update(names.split())
    plain = {"c", "pictures", "main-post", "note", "text", "intro"}  # "c" is a colour's number
    assert {name for name in used if f".{name}" not in STYLE} - plain == set()
