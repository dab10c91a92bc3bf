"""What an author is stopped at before a post leaves the house: numbers of people, lists, words.

A stop is no ban: who says the same again means it (fedi/publishing/cautioning.py). What is found
is named by its kind alone, never by what it is.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from actors.effects import Refusal
from actors.numbers import identity_numbers, phone_numbers
from actors.people import Actor
from actors.posts import Visibility


class Caution(StrEnum):
    ID_NUMBER = "id_number"
    PHONE_LIST = "phone_list"
    WORD = "word"


SENTENCES = {
    Caution.ID_NUMBER: (
        "This looks like a national identity number. Remove it, or publish once more if it is none."
    ),
    Caution.PHONE_LIST: (
        "This looks like a list of phone numbers. Remove it, or publish once more if everyone may"
        " read it."
    ),
    Caution.WORD: (
        "There is a word in this that your organisation wants looked at before it goes outside."
        " Change it, or publish once more if it may stand."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is looked for: identity numbers or not, so many phone numbers at least (0: any number
    may stand), and words, each as a word of its own whatever its case."""

    id_numbers: bool = True
    phone_numbers: int = 5
    words: tuple[str, ...] = ()


def stop(caution: Caution | None, visibility: Visibility, named: Iterable[Actor]) -> Refusal | None:
    """Return the refusal of a post that should be looked at again, where it leaves the house:
    where somebody outside, of its followers or `named`, gets it."""
    if caution is None or visibility in (Visibility.INTERNAL, Visibility.GROUP):
        return None
    if visibility is Visibility.DIRECT and all(actor.local for actor in named):
        return None
    return Refusal(code_of(caution), SENTENCES[caution])


def code_of(caution: Caution) -> str:
    """Return the code of the refusal that a caution causes."""
    return f"stop_{caution.value}"


def cautions(texts: Iterable[str], watched: Watched) -> tuple[Caution, ...]:
    """Return what in these texts its author should look at again, the gravest first."""
    whole = "\n".join(texts)
    found = []
    if watched.id_numbers and any(True for _ in identity_numbers(whole)):
        found.append(Caution.ID_NUMBER)
    if 0 < watched.phone_numbers <= len(phone_numbers(whole)):
        found.append(Caution.PHONE_LIST)
    if watched.words and _has_word(whole, watched.words):
        found.append(Caution.WORD)
    return tuple(found)


def _has_word(text: str, words: tuple[str, ...]) -> bool:
    pattern = _pattern(words)
    return pattern is not None and pattern.search(_folded(text)) is not None


@lru_cache(maxsize=8)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return what finds any of these words as a word of its own; None for none."""
    folded = "|".join(re.escape(_folded(word)) for word in words if word)
    return re.compile(rf"(?<!\w)(?:{folded})(?!\w)") if folded else None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
