"""What a picture is, by its bytes alone, and the same picture without what it tells of its maker.

PNG, JPEG, GIF and WebP. Places, cameras, comments and thumbnails are left out; colours and the
way up are kept. Nothing is decoded, so nothing a decoder could choke on matters here.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from actors.errors import Invalid

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset(
    {
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT",
        b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT", b"cICP",
    }
)  # fmt: skip
_SOF: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LARGEST_SIDE: Final = 16_384


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it may be published; `width` and `height` in pixels, the right way up."""

    media_type: str
    suffix: str
    width: int
    height: int
    data: bytes


def read(data: bytes) -> Picture:
    """Read a picture and take out what is private. Invalid where it is none, or too large."""
    try:
        picture = _read(data)
    except (struct.error, IndexError) as error:
        raise _unreadable() from error
    if not (0 < picture.width <= _LARGEST_SIDE and 0 < picture.height <= _LARGEST_SIDE):
        raise Invalid(f"A picture may have at most {_LARGEST_SIDE} pixels on each side.")
    return picture


def _read(data: bytes) -> Picture:
    if data.startswith(_PNG):
        return _png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data[:6] in (b"GIF87a", b"GIF89a"):
        width, height = struct.unpack_from("<HH", data, 6)
        return Picture("image/gif", ".gif", width, height, data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    raise _unreadable()


def _unreadable() -> Invalid:
    return Invalid("That is no picture we know: use PNG, JPEG, GIF or WebP.", code="not_a_picture")


def _png(data: bytes) -> Picture:
    out, size = [_PNG], (0, 0)
    at, kind = len(_PNG), b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise _unreadable()
        if kind == b"IHDR":
            size = struct.unpack_from(">II", data, at + 8)
        if kind in _PNG_KEPT:
            out.append(data[at:end])
        at = end
    return Picture("image/png", ".png", *size, b"".join(out))


# -- JPEG


def _jpeg(data: bytes) -> Picture:
    out, size, turned = [b"\xff\xd8"], (0, 0), 1
    rest = len(data)
    for marker, start, end in _segments(data):
        if marker in _SOF:
            height, width = struct.unpack_from(">HH", data, start + 5)
            size = (width, height)
        if marker == 0xE1 and data[start + 4 : start + 10] == b"Exif\0\0":
            turned = _orientation(data[start + 10 : end])
        if _is_kept(marker, data[start + 4 : end]):
            out.append(data[start:end])
        rest = end
    if turned > 1:
        out.insert(1, _way_up(turned))
    if turned > 4:
        size = (size[1], size[0])
    return Picture("image/jpeg", ".jpg", *size, b"".join(out) + data[rest:])


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (marker, start, end) of each segment up to and with the first scan's header."""
    at = 2
    while True:
        if data[at] != 0xFF:
            raise _unreadable()
        marker = data[at + 1]
        if marker == 0xFF:  # fill
            at += 1
            continue
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if end > len(data):
            raise _unreadable()
        yield marker, at, end
        if marker == 0xDA:
            return
        at = end


def _is_kept(marker: int, content: bytes) -> bool:
    if marker == 0xE2:
        return content.startswith(b"ICC_PROFILE\0")
    if 0xE0 <= marker <= 0xEF:
        return marker in (0xE0, 0xEE)  # JFIF, and Adobe's colour transform
    return marker != 0xFE  # a comment


def _orientation(tiff: bytes) -> int:
    """Return which way up an Exif block says the picture is (1 to 8)."""
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        at = struct.unpack_from(f"{order}I", tiff, 4)[0]
        for number in range(struct.unpack_from(f"{order}H", tiff, at)[0]):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * number)
            if tag == 0x0112:
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _way_up(turned: int) -> bytes:
    """Return an Exif segment that says only which way up."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, turned, 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    return b"\xff\xe1" + struct.pack(">H", len(tiff) + 8) + b"Exif\0\0" + tiff


# -- WebP


def _webp(data: bytes) -> Picture:
    chunks: list[tuple[bytes, bytes]] = []
    at, end = 12, min(len(data), 8 + struct.unpack_from("<I", data, 4)[0])
    while at + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > end:
            raise _unreadable()
        if kind not in (b"EXIF", b"XMP "):
            chunks.append((kind, data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    size = _webp_size(dict(reversed(chunks)))
    body = b"".join(_webp_chunk(kind, content) for kind, content in chunks)
    whole = b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
    return Picture("image/webp", ".webp", *size, whole)


def _webp_chunk(kind: bytes, content: bytes) -> bytes:
    if kind == b"VP8X":
        content = bytes([content[0] & ~0b1100]) + content[1:]  # no Exif, no XMP any more
    return struct.pack("<4sI", kind, len(content)) + content + b"\0" * (len(content) % 2)


def _webp_size(chunks: dict[bytes, bytes]) -> tuple[int, int]:
    if b"VP8X" in chunks:
        sides = chunks[b"VP8X"][4:10]
        width, height = int.from_bytes(sides[:3], "little"), int.from_bytes(sides[3:], "little")
        return width + 1, height + 1
    if b"VP8L" in chunks:
        bits = int.from_bytes(chunks[b"VP8L"][1:5], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if b"VP8 " in chunks:
        width, height = struct.unpack_from("<HH", chunks[b"VP8 "], 6)
        return width & 0x3FFF, height & 0x3FFF
    raise _unreadable()
