"""What a file is, by its bytes: the sender's word counts for nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi.media import kinds
from fedi.media.kinds import HEAD, SENT, Family, passed_on, sent_as, sniff
from tests.fedi.media import made

KNOWN = {
    "jpg": made.picture("JPEG"),
    "png": made.picture("PNG"),
    "gif": made.picture("GIF"),
    "webp": made.picture("WEBP"),
    "avif": made.picture("AVIF"),
    "pdf": made.pdf(),
    "zip": made.docx(),
    "heic": b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic",
    "mp4": b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41",
    "mov": b"\0\0\0\x14ftypqt  \0\0\x02\0qt  ",
    "m4a": b"\0\0\0\x1cftypM4A \0\0\0\0M4A mp42isom",
    "webm": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm",
    "mkv": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska",
    "ogg": b"OggS\0\x02",
    "flac": b"fLaC\0\0\0\x22",
    "wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "mp3": b"\xff\xfb\x90\x64",
    "aac": b"\xff\xf1\x50\x80",
}


@pytest.mark.parametrize("suffix", KNOWN)
def test_a_kind_is_known_by_its_first_bytes(suffix: str) -> None:
    kind = sniff(KNOWN[suffix][:HEAD])
    assert kind is not None
    assert kind.suffix == suffix


def test_an_mp3_may_begin_with_its_tag() -> None:
    assert sniff(b"ID3\x04\0\0") is kinds.MP3


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg/>",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"#EXTM3U\nhttp://169.254.169.254/",
        b"MZ\x90\0",
        b"\x7fELF",
        b"%!PS-Adobe-3.0",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",  # Word of old, which holds macros
        b"BM\0\0",
        b"II*\0",
        b"\0\0\0\x0cftyp????",
        b"\xff\xff\xff\xff",
        b"\xff\xfb\xff\xff",
        b"\x1a\x45\xdf\xa3other",
        b"RIFF\0\0\0\0AVI ",
        b" \x89PNG\r\n\x1a\n",
        b"{}",
    ],
)
def test_what_is_not_taken_is_no_kind(head: bytes) -> None:
    assert sniff(head) is None


@pytest.mark.parametrize("suffix", KNOWN)
def test_a_file_cut_anywhere_is_itself_or_nothing(suffix: str) -> None:
    found = [sniff(KNOWN[suffix][:length]) for length in range(64)]
    assert {kind.suffix for kind in found if kind is not None} == {suffix}


def test_nothing_that_is_sent_runs_in_a_browser() -> None:
    """S2, S30."""
    for suffix, media_type in SENT.items():
        shown = kinds.is_shown(media_type)
        assert shown or media_type == "application/pdf" or suffix in kinds.DOCUMENTS
        assert not any(word in media_type for word in ("svg", "html", "javascript", "json", "+xml"))


@pytest.mark.parametrize(
    "name", ["x.svg", "x.html", "x.exe", "x", "..", ".png", "a.PNG", "a.png ", "../a.png", "æ.png",
             "a" * 121 + ".png", "a.png\n", "x.upload"],
)  # fmt: skip
def test_other_names_are_no_files(name: str) -> None:
    assert sent_as(name) is None


def test_documents_of_others_are_not_passed_on_and_pictures_are() -> None:
    assert passed_on(KNOWN["pdf"]) is None
    assert passed_on(KNOWN["zip"]) is None
    assert passed_on(KNOWN["png"]) == "image/png"
    assert passed_on(KNOWN["mov"]) == "video/mp4"
    assert passed_on(b"<svg/>") is None


def test_what_is_told_to_apps_is_what_is_taken() -> None:
    assert len({kind.media_type for kind in kinds.UPLOADED}) == len(kinds.UPLOADED)
    assert all(isinstance(kind.family, Family) for kind in kinds.UPLOADED)


@given(
    st.binary(max_size=64)
    | st.sampled_from(list(KNOWN.values())).flatmap(
        lambda data: st.integers(0, 40).map(lambda length: data[:length])
    )
)
def test_whatever_it_begins_with_it_is_one_kind_or_none(head: bytes) -> None:
    kind = sniff(head)
    passed = passed_on(head)
    assert (passed is None) or passed.partition("/")[0] in ("image", "video", "audio")
    assert kind is not None or passed is None
