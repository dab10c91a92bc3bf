"""Attachments as they are read from what came, and as posts carry them. Pure: no files, no rows."""

import math
import secrets
import unicodedata
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Final

from actors.posts import Media
from actors.urls import Urls
from fedi.media.errand import Ready
from fedi.media.kinds import SENT, Family, Kind
from fedi.store.attachments import Attachment

Focus = tuple[float, float]
_IN_ACTIVITIES: Final = {"image": "Image", "gifv": "Video", "video": "Video", "audio": "Audio"}
_EXPECTED: Final = {
    Family.PICTURE: "image",
    Family.FILM: "video",
    Family.SOUND: "audio",
    Family.PAPER: "file",
}


@dataclass(frozen=True, slots=True)
class Stored:
    """What was made ready and is kept: names of its files, and the size of the first in bytes."""

    ready: Ready
    name: str
    preview: str
    size: int


def cleaned(name: str) -> str:
    """Return a file's own name without folders and characters that nobody sees, at most 100."""
    base = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(c for c in base if unicodedata.category(c)[0] not in "CZ" or c == " ")
    return " ".join(seen.split())[:100].strip(". ")


def focused(focus: Focus | None) -> Focus | None:
    """Return a focus within the picture; None for what is no point."""
    if focus is None or not all(math.isfinite(part) for part in focus):
        return None
    x, y = (max(-1.0, min(1.0, part)) for part in focus)
    return x, y


def expected(kind: Kind) -> str:
    """Return what an upload will be, as far as its kind tells before it is made ready."""
    return _EXPECTED[kind.family]


def fresh(name: str) -> str:
    """Return a new name that nobody can guess, with the ending of another."""
    return secrets.token_urlsafe(24) + PurePath(name).suffix


def type_of(name: str) -> str:
    """Return the media type of a file of ours by its name; an upload as it came has none."""
    return SENT.get(PurePath(name).suffix[1:], "application/octet-stream")


def finished(attachment: Attachment, stored: Stored) -> Attachment:
    """Return an attachment with what was made of it."""
    ready = stored.ready
    return replace(
        attachment,
        state="ready",
        problem="",
        kind=ready.kind,
        name=stored.name,
        preview=stored.preview,
        media_type=type_of(stored.name),
        size=stored.size,
        width=ready.width,
        height=ready.height,
        preview_width=ready.preview_width,
        preview_height=ready.preview_height,
        duration=ready.duration,
        bitrate=ready.bitrate,
        frame_rate=ready.frame_rate,
        blurhash=ready.blurhash,
    )


def with_preview(attachment: Attachment, stored: Stored) -> Attachment:
    """Return an attachment with another preview."""
    ready = stored.ready
    return replace(
        attachment,
        preview=stored.name,
        preview_width=ready.width,
        preview_height=ready.height,
        blurhash=ready.blurhash,
    )


def media_of(attachment: Attachment, urls: Urls) -> Media:
    """Return the record by which a post carries an attachment that is ready."""
    one = attachment
    return Media(
        url=urls.media(one.name),
        media_type=one.media_type,
        kind=_IN_ACTIVITIES.get(one.kind, "Document"),
        description=one.description,
        width=one.width,
        height=one.height,
        blurhash=one.blurhash,
        focus=one.focus,
        preview=urls.media(one.preview) if one.preview else "",
        preview_width=one.preview_width,
        preview_height=one.preview_height,
        duration=one.duration,
        id=one.id,
        name=one.file_name if one.kind == "file" else "",
        size=one.size,
        bitrate=one.bitrate,
        frame_rate=one.frame_rate,
        looped=one.kind == "gifv",
    )
