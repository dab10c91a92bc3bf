"""What a web page says of itself: OpenGraph, and <title> and <meta> where that is missing.

The page is anybody's. It is read once, from front to back, each tag by one expression that never
goes back (html.parser takes quadratic time for some documents); what comes out is plain text.
"""

import html as entities
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

from actors.html import plain
from fedi.store.cards import Card

READ_MAX: Final = 1_000_000  # characters
TITLE_MAX: Final = 255
TEXT_MAX: Final = 1_000
NAME_MAX: Final = 100
URL_MAX: Final = 2_048
PIXELS_MAX: Final = 20_000
_VALUES_MAX: Final = 400  # names that a page may give values to

_TAG: Final = re.compile(
    r"<(?P<name>/?[a-zA-Z][a-zA-Z0-9]*+)"
    r"(?P<rest>(?:[^>\"']++|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+)(?:>|\Z)"
)
_ATTRIBUTE: Final = re.compile(
    r"([a-zA-Z][a-zA-Z:_-]{0,30}+)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))"
)
_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_-]{2,20})", re.I)
_OPAQUE: Final = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.I)
    for name in ("script", "style", "title", "textarea", "noscript", "svg", "template", "iframe")
}
_LANGUAGE: Final = re.compile(r"([a-zA-Z]{2,3})(?:[-_][A-Za-z]{2,4})?\Z")
# What a page's bytes may be written in: others of Python's codecs are no writing, or slow.
_CODECS: Final = frozenset({
    "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-2", "iso-8859-4", "iso-8859-5",
    "iso-8859-7", "iso-8859-9", "iso-8859-10", "iso-8859-13", "iso-8859-14", "iso-8859-15",
    "latin1", "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254",
    "windows-1255", "windows-1256", "windows-1257", "windows-1258", "koi8-r", "koi8-u",
    "shift_jis", "euc-jp", "euc-kr", "big5", "gb2312", "gbk", "gb18030",
})  # fmt: skip


def is_page(content_type: str) -> bool:
    """Say whether a Content-Type is that of a page we read."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind in ("text/html", "application/xhtml+xml")


def card_of(asked: str, at: str, content_type: str, body: bytes) -> Card | None:
    """Return the preview of the page that was asked for at one address and came from another.

    None where it has no title. The card leads to the address that stands in the post, whatever
    the page says it is called.
    """
    values = _values(_decoded(content_type, body))
    title = _text(_first(values, "og:title", "twitter:title", "title"), TITLE_MAX)
    if not title:
        return None
    described = _first(values, "og:description", "twitter:description", "description")
    image = _address(at, _first(values, "og:image:secure_url", "og:image", "twitter:image"))
    author = _first(values, "author", "article:author")
    return Card(
        url=asked,
        title=title,
        description=_text(described, TEXT_MAX),
        language=_language(values),
        author="" if "://" in author else _text(author, NAME_MAX),
        author_url=_address(at, values.get("article:author", "")),
        provider=_text(values.get("og:site_name", ""), NAME_MAX) or urlsplit(at).hostname or "",
        image=image,
        image_description=_text(_first(values, "og:image:alt", "twitter:image:alt"), TEXT_MAX),
        width=_pixels(values.get("og:image:width", "")) if image else 0,
        height=_pixels(values.get("og:image:height", "")) if image else 0,
        published=_moment(values.get("article:published_time", "")),
    )


def _decoded(content_type: str, body: bytes) -> str:
    for found in (content_type.lower().partition("charset=")[2], _declared(body)):
        name = found.split(";")[0].strip(" \"'").replace("_", "-")
        name = "shift_jis" if name == "shift-jis" else name
        if name in _CODECS:
            return body.decode(name, errors="replace")[:READ_MAX]
    return body.decode("utf-8", errors="replace")[:READ_MAX]


def _declared(body: bytes) -> str:
    found = _CHARSET.search(body[:4_096])
    return found[1].decode("ascii").lower() if found else ""


def _values(text: str) -> dict[str, str]:
    """Return what the page gives names to, the first value of each; "title" and "lang" too."""
    values: dict[str, str] = {}
    for name, rest, inner in _tags(text):
        if name == "title":
            values.setdefault("title", entities.unescape(inner))
            continue
        attributes = _attributes(rest)
        if name == "html":
            values.setdefault("lang", attributes.get("lang", ""))
        elif name == "meta" and len(values) < _VALUES_MAX:
            key = attributes.get("property") or attributes.get("name", "")
            if attributes.get("content"):
                values.setdefault(key.strip().lower(), attributes["content"])
    return values


def _tags(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield (name, attributes, text inside) of <html>, <meta> and the first <title>."""
    at, titled = 0, False
    while (at := text.find("<", at)) >= 0:
        if text.startswith("<!--", at):
            end = text.find("-->", at + 4)
            if end < 0:
                return
            at = end + 3
            continue
        found = _TAG.match(text, at)
        if found is None:
            at += 1
            continue
        at, name = found.end(), found["name"].lower()
        if name in ("html", "meta"):
            yield name, found["rest"], ""
        elif name in _OPAQUE:
            closing = _OPAQUE[name].search(text, at)
            end = closing.start() if closing else len(text)
            if name == "title" and not titled:
                titled = True
                yield name, "", text[at : min(end, at + 4 * TITLE_MAX)]
            at = end


def _attributes(rest: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(rest):
        value = match[2] or match[3] or match[4] or ""
        found.setdefault(match[1].lower(), entities.unescape(value[: 4 * TEXT_MAX]))
    return found


def _first(values: dict[str, str], *names: str) -> str:
    return next((values[name] for name in names if values.get(name, "").strip()), "")


def _text(value: str, limit: int) -> str:
    """Return a value as one line of text without what text should not have in it."""
    line = " ".join(plain(entities.escape(value, quote=False)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _address(base: str, value: str) -> str:
    """Return a web address as the page means it; "" for any other kind."""
    try:
        address = urljoin(base, value.strip()) if value.strip() else ""
    except ValueError:
        return ""
    safe = address.startswith(("https://", "http://")) and len(address) <= URL_MAX
    return address if safe and not any(c <= " " or c in '"<>\\^`{|}' for c in address) else ""


def _language(values: dict[str, str]) -> str:
    found = _LANGUAGE.match(_first(values, "og:locale", "lang").strip())
    return found[1].lower() if found else ""


def _pixels(value: str) -> int:
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 0
    return number if number <= PIXELS_MAX else 0


def _moment(value: str) -> int | None:
    try:
        moment = datetime.fromisoformat(value.strip()[:40])
        return int(moment.timestamp() * 1000) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
