from typing import Any

import pytest

from actors.posts import Media
from inbox import parse
from inbox.parse_media import image_of
from tests.inbox.arrivals import HOST, URLS, note


def media(attachment: Any, **more: Any) -> tuple[Media, ...]:
    return parse.note(note(attachment=attachment, **more), URLS).media


def picture(**more: Any) -> dict[str, Any]:
    return {"type": "Document", "mediaType": "image/png", "url": f"{HOST}/a.png", **more}


def test_one_attachment_needs_no_list() -> None:
    assert media(picture()) == media([picture()]) == (
        Media(url=f"{HOST}/a.png", media_type="image/png"),
    )  # fmt: skip


def test_the_description_is_in_summary_or_name() -> None:
    assert media(picture(name="fil.png", summary="En katt"))[0].description == "En katt"
    assert media(picture(name="En katt", summary=""))[0].description == "En katt"
    assert media(picture(name="Elva &#8211; om våren"))[0].description == "Elva – om våren"
    assert media(picture(name="to\nlinjer\u202e"))[0].description == "to\nlinjer"


@pytest.mark.parametrize("url", [
    {"type": "Link", "href": f"{HOST}/a.png"},
    [{"type": "Link", "href": f"{HOST}/a.png"}],
    [{"type": "Link", "href": f"{HOST}/side", "mediaType": "text/html"},
     {"type": "Link", "href": f"{HOST}/a.png", "mimeType": "image/png"}],
    "/a.png",
])  # fmt: skip
def test_the_file_may_be_a_link_or_one_of_several(url: Any) -> None:
    assert media(picture(url=url))[0].url == f"{HOST}/a.png"


def test_the_media_type_may_stand_in_the_link_under_its_misspelt_name() -> None:
    link = {"type": "Link", "href": f"{HOST}/a.webm", "mimeType": "Video/WebM", "width": 640}
    found = media({"type": "Video", "url": [link]})[0]
    assert (found.media_type, found.width) == ("video/webm", 640)


@pytest.mark.parametrize("nothing", [
    None, "https://avis.example/a.png", {"type": "Link", "href": f"{HOST}/side"},
    picture(url=None), picture(url="javascript:x"), {"type": "PropertyValue", "name": "a"},
])  # fmt: skip
def test_what_is_no_file_is_left_out(nothing: Any) -> None:
    assert media(nothing) == ()


def test_the_same_file_is_kept_once() -> None:
    assert len(media([picture(), picture()])) == 1


def test_the_focus_is_two_numbers_within_the_picture() -> None:
    assert media(picture(focalPoint=[-0.5, 9]))[0].focus == (-0.5, 1.0)
    assert media(picture(focalPoint={"@list": [{"@value": 0}, 0.25]}))[0].focus == (0.0, 0.25)
    for wrong in ([1], ["a", "b"], None, [1, 2, 3]):
        assert media(picture(focalPoint=wrong))[0].focus is None


def test_a_page_has_its_picture_and_a_bare_audio_its_file() -> None:
    page = media(None, type="Page", image={"type": "Image", "url": f"{HOST}/a.png"})
    assert [found.url for found in page] == [f"{HOST}/a.png"]
    assert media(None, type="Page", image=f"{HOST}/a.png") == page
    links = [{"type": "Link", "mediaType": "text/html", "href": f"{HOST}/1"},
             {"type": "Link", "mediaType": "audio/ogg", "href": f"{HOST}/1.ogg"}]  # fmt: skip
    audio = media(None, type="Audio", url=links)
    assert [(found.url, found.kind) for found in audio] == [(f"{HOST}/1.ogg", "Audio")]
    assert media(None, image=f"{HOST}/a.png") == ()


def test_the_widest_of_several_icons_is_taken() -> None:
    icons = [picture(url="/s.png", width=48), picture(url="/l.png", width=120), "/x.png", 5]
    found = image_of(icons, HOST)
    assert found is not None
    assert found.url == f"{HOST}/l.png"
    assert image_of([], HOST) is None
    assert image_of({"url": "javascript:x"}, HOST) is None


def test_the_preview_is_in_the_icon() -> None:
    icon = {"type": "Image", "url": "/small.webp", "width": 640, "height": 480}
    found = media(picture(icon=icon))[0]
    assert (found.preview, found.preview_width) == (f"{HOST}/small.webp", 640)
    assert media(picture(icon=f"{HOST}/s.png"))[0].preview == f"{HOST}/s.png"
    for wrong in (5, [], {"url": "javascript:x"}, [[1]]):
        assert media(picture(icon=wrong))[0].preview == ""


@pytest.mark.parametrize(
    ("stated", "milliseconds"),
    [
        ("PT1M2.5S", 62_500), ("PT3S", 3000), ("PT1H", 3_600_000), (12.25, 12_250),
        ("P0DT2S", 2000),
        ({"@value": "PT4S"}, 4000), ("PT", 0), ("P1Y", 0), ("PT99999H", 0), (-1, 0), (True, 0),
        (float("inf"), 0), (None, 0), ("evig", 0),
    ],
)  # fmt: skip
def test_a_duration_is_a_period_or_seconds(stated: Any, milliseconds: int) -> None:
    assert media(picture(duration=stated))[0].duration == milliseconds
