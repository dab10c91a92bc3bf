"""Files as apps read them: kind, sizes, length; ours as they are, others' through this house."""

from dataclasses import replace

import pytest

from actors.posts import Media
from fedi.mastodon.files import Files, kind_of
from tests.outbox.cast import URLS

FILES = Files(URLS, lambda url: f"{URLS.origin}/proxy/seal/{len(url)}")
OURS = Media(
    url=URLS.media("a.jpg"), media_type="image/jpeg", width=400, height=300, id=7,
    preview=URLS.media("a-small.jpg"), preview_width=40, preview_height=30,
    description="Ein båt", blurhash="LEHV6nWB2yk8", focus=(0.1, -0.2),
)  # fmt: skip


def test_a_picture_of_ours_is_where_it_is_kept() -> None:
    shown = FILES.attachment(OURS, "1-0")
    assert (shown.id, shown.type, shown.url) == (f"{7:018d}", "image", OURS.url)
    assert (shown.remote_url, shown.preview_url) == (None, OURS.preview)
    assert shown.meta["original"] == {
        "width": 400, "height": 300, "size": "400x300", "aspect": 1.333333,
    }  # fmt: skip
    assert shown.meta["small"]["size"] == "40x30"
    assert shown.meta["focus"] == {"x": 0.1, "y": -0.2}


def test_anothers_file_comes_through_this_house_under_an_id_that_stands_in() -> None:
    theirs = replace(OURS, url="https://evil.test/a.jpg", preview="", id=0)
    shown = FILES.attachment(theirs, "1-0")
    assert (shown.id, shown.remote_url) == ("1-0", "https://evil.test/a.jpg")
    assert shown.url == shown.preview_url
    assert shown.url is not None
    assert "evil.test" not in shown.url


@pytest.mark.parametrize(
    ("media", "kind"),
    [
        (Media(url="u", media_type="video/mp4"), "video"),
        (Media(url="u", media_type="video/mp4", looped=True), "gifv"),
        (Media(url="u", media_type="audio/ogg"), "audio"),
        (Media(url="u", media_type="application/pdf"), "unknown"),
        (Media(url="u", kind="Image"), "image"),
        (Media(url="u"), "unknown"),
    ],
)
def test_what_an_app_is_to_show_it_with(media: Media, kind: str) -> None:
    assert kind_of(media) == kind
    assert FILES.attachment(media, "x").type == kind


def test_a_file_says_how_long_it_is_and_a_document_its_name_and_size() -> None:
    film = Media(url="u", media_type="video/mp4", width=1, height=1, duration=3_723_450)
    meta = FILES.attachment(film, "x").meta
    assert (meta["length"], meta["original"]["duration"]) == ("1:02:03.45", 3723.45)
    paper = Media(url="u", media_type="application/pdf", name="a.pdf", size=9)
    assert FILES.attachment(paper, "x").meta["file"]["name"] == "a.pdf"
    assert FILES.attachment(Media(url="u", media_type="image/png"), "x").meta == {}
