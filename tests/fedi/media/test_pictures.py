"""Pictures: known by their bytes, and free of what they tell of whoever took them."""

import io
import struct

import pytest
from PIL import Image

from actors.errors import Invalid
from fedi.media.pictures import read

SECRET = "Torggata 1, Elvestrand"
EXIF = Image.Exif()
EXIF[0x010E] = SECRET
EXIF[0x0112] = 6  # turned a quarter


def made(kind: str, **more: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), (20, 80, 140)).save(buffer, kind, **more)
    return buffer.getvalue()


PICTURES = {
    "jpeg": made("JPEG", exif=EXIF, comment=SECRET.encode()),
    "png": made("PNG", exif=EXIF),
    "webp": made("WEBP", exif=EXIF, xmp=f"<x>{SECRET}</x>".encode()),
    "gif": made("GIF"),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_is_known_by_its_bytes_and_still_opens(kind: str) -> None:
    picture = read(PICTURES[kind])
    assert picture.media_type == f"image/{kind}"
    with Image.open(io.BytesIO(picture.data)) as opened:
        opened.load()
        assert opened.format == kind.upper()


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_what_it_tells_of_its_maker_is_gone(kind: str) -> None:
    assert SECRET.encode() in PICTURES[kind]
    assert SECRET.encode() not in read(PICTURES[kind]).data


def test_a_jpeg_stays_the_right_way_up() -> None:
    picture = read(PICTURES["jpeg"])
    assert (picture.width, picture.height) == (40, 60)
    with Image.open(io.BytesIO(picture.data)) as opened:
        assert dict(opened.getexif()) == {0x0112: 6}


@pytest.mark.parametrize("kind", ["png", "webp", "gif"])
def test_the_size_is_read(kind: str) -> None:
    picture = read(PICTURES[kind])
    assert (picture.width, picture.height) == (60, 40)


def test_a_webp_without_extras_is_measured_too() -> None:
    for options in ({"lossless": True}, {"lossless": False}):
        picture = read(made("WEBP", **options))
        assert (picture.width, picture.height) == (60, 40)


def test_reading_what_was_read_changes_nothing() -> None:
    for data in PICTURES.values():
        once = read(data)
        assert read(once.data) == once


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_that_ends_early_is_refused_or_kept_whole(kind: str) -> None:
    data = PICTURES[kind]
    for length in range(0, len(data), 7):
        try:
            read(data[:length])
        except Invalid:
            continue


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg/>",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"RIFF\0\0\0\0WEBP",
        b"BM",
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        read(data)


def test_a_picture_larger_than_any_screen_is_refused() -> None:
    header = struct.pack(">II5B", 100_000, 10, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + bytes(4)
    end = struct.pack(">I", 0) + b"IEND" + bytes(4)
    with pytest.raises(Invalid, match="16384"):
        read(b"\x89PNG\r\n\x1a\n" + chunk + end)
