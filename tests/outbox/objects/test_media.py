"""Attachments and pictures."""

from actors.people import Image
from actors.posts import Media
from outbox.objects.media import attachment, image

URL = "https://a.test/1.png"


def test_a_description_goes_out_under_both_names() -> None:
    for shape in (
        attachment(Media(url=URL, description="En båt")),
        image(Image(URL, "", "En båt")),
    ):
        assert shape["name"] == shape["summary"] == "En båt"


def test_what_is_not_known_is_left_out() -> None:
    assert attachment(Media(url=URL)) == {"type": "Document", "url": URL}
    assert image(Image(URL)) == {"type": "Image", "url": URL}


def test_a_width_without_a_height_says_nothing() -> None:
    assert "width" not in attachment(Media(url=URL, width=10))


def test_the_middle_is_a_focus_too() -> None:
    assert attachment(Media(url=URL, focus=(0.0, 0.0)))["focalPoint"] == [0.0, 0.0]
