"""A photograph as a phone keeps it: one HEVC picture in HEIF boxes, turned, with a place in EXIF.

The picture is encoded by ffmpeg, the boxes around it are written here (ISO/IEC 23008-12), since
our libraries read this format and write none.
"""

import struct
import subprocess
import tempfile
from functools import cache
from pathlib import Path


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _found(data: bytes, kind: bytes) -> bytes:
    """The box of a kind, by looking for its name: enough for a file made just now."""
    at = data.index(kind) - 4
    return data[at : at + int.from_bytes(data[at : at + 4], "big")]


@cache
def _encoded(width: int, height: int) -> tuple[bytes, bytes]:
    """The decoder's configuration and the one picture, from an MP4 of one frame."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.mp4"
        source = f"color=c=red:s={width}x{height}:d=1,drawbox=w={width // 2}:c=blue:t=fill"
        command = [
            "ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "1",
            "-c:v", "libx265", "-x265-params", "log-level=none", "-pix_fmt", "yuv420p",
            "-tag:v", "hvc1", str(path),
        ]  # fmt: skip
        subprocess.run(command, check=True)
        data = path.read_bytes()
    return _found(data, b"hvcC"), _found(data, b"mdat")[8:]


def heic(exif: bytes, width: int = 128, height: int = 64, quarters: int = 1) -> bytes:
    """A HEIC file; `exif` is a TIFF block, `quarters` how often it is turned counterclockwise."""
    configuration, picture = _encoded(width, height)
    note = struct.pack(">I", 0) + exif
    kinds = _full(
        b"iinf",
        0,
        0,
        struct.pack(">H", 2),
        _full(b"infe", 2, 0, struct.pack(">HH4s", 1, 0, b"hvc1"), b"\0"),
        _full(b"infe", 2, 1, struct.pack(">HH4s", 2, 0, b"Exif"), b"\0"),
    )
    properties = _box(
        b"iprp",
        _box(
            b"ipco",
            configuration,
            _full(b"ispe", 0, 0, struct.pack(">II", width, height)),
            _box(b"irot", bytes([quarters])),
        ),
        _full(b"ipma", 0, 0, struct.pack(">IHBBBB", 1, 1, 3, 0x81, 2, 0x83)),
    )
    references = _full(b"iref", 0, 0, _box(b"cdsc", struct.pack(">HHH", 2, 1, 1)))
    start = _box(b"ftyp", b"heic", struct.pack(">I", 0), b"mif1heic")

    def meta(first: int) -> bytes:
        places = _full(
            b"iloc",
            0,
            0,
            struct.pack(">HH", 0x4400, 2),
            struct.pack(">HHHII", 1, 0, 1, first, len(picture)),
            struct.pack(">HHHII", 2, 0, 1, first + len(picture), len(note)),
        )
        handler = _full(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, b"pict"), b"\0")
        primary = _full(b"pitm", 0, 0, struct.pack(">H", 1))
        return _full(b"meta", 0, 0, handler, primary, kinds, places, references, properties)

    first = len(start) + len(meta(0)) + 8
    return start + meta(first) + _box(b"mdat", picture, note)
