"""Hashtags followed and featured, written as one likes and known by their folded name."""

from pathlib import Path

import pytest

from actors.errors import Invalid
from fedi.mastodon.tags import name_of
from tests.fedi.mastodon.apps import Apps, tell


def test_a_name_is_known_folded_and_shown_as_written() -> None:
    assert name_of("#Drift") == ("drift", "Drift")
    for wrong in ("", "a b", "a#b", "<b>", "123", "a" * 500):
        with pytest.raises(Invalid):
            name_of(wrong)


def test_a_followed_hashtag_brings_its_posts_home(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = apps.it
        await it.get("v1/timelines/home")
        followed = await it.post("v1/tags/Drift/follow")
        assert (followed["name"].casefold(), followed["following"]) == ("drift", True)
        assert [one["name"] for one in await it.get("v1/followed_tags")] != []
        post = await apps.ola.says("Nytt om #drift", visibility="public")
        assert post["id"] in str(await it.get("v1/timelines/home"))
        assert (await it.post("v1/tags/drift/unfollow"))["following"] is False
        assert await it.get("v1/followed_tags") == []
        assert await it.refused("POST", "v1/tags/a b/follow") == 404

    tell(tmp_path, story)


def test_a_featured_hashtag_stands_on_the_profile(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = apps.it
        await it.says("Om #drift")
        made = await it.post("v1/featured_tags", {"name": "#Drift"})
        assert made["name"].casefold() == "drift"
        for client in (it, apps.ola, apps.nobody):
            found = await client.get(f"v1/accounts/{it.id}/featured_tags")
            assert [one["id"] for one in found] == [made["id"]]
        assert await it.refused("POST", "v1/featured_tags", {"name": "a b"}) == 422
        assert await apps.ola.refused("DELETE", f"v1/featured_tags/{made['id']}") == 404
        assert await it.delete(f"v1/featured_tags/{made['id']}") == {}
        assert await it.get("v1/featured_tags") == []
        letters = await it.post("v1/featured_tags", {"name": "Grønnsaker"})
        assert letters["url"].endswith("/@it/tagged/gr%C3%B8nnsaker")

    tell(tmp_path, story)
