"""What a file is, told from its first bytes and from nothing that its sender says of it.

`sniff` knows what may be uploaded and what is passed on of other servers; nothing else is ever
kept or sent. `sent_as` is the inverse for files of ours: what a name's ending is sent as.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HEAD: Final = 4096
"""Bytes of the beginning that `sniff` wants to see."""


class Family(StrEnum):
    """How a file is made ready, and which size limit it has."""

    PICTURE = "picture"
    FILM = "film"
    SOUND = "sound"
    PAPER = "paper"  # PDF and office documents


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file; `reader` is what reads it: Pillow's or ffmpeg's name for the format."""

    media_type: str
    suffix: str
    family: Family
    reader: str = ""


JPEG: Final = Kind("image/jpeg", "jpg", Family.PICTURE, "JPEG")
PNG: Final = Kind("image/png", "png", Family.PICTURE, "PNG")
GIF: Final = Kind("image/gif", "gif", Family.PICTURE, "GIF")
WEBP: Final = Kind("image/webp", "webp", Family.PICTURE, "WEBP")
AVIF: Final = Kind("image/avif", "avif", Family.PICTURE, "AVIF")
HEIC: Final = Kind("image/heic", "heic", Family.PICTURE, "HEIF")
MP4: Final = Kind("video/mp4", "mp4", Family.FILM, "mov")
QUICKTIME: Final = Kind("video/quicktime", "mov", Family.FILM, "mov")
WEBM: Final = Kind("video/webm", "webm", Family.FILM, "matroska")
MATROSKA: Final = Kind("video/x-matroska", "mkv", Family.FILM, "matroska")
MP3: Final = Kind("audio/mpeg", "mp3", Family.SOUND, "mp3")
M4A: Final = Kind("audio/mp4", "m4a", Family.SOUND, "mov")
AAC: Final = Kind("audio/aac", "aac", Family.SOUND, "aac")
OGG: Final = Kind("audio/ogg", "ogg", Family.SOUND, "ogg")
FLAC: Final = Kind("audio/flac", "flac", Family.SOUND, "flac")
WAV: Final = Kind("audio/wav", "wav", Family.SOUND, "wav")
PDF: Final = Kind("application/pdf", "pdf", Family.PAPER, "pdf")
OFFICE: Final = Kind("application/zip", "zip", Family.PAPER, "zip")

_OOXML: Final = "application/vnd.openxmlformats-officedocument."
_ODF: Final = "application/vnd.oasis.opendocument."
DOCUMENTS: Final[Mapping[str, str]] = {
    "docx": f"{_OOXML}wordprocessingml.document",
    "xlsx": f"{_OOXML}spreadsheetml.sheet",
    "pptx": f"{_OOXML}presentationml.presentation",
    "odt": f"{_ODF}text",
    "ods": f"{_ODF}spreadsheet",
    "odp": f"{_ODF}presentation",
}
"""Endings of office documents and what they are sent as; which of them a zip is, paper.py finds."""

UPLOADED: Final = (
    JPEG, PNG, GIF, WEBP, AVIF, HEIC, MP4, QUICKTIME, WEBM, MP3, M4A, AAC, OGG, FLAC, WAV, PDF,
)  # fmt: skip
"""What apps are told that they may send; office documents come beside it."""

SENT: Final[Mapping[str, str]] = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "pdf": "application/pdf",
    **DOCUMENTS,
}
"""Everything of ours that is ever sent, by the ending of its name."""

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,120}\.([a-z0-9]{3,4})")

_MAGIC: Final[tuple[tuple[bytes, Kind], ...]] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"fLaC", FLAC),
    (b"OggS", OGG),
    (b"ID3", MP3),
    (b"%PDF-1.", PDF),
    (b"%PDF-2.", PDF),
    (b"PK\x03\x04", OFFICE),
)
_AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_SOUND_BRANDS: Final = frozenset({b"M4A ", b"M4B ", b"M4P "})
_FILM_BRANDS: Final = frozenset(
    {
        b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41",
        b"mp42", b"avc1", b"M4V ", b"M4VH", b"M4VP", b"dash", b"mmp4", b"3gp4", b"3gp5", b"3gp6",
        b"f4v ", b"MSNV", b"XAVC", b"hvc1",
    }
)  # fmt: skip


def sniff(head: bytes) -> Kind | None:
    """Return what a file beginning with `head` is, or None for what is not taken here."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _by_brands(head)
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return WEBM if b"webm" in head[:64] else MATROSKA if b"matroska" in head[:64] else None
    return _mpeg_audio(head)


def _by_brands(head: bytes) -> Kind | None:
    """Tell the members of ISO's base media family apart by their brands (ISO/IEC 14496-12)."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12]
    brands = {major, *(head[at : at + 4] for at in range(16, length - 3, 4))}
    if major in _SOUND_BRANDS:
        return M4A
    if major == b"qt  ":
        return QUICKTIME
    if brands & _AVIF_BRANDS:
        return AVIF
    if brands & _HEIC_BRANDS:
        return HEIC
    return MP4 if brands & _FILM_BRANDS else None


def _mpeg_audio(head: bytes) -> Kind | None:
    """Tell a bare MP3 or AAC stream by the first frame's header (ISO/IEC 11172-3, 13818-7)."""
    if len(head) < 4 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:
        return AAC
    layer_three = head[1] & 0xE6 == 0xE2 and head[1] & 0x18 != 0x08
    sane = head[2] & 0xF0 not in (0x00, 0xF0) and head[2] & 0x0C != 0x0C
    return MP3 if layer_three and sane else None


def sent_as(name: str) -> str | None:
    """Return the media type that a file of this name is sent as, None for a name of no file."""
    match = _NAME.fullmatch(name)
    return SENT.get(match[1]) if match else None


def is_shown(media_type: str) -> bool:
    """Return whether a browser may show it in place; everything else is only saved."""
    return media_type.partition("/")[0] in ("image", "video", "audio")


def passed_on(head: bytes) -> str | None:
    """Return the media type under which another server's file may be sent on, None for never.

    Pictures, films and sounds alone: whatever runs, and whatever opens in an application, stays
    where it is.
    """
    kind = sniff(head)
    if kind is None or kind.family is Family.PAPER:
        return None
    return "video/mp4" if kind is QUICKTIME else kind.media_type
