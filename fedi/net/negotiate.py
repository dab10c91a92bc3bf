"""Which of the forms we have an Accept header asks for (RFC 9110 section 12.5.1).

One URL serves people and servers, so this decides between the page and the ActivityPub document.
Answers are kept, since clients send few different headers. Handlers offer their forms in order of
preference: the first is for whoever does not care.
"""

import re
from collections.abc import MutableMapping
from enum import Enum
from functools import lru_cache
from typing import Any

_AS2 = "https://www.w3.org/ns/activitystreams"


class Form(Enum):
    """A form of answer; the value is the Content-Type to send with it."""

    ACTIVITY = "application/activity+json"
    LD = f'application/ld+json; profile="{_AS2}"'
    HTML = "text/html; charset=utf-8"
    JSON = "application/json; charset=utf-8"
    JRD = "application/jrd+json"


ACTIVITY_ONLY = (Form.ACTIVITY, Form.LD)
"""For inboxes, collections, activities: `*/*` and no header at all get ActivityPub."""
PAGE_FIRST = (Form.HTML, Form.ACTIVITY, Form.LD)
"""For addresses that people open: whoever does not ask for ActivityPub gets the page."""

MAX_ACCEPT = 1024

_RANGE = re.compile(r"\s*([a-z0-9!#$&^_.+*-]+)/([a-z0-9!#$&^_.+*-]+)\s*")
_PARAMETER = re.compile(r';\s*([a-z0-9!#$&^_.+-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;,"]*)\s*')
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


def negotiate(accept: str | None, offers: tuple[Form, ...]) -> Form | None:
    """Choose the best of `offers` for an Accept header; None when none of them will do (406)."""
    if not accept or len(accept) > MAX_ACCEPT:  # nor may what is kept be of any length
        return offers[0]
    return _best(accept, offers)


@lru_cache(maxsize=1024)
def _best(accept: str, offers: tuple[Form, ...]) -> Form | None:
    if not accept.strip():
        return offers[0]
    ranges = _ranges(accept.lower())
    best, best_quality = None, 0.0
    for form in offers:
        quality = _quality(form, ranges)
        if quality > best_quality:
            best, best_quality = form, quality
    return best


def accept_of(scope: MutableMapping[str, Any]) -> str | None:
    """Give a request's Accept header, several of them joined; None if it has none."""
    found = [value for name, value in scope["headers"] if name == b"accept"]
    return b", ".join(found).decode("latin-1") if found else None


_Range = tuple[str, str, str | None, float]


def _ranges(accept: str) -> list[_Range]:
    """Read the header into (type, subtype, profile, quality); what cannot be read is left out."""
    ranges: list[_Range] = []
    at = 0
    while at < len(accept):
        media = _RANGE.match(accept, at)
        if media is None:
            at = accept.find(",", at) + 1 or len(accept)
            continue
        at, quality, profile = media.end(), 1.0, None
        while (parameter := _PARAMETER.match(accept, at)) is not None:
            at = parameter.end()
            value = parameter[2].strip('"')
            if parameter[1] == "q":
                quality = float(value) if _QUALITY.fullmatch(value) else 0.0
            elif parameter[1] == "profile":
                profile = value
        ranges.append((media[1], media[2], profile, quality))
        at = accept.find(",", at) + 1 or len(accept)
    return ranges


def _quality(form: Form, ranges: list[_Range]) -> float:
    """Find how welcome a form is: the most specific range that covers it decides."""
    kind, _, subtype = form.value.partition(";")[0].partition("/")
    best, best_rank = 0.0, 0
    for range_kind, range_subtype, profile, quality in ranges:
        rank = 0
        if (range_kind, range_subtype) == (kind, subtype):
            if form is Form.LD and profile is not None and _AS2 not in profile.split():
                continue
            rank = 4
        elif form is Form.ACTIVITY and (range_kind, range_subtype) == ("application", "json"):
            rank = 3
        elif (range_kind, range_subtype) == (kind, "*"):
            rank = 2
        elif (range_kind, range_subtype) == ("*", "*"):
            rank = 1
        if rank > best_rank or (rank == best_rank and rank and quality > best):
            best, best_rank = quality, rank
    return best
