"""The words of the pages: catalogues in words/, and which of them a reader gets.

A reader's choice (the cookie) comes first, then what the browser asks for, then the
organisation's own. Words a catalogue lacks come from the next one, marked with their language.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from markupsafe import Markup, escape

FALLBACKS: Final[Mapping[str, tuple[str, ...]]] = {
    "nb": ("nb", "nn", "en"),
    "nn": ("nn", "nb", "en"),
    "se": ("se", "nb", "en"),
    "en": ("en", "nb"),
}
OWN_NAMES: Final[Mapping[str, str]] = {
    "nb": "Bokmål",
    "nn": "Nynorsk",
    "se": "Davvisámegiella",
    "en": "English",
}
_SAME: Final = {"no": "nb", "nb": "nb", "nn": "nn", "se": "se", "sme": "se", "en": "en"}
_LOCALES: Final = {"nb": "nb_NO", "nn": "nn_NO", "se": "se_NO", "en": "en_GB"}
_ACCEPT_MAX: Final = 512
_RANGE: Final = re.compile(
    r"\s*([A-Za-z]{2,3})(?:-[A-Za-z0-9-]{1,30})?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*"
)

Words = Mapping[str, Any]


@cache
def catalogue(code: str) -> Words:
    """Return a language's words by dotted key; a counted phrase is a table of its forms."""
    text = files(__package__).joinpath(f"words/{code}.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = {}
    for group, words in tomllib.loads(text).items():
        found.update((f"{group}.{name}", word) for name, word in words.items())
    return found


def choose(accept_language: str, organisation: str, chosen: str = "") -> str:
    """Return the language to answer in: one of FALLBACKS."""
    if chosen in FALLBACKS:
        return chosen
    best, best_quality = "", 0.0
    for part in accept_language[:_ACCEPT_MAX].split(","):
        match = _RANGE.fullmatch(part)
        code = _SAME.get(match[1].lower()) if match else None
        quality = float(match[2]) if match and match[2] else 1.0
        if code is not None and quality > best_quality:
            best, best_quality = code, quality
    own = _SAME.get(organisation.partition("-")[0].lower(), "nb")
    return best or own


def plural(code: str, n: int) -> str:
    """Return the CLDR category of a whole number: Northern Sámi has a dual, the others none."""
    if n == 1:
        return "one"
    return "two" if code == "se" and n == 2 else "other"


def number(n: int) -> str:
    """Write a number with its thousands apart by a no-break space, as in all four languages."""
    return f"{n:,}".replace(",", "\N{NO-BREAK SPACE}")


class Speech:
    """What a page says, in one language."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.locale = _LOCALES[code]

    def __call__(self, key: str, n: int | None = None, **values: Any) -> Markup:
        """Say a phrase as HTML; values are escaped, and words of another language are marked."""
        word, code = self._word(key, n)
        filled = Markup(escape(word)).format(**self._values(n, values))  # noqa: S704
        if code == self.code:
            return filled
        return Markup('<span lang="{}">{}</span>').format(code, filled)

    def text(self, key: str, n: int | None = None, **values: Any) -> str:
        """Say a phrase as plain text, for attributes and titles."""
        word, _ = self._word(key, n)
        return word.format(**self._values(n, values))

    def list(self, key: str) -> list[str]:
        """Return a list of words, such as the months."""
        word, _ = self._found(key)
        return list(word)

    def _values(self, n: int | None, values: dict[str, Any]) -> dict[str, Any]:
        return values if n is None else {"n": number(n), **values}

    def _word(self, key: str, n: int | None) -> tuple[str, str]:
        word, code = self._found(key)
        if isinstance(word, Mapping):
            word = word[plural(code, n or 0)]
        return str(word), code

    def _found(self, key: str) -> tuple[Any, str]:
        for code in FALLBACKS[self.code]:
            word = catalogue(code).get(key)
            if word is not None:
                return word, code
        raise KeyError(key)


@cache
def speech(code: str) -> Speech:
    """Return the one Speech of a language."""
    return Speech(code)
