"""Reads what a person typed into a search field: words, "phrases", -unwanted, and operators.

Mastodon's operators: from:handle (from:me), before: after: during: (a day, month or year),
has:media|image|video|audio|poll|link, is:reply|sensitive, language:nb, in:all|library|public, any
of them with a minus where that means something. What can't be read as an operator is words. The
last word, while it is typed, is the beginning of one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, get_args

from actors import ids
from fedi.store.searching import LATEST, Option, Scope, Term

from . import words
from .documents import EVERY, PROPERTIES, in_language, tagged

LONGEST: Final = 500  # characters
MOST: Final = 20  # words and operators
BEGINNING: Final = 3  # letters from which on the last word may be the beginning of one
_PART: Final = re.compile(
    r"(?P<sign>[-+]?)(?:(?P<name>[A-Za-z]+):(?P<value>\"[^\"]*\"|[^\s\"]+)"
    r"|\"(?P<phrase>[^\"]*)\"?|(?P<word>[^\s\"]+))"
)
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?\Z")
_NORWEGIAN: Final = {"no": ("no", "nb", "nn"), "nb": ("nb", "no"), "nn": ("nn", "no")}
_SCOPES: Final = frozenset(get_args(Scope))
_NEVER: Final = "_no"  # a mark that no post has


@dataclass(frozen=True, slots=True)
class Author:
    """`from:handle`, or not from them; whom the handle means is found out later."""

    handle: str
    excluded: bool = False


@dataclass(slots=True)
class Asked:
    """What was asked for: `since` and `before` are ids, the lowest of their moments."""

    terms: list[Term] = field(default_factory=list)
    authors: list[Author] = field(default_factory=list)
    scope: Scope = "all"
    since: int = 0
    before: int = LATEST

    @property
    def empty(self) -> bool:
        """Return whether nothing was asked for that posts could be found by."""
        return self == Asked()


def read(text: str, zone: tzinfo) -> Asked:
    """Return what is asked for; `zone` is where the days of before:, after: and during: begin."""
    asked = Asked()
    parts = list(_PART.finditer(text[:LONGEST]))[:MOST]
    for part in parts:
        excluded = part["sign"] == "-"
        if part["name"] and _operator(asked, part["name"].lower(), part["value"], excluded, zone):
            continue
        if part["phrase"] is not None:
            options = _phrase(part["phrase"])
        else:
            last = part is parts[-1] and part.end() == len(text) and not excluded
            options = _word(part["word"] or f"{part['name']}:{part['value']}", last=last)
        if options:
            asked.terms.append(Term(options, excluded))
    return asked


def terms_of(asked: Asked) -> tuple[Term, ...]:
    """Return the terms, one at least of which names something wanted."""
    if any(not term.excluded for term in asked.terms):
        return tuple(asked.terms)
    return (Term((Option((EVERY,)),)), *asked.terms)


# -- words


def _phrase(text: str) -> tuple[Option, ...]:
    found = tuple(words.words(text))
    return (Option(found),) if found else ()


def _word(text: str, *, last: bool) -> tuple[Option, ...]:
    if text.startswith("#") and len(text) > 1:
        return (Option((tagged(text[1:]),), prefix=last),)
    found = tuple(words.words(text))
    if len(found) != 1:  # e-post, nordvik.no, 17.30
        return (Option(found, prefix=last and len(found[-1]) >= BEGINNING),) if found else ()
    return tuple(_options(found[0], last=last and len(found[0]) >= BEGINNING))


def _options(word: str, *, last: bool) -> Iterator[Option]:
    seen = dict.fromkeys((word, *words.forms(word)))
    if "oe" in word:  # another way to write ø
        with_letter = words.folded(word.replace("oe", "ø"))
        seen.update(dict.fromkeys((with_letter, *words.forms(with_letter))))
    for form in seen:
        yield Option((form,), prefix=last and form == word)


# -- operators


def _operator(asked: Asked, name: str, value: str, excluded: bool, zone: tzinfo) -> bool:
    """Take one operator; False where it is none, or can't be read."""
    value = value.strip('"')
    match name:
        case "from":
            asked.authors.append(Author(value.removeprefix("@"), excluded))
        case "has" | "is":
            _property(asked, name, value.lower(), excluded)
        case "language":
            codes = _NORWEGIAN.get(value.lower(), (value,))
            marks = [mark for code in codes if (mark := in_language(code))]
            asked.terms.append(Term(tuple(Option((mark,)) for mark in marks or [_NEVER]), excluded))
        case "in":
            if value.lower() not in _SCOPES or excluded:
                return False
            asked.scope = value.lower()  # type: ignore[assignment]
        case "before" | "after" | "during":
            return _time(asked, name, value, excluded, zone)
        case _:
            return False
    return True


def _property(asked: Asked, name: str, value: str, excluded: bool) -> None:
    value = {"embed": "link", "images": "image", "videos": "video"}.get(value, value)
    belongs = (value in ("reply", "sensitive")) == (name == "is")
    mark = PROPERTIES.get(value, _NEVER) if belongs else _NEVER
    asked.terms.append(Term((Option((mark,)),), excluded))


def _time(asked: Asked, name: str, value: str, excluded: bool, zone: tzinfo) -> bool:
    span = _span(value, zone)
    if span is None or (excluded and name == "during"):
        return False
    begins, ends = span
    if excluded:
        name, begins, ends = {"before": ("after", 0, begins), "after": ("before", ends, 0)}[name]
    if name in ("before", "during"):
        asked.before = min(asked.before, begins if name == "before" else ends)
    if name in ("after", "during"):
        asked.since = max(asked.since, ends if name == "after" else begins)
    return True


def _span(value: str, zone: tzinfo) -> tuple[int, int] | None:
    """Return the lowest ids of a day, month or year and of what follows it."""
    found = _DATE.match(value)
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    try:
        first = date(year, month, day)
        if found[3]:
            after = first + timedelta(days=1)
        elif found[2]:
            after = date(year + month // 12, month % 12 + 1, 1)
        else:
            after = date(year + 1, 1, 1)
    except (ValueError, OverflowError):
        return None
    return _lowest(first, zone), _lowest(after, zone)


def _lowest(day: date, zone: tzinfo) -> int:
    moment = datetime(day.year, day.month, day.day, tzinfo=zone)
    return ids.at(max(int(moment.timestamp()) * 1000, 0))
