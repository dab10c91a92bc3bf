"""What is read from what came, and how a post carries an attachment."""

import pytest

from fedi.media.records import cleaned, focused, fresh, media_of, type_of
from fedi.store.attachments import Attachment
from tests.people import URLS


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Referat.pdf", "Referat.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Anne\\møte 3.docx", "møte 3.docx"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
        ("\ud800", ""),
        (" . .", ""),
        ("x" * 300, "x" * 100),
    ],
)
def test_a_file_s_own_name_is_a_name_and_nothing_else(name: str, kept: str) -> None:
    assert cleaned(name) == kept


def test_a_focus_is_within_the_picture() -> None:
    assert focused((3.0, -0.25)) == (1.0, -0.25)
    assert focused(None) is focused((float("nan"), 0.0)) is focused((float("inf"), 0.0)) is None


def test_new_names_keep_their_ending() -> None:
    assert fresh("main.jpg").endswith(".jpg")
    assert fresh("main.jpg") != fresh("main.jpg")
    assert (type_of("a.webp"), type_of("a.upload")) == ("image/webp", "application/octet-stream")


def test_a_post_carries_all_that_is_known() -> None:
    film = Attachment(
        id=7, actor_id=1, kind="gifv", name="a.mp4", preview="a.webp", media_type="video/mp4",
        width=6, height=4, duration=1500, bitrate=9, frame_rate="10/1", size=99, focus=(0.0, 1.0),
        file_name="hjul.gif", description="Et hjul", blurhash="x", preview_width=3,
        preview_height=2,
    )  # fmt: skip
    media = media_of(film, URLS)
    assert (media.url, media.preview) == (URLS.media("a.mp4"), URLS.media("a.webp"))
    assert (media.kind, media.looped, media.duration, media.id) == ("Video", True, 1500, 7)
    assert media.name == ""
    paper = Attachment(id=8, actor_id=1, kind="file", name="a.pdf", file_name="Sak.pdf")
    assert (media_of(paper, URLS).name, media_of(paper, URLS).kind) == ("Sak.pdf", "Document")
    assert media_of(paper, URLS).preview == ""
