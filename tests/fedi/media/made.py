"""Files for the tests of media, made here: pictures with a past, films, sounds, documents."""

import io
import shutil
import struct
import subprocess
import tempfile
import zipfile
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

SECRET = "Torggata 1, Elvestrand"
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>{SECRET}</a></x:xmpmeta>'.encode()


def exif() -> Image.Exif:
    """Turned a quarter, with a place: 59°54' N, 10°45' E."""
    found = Image.Exif()
    found[0x010E] = SECRET
    found[0x0112] = 6
    found.get_ifd(0x8825).update(
        {1: "N", 2: (59.0, 54.0, 0.0), 3: "E", 4: (10.0, 45.0, 0.0), 29: "2026:11:24"}
    )
    return found


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **more: Any) -> bytes:
    """A picture of two halves, so that which way is up can be seen."""
    buffer = io.BytesIO()
    image = Image.new("RGB", size, (20, 80, 140))
    image.paste((200, 30, 30), (0, 0, size[0] // 2, size[1]))
    image.save(buffer, kind, **more)
    return buffer.getvalue()


def animation(frames: int = 5, size: tuple[int, int] = (61, 41), kind: str = "GIF") -> bytes:
    """A moving picture, of odd sides."""
    made = [Image.new("RGB", size, (n * 40 % 256, 90, 90)) for n in range(frames)]
    buffer = io.BytesIO()
    made[0].save(buffer, kind, save_all=True, append_images=made[1:], duration=100, loop=0)
    return buffer.getvalue()


def png_of_size(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG whose header says so, with hardly anything in it."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = data or zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def pdf(words: str = "Referat", script: str = "") -> bytes:
    """A PDF of one page, perhaps with a script that wants to run when it is opened."""
    action = f"/OpenAction << /S /JavaScript /JS ({script}) >>" if script else ""
    stream = f"BT /F1 24 Tf 20 100 Td ({words}) Tj ET"
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {action} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R"
        " /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
        " >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n".encode()
    return out + b"%%EOF\n"


def docx(*more: str, first: str = "[Content_Types].xml") -> bytes:
    """A zip that looks like what Word writes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in (first, "word/document.xml", *more):
            archive.writestr(name, "<a/>")
    return buffer.getvalue()


def odt() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<a/>")
    return buffer.getvalue()


@cache
def film(suffix: str, *words: str) -> bytes:
    """A second of film or sound, by ffmpeg's own test pictures, with names and places in it."""
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / f"made.{suffix}"
        command = [
            "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=160x120:rate=10",
            "-f", "lavfi", "-i", "sine=frequency=440",
            *(() if "-t" in words else ("-t", "1")), "-metadata",
            f"title={SECRET}", "-metadata", "location=+59.9000+010.7500/", *words, str(path),
        ]  # fmt: skip
        subprocess.run(command, check=True)
        return path.read_bytes()
    finally:
        shutil.rmtree(folder)
