"""Where one has read to, and how one likes to: kept for each actor alone."""

from pathlib import Path

from fedi.mastodon.reading import default_visibility
from tests.fedi.mastodon.apps import Apps, tell


def test_a_default_audience_has_a_name_that_apps_know() -> None:
    for audience, name in (
        ("public", "public"), ("unlisted", "unlisted"), ("direct", "direct"),
        ("internal", "private"), ("followers", "private"),
    ):  # fmt: skip
        assert default_visibility(audience) == name


def test_markers_are_kept_for_each_timeline_and_actor(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = apps.it
        post = (await it.says("Hei"))["id"]
        assert await it.get("v1/markers", **{"timeline[]": ["home"]}) == {}
        kept = await it.post("v1/markers", {"home": {"last_read_id": post}})
        assert kept["home"]["last_read_id"] == post
        later = (await it.says("Mer"))["id"]
        answered = await it.form("POST", "v1/markers", f"home[last_read_id]={later}")
        assert answered.json()["home"]["last_read_id"] == later
        assert answered.json()["home"]["version"] > kept["home"]["version"]
        both = await it.get("v1/markers", **{"timeline[]": ["home", "notifications", "x"]})
        assert list(both) == ["home"]
        assert await it.get("v1/markers") == {}
        assert await apps.kari.get("v1/markers", **{"timeline[]": ["home"]}) == {}
        assert await it.refused("POST", "v1/markers", {"home": {"last_read_id": "x"}}) == 422
        assert await it.post("v1/markers", {}) == {}

    tell(tmp_path, story)
