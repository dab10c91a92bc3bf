"""Uploads by the second version: 202 until ready, 206 when asked for meanwhile, then whole."""

from pathlib import Path

from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.mastodon.test_accounts import multipart
from tests.fedi.mastodon.test_table import PICTURE


def test_a_picture_is_ready_at_once_or_told_to_be_waited_for(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kind, body = multipart(("file", "a.png", PICTURE))
        answered = await apps.it._sent("POST", "/api/v2/media", {"content-type": kind}, body)
        assert answered.status in (200, 202), answered.text
        made = answered.json()
        if answered.status == 202:
            assert made["url"] is None
            path = f"/api/v1/media/{made['id']}"
            assert (await apps.it.call("GET", path)).status == 206
            wish = {"status": "x", "media_ids": [made["id"]]}
            assert await apps.it.refused("POST", "v1/statuses", wish) == 422
            while await apps.house.media.work():
                pass
            whole = await apps.it.call("GET", path)
            assert whole.status == 200
            made = whole.json()
        assert made["url"].startswith("http://127.0.0.1")
        assert made["preview_url"]

    tell(tmp_path, story)


def test_a_file_is_its_uploaders_alone(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kind, body = multipart(("file", "a.png", PICTURE))
        answered = await apps.it._sent("POST", "/api/v1/media", {"content-type": kind}, body)
        path = f"v1/media/{answered.json()['id']}"
        assert await apps.ola.refused("GET", path) == 404
        assert await apps.ola.refused("PUT", path, {"description": "Mitt"}) == 404
        assert await apps.ola.refused("DELETE", path) == 404
        assert (await apps.it.get(path))["description"] is None

    tell(tmp_path, story)
