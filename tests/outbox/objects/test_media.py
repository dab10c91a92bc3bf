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


def test_a_preview_and_a_duration_go_out_and_a_file_is_called_by_its_name() -> None:
    film = Media(url=URL, preview="https://a.test/2.webp", duration=62_500)
    assert attachment(film)["icon"] == {"type": "Image", "url": "https://a.test/2.webp"}
    assert attachment(film)["duration"] == "PT62.500S"
    assert attachment(Media(url=URL, name="referat.pdf"))["name"] == "referat.pdf"
    sized = Media(url=URL, preview="https://a.test/2.webp", preview_width=6, preview_height=4)
    assert attachment(sized)["icon"]["height"] == 4


def test_what_only_we_know_of_our_own_is_not_sent() -> None:
    known = Media(url=URL, id=7, size=9, bitrate=9, frame_rate="30/1", looped=True)
    assert attachment(known) == {"type": "Document", "url": URL}
