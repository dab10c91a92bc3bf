"""Files on posts: uploaded, described, taken for one post, never another's or for a second one."""

from pathlib import Path

import pytest

from actors.errors import Invalid
from fedi.mastodon.attaching import focus_of
from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.mastodon.test_accounts import multipart, sent
from tests.fedi.mastodon.test_table import PICTURE


@pytest.mark.parametrize("text", ["1", "a,b", "1,2", "0,0,0", "nan,0", "0,-1.1", "inf,0"])
def test_a_focus_is_two_numbers_from_minus_one_to_one(text: str) -> None:
    with pytest.raises(Invalid):
        focus_of(text)
    assert focus_of("-1.0,0.5") == (-1.0, 0.5)
    assert focus_of("") is None


def test_a_picture_is_uploaded_described_and_posted_once(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola = apps.it, apps.ola
        made = await sent(
            it, "POST", "v1/media", ("file", "a.png", PICTURE), ("description", "", b"En rute"),
            ("focus", "", b"0.5,-0.5"),
        )  # fmt: skip
        assert (made["type"], made["description"]) == ("image", "En rute")
        assert made["meta"]["focus"] == {"x": 0.5, "y": -0.5}
        changed = await it.put(f"v1/media/{made['id']}", {"description": "Ei rute"})
        assert changed["description"] == "Ei rute"
        wish = {"status": "", "media_ids": [made["id"]]}
        assert await ola.refused("POST", "v1/statuses", wish) in (404, 422)
        post = await it.post("v1/statuses", wish)
        [shown] = post["media_attachments"]
        assert (shown["id"], shown["description"]) == (made["id"], "Ei rute")
        assert await it.refused("POST", "v1/statuses", wish) == 422
        attributes = [{"id": made["id"], "description": "Ny", "focus": "0,0"}]
        edited = await it.put(
            f"v1/statuses/{post['id']}", {"status": "Hei", "media_attributes": attributes}
        )
        assert edited["media_attachments"][0]["description"] == "Ny"
        bare = await it.put(f"v1/statuses/{post['id']}", {"status": "Hei", "media_ids": []})
        assert bare["media_attachments"] == []

    tell(tmp_path, story)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        assert await apps.it.refused("POST", "v1/media") == 422
        for content in (b"", b"ikke et bilde", b"<svg xmlns='http://www.w3.org/2000/svg'/>"):
            kind, body = multipart(("file", "a.png", content))
            answered = await apps.it._sent("POST", "/api/v1/media", {"content-type": kind}, body)
            assert answered.status == 422, (content, answered.text)
        assert await apps.it.refused("GET", "v1/media/9") == 404
        assert await apps.it.refused("DELETE", "v1/media/9") == 404

    tell(tmp_path, story)


def test_an_upload_may_be_dropped_until_it_is_posted(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        made = await sent(apps.it, "POST", "v1/media", ("file", "a.png", PICTURE))
        assert await apps.it.delete(f"v1/media/{made['id']}") == {}
        assert await apps.it.refused("GET", f"v1/media/{made['id']}") == 404
        posted = await sent(apps.it, "POST", "v1/media", ("file", "a.png", PICTURE))
        await apps.it.post("v1/statuses", {"status": "x", "media_ids": [posted["id"]]})
        assert await apps.it.refused("DELETE", f"v1/media/{posted['id']}") in (404, 422)

    tell(tmp_path, story)
