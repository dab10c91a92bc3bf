"""Single values as other servers write them: text, links, dates, numbers, languages.

Every reader takes anything that JSON can hold and answers with a plain value or its absence;
none of them raises. JSON-LD's ways to say one thing (scalar or list, {"@value": …}, an object
or its id) are smoothed here. Next: inbox/parse_note.py and inbox/parse_actor.py.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from html import unescape
from typing import Any, Final
from urllib.parse import urljoin

from actors.errors import Invalid
from actors.handles import canonical_domain
from actors.vocabulary import PUBLIC, PUBLIC_SPELLINGS
from inbox import limits

Document = Mapping[str, Any]

_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}", re.ASCII)
_WHOLE: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
_DATE: Final = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(.*)", re.ASCII)
_URI: Final = re.compile(r"(https?)://([^/?#@\s\\]{1,255})(?:[/?#][^\s\\]*)?")
_MAX_WHOLE: Final = 2**53
_DIRECTION: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def items(value: Any) -> list[Any]:
    """Return a value as the list that it is, means, or wraps (@list, @set); null is no item."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and ("@list" in value or "@set" in value):
        wrapped = value.get("@list", value.get("@set"))
        return wrapped if isinstance(wrapped, list) else [value]
    return [] if value is None else [value]


def first(value: Any) -> Any:
    """Return the only or first item of a value, None where there is none."""
    if value is None or isinstance(value, str):
        return value
    return next((item for item in items(value) if item is not None), None)


def literal(value: Any) -> Any:
    """Return the first item, taken out of a typed or language-tagged {"@value": …}."""
    value = first(value)
    if value is None or isinstance(value, str):
        return value
    return value.get("@value") if isinstance(value, dict) and "@value" in value else value


def text(value: Any, most: int) -> str:
    """Return a string cut at `most` characters, "" for whatever is none."""
    value = literal(value)
    return value[:most] if isinstance(value, str) else ""


def line(value: Any, most: int) -> str:
    """Return text for one line: no control characters, none that turn the reading direction."""
    if value is None:
        return ""
    words = _DIRECTION.sub("", text(value, most))
    if not words.isprintable():
        words = "".join(
            c if unicodedata.category(c) not in ("Cc", "Cs", "Cn") else " " for c in words
        )
    return " ".join(words.split())


def unescaped(words: str) -> str:
    """Return text without the numeric entities that WordPress leaves in it ("&#8211;")."""
    return unescape(words) if "&#" in words else words


def types(document: Document) -> tuple[str, ...]:
    """Return the types of an object, `as:` and the full namespace taken off."""
    stated = document.get("type")
    if isinstance(stated, str) and ":" not in stated:
        return (stated,)
    return tuple(
        kind.removeprefix("as:").removeprefix("https://www.w3.org/ns/activitystreams#")
        for kind in items(stated)[:8]
        if isinstance(kind, str)
    )


def valid_uri(value: Any) -> bool:
    """Return whether this is an absolute http(s) address that every reader takes for the same.

    Spaces, controls, backslashes and user info are where readers differ; so they are refused.
    """
    return isinstance(value, str) and len(value) <= limits.URI.size and _is_valid(value)


@lru_cache(maxsize=512)  # one document names the same few again and again
def _is_valid(value: str) -> bool:
    match = _URI.fullmatch(value)
    return match is not None and value.isprintable() and _valid_authority(match[1], match[2])


@lru_cache(maxsize=4096)
def _valid_authority(scheme: str, authority: str) -> bool:
    try:
        return len(canonical_domain(authority, scheme=scheme)) > 0
    except Invalid:
        return False


def uri(value: Any) -> str:
    """Return the id of the first thing named: a string, an object's id, a Link's href; or ""."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value if valid_uri(value) else ""
    for item in items(value):
        if isinstance(item, dict):
            item = item.get("id") or item.get("href")
        if isinstance(item, str) and valid_uri(item):
            return item
    return ""


def uris(value: Any, most: int) -> tuple[str, ...]:
    """Return every different id named, in order, at most `most`; Public spelled in full."""
    if value is None:
        return ()
    found: dict[str, None] = {}
    for item in items(value):
        if isinstance(item, dict):
            item = item.get("id") or item.get("href")
        if isinstance(item, str) and item in PUBLIC_SPELLINGS:
            item = PUBLIC
        if isinstance(item, str) and valid_uri(item):
            found[item] = None
            if len(found) == most:
                break
    return tuple(found)


def link(value: Any, base: str) -> str:
    """Return the first link in a value, a relative one resolved against `base`; or ""."""
    for item in items(value):
        if isinstance(item, dict):
            item = first(item.get("href") or item.get("url") or item.get("id"))
            if isinstance(item, dict):
                item = item.get("href")
        if not isinstance(item, str) or not item.strip():
            continue
        # WordPress writes some links as they stand in its HTML.
        item = item.strip().replace("&#038;", "&").replace("&amp;", "&")
        try:
            whole = urljoin(base, item) if base else item
        except ValueError:
            continue
        if valid_uri(whole):
            return whole
    return ""


def when(value: Any) -> int | None:
    """Return a date as Unix ms, None where it cannot be read. Without a zone it is UTC."""
    value = literal(value)
    return _moment(value) if isinstance(value, str) and len(value) <= 64 else None


@lru_cache(maxsize=256)  # an activity and its object have the same
def _moment(value: str) -> int | None:
    match = _DATE.fullmatch(value.strip())
    try:
        if match is None:
            return _milliseconds(datetime.fromisoformat(value.strip()))
        fraction = value.strip()[match.end(1) : match.start(2)][1:4].ljust(3, "0")
        moment = datetime.fromisoformat(match[1].upper() + _zone(match[2].strip()))
        return _milliseconds(moment) + int(fraction)
    except (ValueError, OverflowError):
        return None


def _zone(zone: str) -> str:
    return "+00:00" if zone.upper() in ("", "Z", "UTC", "GMT") else zone


def _milliseconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    moment = moment.astimezone(UTC)  # OverflowError where that leaves the years 1 to 9999
    return max(0, round(moment.timestamp()) * 1000)


def whole(value: Any) -> int | None:
    """Return a number that counts something, None where it does not."""
    value = literal(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MAX_WHOLE:
        return None
    return value


def flag(value: Any) -> bool:
    """Return whether a value says yes."""
    value = literal(value)
    return value is True or (isinstance(value, str) and value.lower() == "true")


def language(value: Any) -> str:
    """Return a BCP 47 tag, "" for what is none or says nothing ("und", "zxx")."""
    value = literal(value)
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        return ""
    return "" if value.lower() in ("und", "zxx", "mul", "mis") else value


def by_language(value: Any, most: int) -> dict[str, str]:
    """Return a language map ({"nb": …}), or language-tagged strings, as language -> text."""
    found: dict[str, str] = {}
    if value is None or isinstance(value, str):
        return found
    for tag, words in _tagged(value):
        if len(found) >= limits.LANGUAGES.size:
            break
        if language(tag) and (words := text(words, most)):
            found.setdefault(tag, words)
    return found


def _tagged(value: Any) -> Iterator[tuple[Any, Any]]:
    for item in items(value):
        if isinstance(item, dict) and "@value" in item:
            yield item.get("@language"), item
        elif isinstance(item, dict):
            yield from item.items()
