"""Attachments and pictures of posts and actors, from the many ways to write them, as records.

A medium's `url` may be text, a Link, or a list of Links of different sizes and types; its
description stands in `name` (Mastodon) or `summary` (GoToSocial, Honk). Used by parse_note
and parse_actor.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from actors.people import Image
from actors.posts import Media
from actors.vocabulary import FOREIGN_TYPES
from inbox import limits, values

Document = Mapping[str, Any]

_DAY: Final = 86_400
_PERIOD: Final = re.compile(
    r"P(?:0+D)?T(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6}(?:\.[0-9]{1,9})?)S)?"
)
_KINDS: Final = frozenset({"Document", "Image", "Video", "Audio"})
_BY_MEDIA_TYPE: Final = {"Image": "image/", "Video": "video/", "Audio": "audio/"}


def media_of(document: Document, kind: str, base: str) -> tuple[Media, ...]:
    """Return the attachments of a post; relative links are resolved against `base`, its id."""
    found: dict[str, Media] = {}
    for item in _candidates(document, kind):
        medium = _medium(item, base)
        if medium is not None:
            found.setdefault(medium.url, medium)
            if len(found) == limits.MEDIA.size:
                break
    return tuple(found.values())


def _candidates(document: Document, kind: str) -> Iterator[Document]:
    for item in values.items(document.get("attachment")):
        if isinstance(item, dict):
            yield item
    if kind in _BY_MEDIA_TYPE:
        yield from _itself(document, kind)
    if kind in FOREIGN_TYPES:
        # Lemmy, Mobilizon and WordPress: the picture that goes with a page.
        for item in values.items(document.get("image")):
            if isinstance(item, str):
                yield {"type": "Image", "url": item}
            elif isinstance(item, dict):
                yield {"type": "Image", **item}


def _itself(document: Document, kind: str) -> Iterator[Document]:
    """The file of a bare Image, Audio or Video object (Funkwhale, PeerTube, Pixelfed)."""
    for item in values.items(document.get("url")):
        media_type = _media_type(item) if isinstance(item, dict) else ""
        if media_type.startswith(_BY_MEDIA_TYPE[kind]):
            yield {"type": kind, "url": item, "mediaType": media_type}
            return


def _medium(item: Document, base: str) -> Media | None:
    kind = next((kind for kind in values.types(item) if kind in _KINDS), None)
    if kind is None:
        return None
    best = _best(item.get("url") if item.get("url") is not None else item.get("href"))
    url = values.link(best, base)
    if not url:
        return None
    inner: Document = best if isinstance(best, dict) else {}
    preview, preview_width, preview_height = _preview(item.get("icon"), base)
    return Media(
        url=url,
        media_type=_media_type(item) or _media_type(inner),
        kind=kind,
        description=described(item),
        width=values.whole(item.get("width")) or values.whole(inner.get("width")) or 0,
        height=values.whole(item.get("height")) or values.whole(inner.get("height")) or 0,
        blurhash=values.line(item.get("blurhash"), 128),
        focus=focused(item.get("focalPoint")),
        preview=preview,
        preview_width=preview_width,
        preview_height=preview_height,
        duration=_duration(item.get("duration") or inner.get("duration")),
    )


def _preview(icon: Any, base: str) -> tuple[str, int, int]:
    """The address and size of an attachment's own small picture; "" where it has none."""
    found = next(iter(values.items(icon)), None)
    item: Document = {"url": found} if isinstance(found, str) else found or {}
    if not isinstance(item, dict):
        return "", 0, 0
    url = values.link(_best(item.get("url")), base)
    if not url:
        return "", 0, 0
    return url, values.whole(item.get("width")) or 0, values.whole(item.get("height")) or 0


def _duration(value: Any) -> int:
    """Milliseconds of an xsd:duration within a day (PT1H2M3.5S), or of seconds as a number."""
    value = values.literal(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    else:
        found = _PERIOD.fullmatch(values.line(value, 40))
        if found is None:
            return 0
        hours, minutes, rest = (float(part or 0) for part in found.groups())
        seconds = 3600 * hours + 60 * minutes + rest
    return round(seconds * 1000) if 0 <= seconds <= _DAY else 0


def _best(url: Any) -> Any:
    """Of several links the first that is a picture, film or sound, else the first."""
    links = values.items(url)
    for one in links:
        if isinstance(one, dict) and _media_type(one).startswith(("image/", "video/", "audio/")):
            return one
    return links[0] if links else None


def _media_type(item: Document) -> str:
    """The media type in lower case, under its name or the misspelt one that PeerTube had."""
    stated = values.line(item.get("mediaType") or item.get("mimeType"), 100).lower()
    return stated if "/" in stated else ""


def described(item: Document) -> str:
    """Return what an attachment says is on it, "" where it says nothing."""
    for key in ("summary", "name"):
        words = values.unescaped(values.text(item.get(key), limits.DESCRIPTION.size)).strip()
        if words:
            return "\n".join(values.line(part, len(part)) for part in words.splitlines())
    return ""


def focused(value: Any) -> tuple[float, float] | None:
    """Return a focal point, x and y from -1 to 1; None for what is none."""
    point = [values.literal(one) for one in values.items(value)]
    if len(point) != 2 or not all(isinstance(one, int | float) for one in point):
        return None
    x, y = (max(-1.0, min(1.0, float(one))) for one in point)
    return x, y


def image_of(value: Any, base: str) -> Image | None:
    """Return an actor's icon or banner: text, a Link, an Image, or the widest of a list of them."""
    images = [{"url": item} if isinstance(item, str) else item for item in values.items(value)]
    images = [item for item in images if isinstance(item, dict)]
    for item in sorted(images, key=lambda item: -(values.whole(item.get("width")) or 0)):
        best = _best(item.get("url") if item.get("url") is not None else item.get("href"))
        url = values.link(best, base)
        if url:
            inner: Document = best if isinstance(best, dict) else {}
            return Image(url, _media_type(item) or _media_type(inner), described(item))
    return None
