"""The words of a text as they are kept and looked for: folded, and without their endings.

Whoever types ø finds ø; whoever types o, on a keyboard without it, finds both. `å` and `aa` are
one letter, so are `ö` and `ø`, `ä` and `æ`; the Sámi letters are letters of their own; every
other accent is dropped. Each word stands in the text's own order, for phrases, and behind that
what else it can be found by: its Norwegian and its English stem, and all that without letters of
its own. docs/decisions/0015-search.md says why.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final

VERSION: Final = 1
"""Of what is made here: a new one has everything indexed anew."""
LONGEST: Final = 64  # letters of a word that count
MOST: Final = 3_000  # words of one post
ROOM: Final = 60_000  # letters of them all, so that no post is more than an engine takes
_KEPT: Final = frozenset("æøåáčđŋšŧž")
_SAME: Final = str.maketrans(
    {"ä": "æ", "ö": "ø", "ı": "i", "ł": "l", "ð": "d", "þ": "th", "ß": "ss"}
)
_PLAIN: Final = str.maketrans(
    {"æ": "ae", "ø": "o", "å": "a", "á": "a", "č": "c", "đ": "d", "ŋ": "n", "š": "s", "ŧ": "t",
     "ž": "z"}
)  # fmt: skip
# Chinese, Japanese and Thai part no words with spaces: each of their letters counts as one.
_ALONE: Final = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD: Final = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+")
_MARKS: Final = re.compile("[\u0300-\u036f]+")
_STEMMABLE: Final = re.compile(r"[a-zæøå]{4,40}")


def words(text: str) -> Iterator[str]:
    """Yield the words of a text in order, folded."""
    lowered = unicodedata.normalize("NFKC", text).lower()
    for match in _WORD.finditer(lowered):
        word = folded(match[0])
        if word:
            yield word


@lru_cache(maxsize=8_192)
def folded(word: str) -> str:
    """Return a word (in lower case, composed) with the letters that count, and no others."""
    if not word.isascii():
        kept = (c if c in _KEPT else _without_marks(c) for c in word.translate(_SAME))
        word = "".join(kept)
    return word[:LONGEST].replace("aa", "å")


def _without_marks(letter: str) -> str:
    if letter.isascii():
        return letter
    apart = _MARKS.sub("", unicodedata.normalize("NFD", letter))
    return unicodedata.normalize("NFC", apart)


def plain(word: str) -> str:
    """Return a folded word as it is written on a keyboard without its letters."""
    return word if word.isascii() else word.translate(_PLAIN)


@lru_cache(maxsize=16_384)
def forms(word: str) -> tuple[str, ...]:
    """Return what else than itself a folded word is found by, and finds: its stems, each once."""
    found = {stem(word) for stem in _stemmers()} if _STEMMABLE.fullmatch(word) else set()
    return tuple(sorted(found - {word}))


def text_of(texts: Iterable[str], marks: Iterable[str] = ()) -> str:
    """Return what is kept of texts, and of marks (words no text has, beginning with _).

    The words in order; then, once each, the other forms they can be found by, then the marks. A
    phrase does not reach from one text into the next.
    """
    order: list[str] = []
    more: set[str] = set()
    room = ROOM
    for text in texts:
        if order and order[-1] != BREAK:
            order.append(BREAK)
        for word in words(text[:room]):
            order.append(word)
            room -= len(word)
            if len(order) >= MOST or room <= 0:
                break
        if len(order) >= MOST or room <= 0:
            break
    for word in set(order):
        more.update(other_forms(word))
    more.difference_update(order)
    return " ".join([*order, *sorted(more), *sorted(set(marks))])


BREAK: Final = "_"
"""Stands between two texts of one post."""


def other_forms(word: str) -> set[str]:
    """Return all a written word can be found by but itself."""
    if word == BREAK:
        return set()
    stems = forms(word)
    if word.isascii():
        return {form for form in (*stems, *map(plain, stems)) if form != word}
    return {*stems, plain(word), *map(plain, stems)} - {word}


@lru_cache(maxsize=1)
def _stemmers() -> tuple[Callable[[str], str], ...]:
    # 3 MB: only where something is indexed or looked for.
    import snowballstemmer  # type: ignore[import-untyped]

    return tuple(snowballstemmer.stemmer(name).stemWord for name in ("norwegian", "english"))
