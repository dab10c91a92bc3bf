"""Notifications as JSON: about collections, one by one and in groups."""

from pathlib import Path

from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.mastodon.test_collections import findable, made


def test_who_is_listed_is_told_and_hears_of_changes_once(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        await findable(apps.ola)
        one = await made(apps.it, apps.ola, apps.it)
        path = f"/api/v1/collections/{one['id']}"
        told = await apps.ola.get("v1/notifications")
        assert [n["type"] for n in told] == ["added_to_collection"]
        assert told[0]["collection"]["id"] == one["id"]
        assert (told[0]["account"]["acct"], told[0]["status"]) == ("it", None)
        for name in ("Nytt navn", "Nyere navn"):
            await apps.it.ok("PATCH", path, {"name": name})
        await apps.it.ok("PATCH", path, {"sensitive": True})
        groups = (await apps.ola.get("v2/notifications"))["notification_groups"]
        assert [n["type"] for n in groups] == ["collection_update", "added_to_collection"]
        assert groups[0]["collection"]["name"] == "Nyere navn"
        key = groups[0]["group_key"]
        again = (await apps.ola.get(f"v2/notifications/{key}"))["notification_groups"]
        assert again[0]["collection"]["id"] == one["id"]
        assert await apps.it.get("v1/notifications") == []
        await apps.ola.post(f"v1/collections/{one['id']}/items/{one['items'][0]['id']}/revoke")
        assert await apps.ola.get("v1/notifications") == []

    tell(tmp_path, story)
