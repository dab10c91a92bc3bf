"""The profile as its owner edits it (API level 8): what is asked for is kept, and shown to all."""

from pathlib import Path
from typing import Any

from tests.fedi.mastodon import oracle
from tests.fedi.mastodon.apps import Apps, tell

TABS = ("show_media", "show_media_replies", "show_featured")


def test_what_is_to_be_seen_of_a_profile_is_kept_and_shown(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        before = await apps.it.get("v1/profile")
        assert [before[tab] for tab in TABS] == [True, True, True]
        for method, tab in zip(("PATCH", "PUT", "PATCH"), TABS, strict=True):
            changed = await apps.it.ok(method, "/api/v1/profile", {tab: False})
            assert changed[tab] is False
        shown = await apps.nobody.get(f"v1/accounts/{apps.it.id}")
        assert [shown[tab] for tab in TABS] == [False, False, False]
        assert (await apps.it.get("v1/profile"))["display_name"] == before["display_name"]

    tell(tmp_path, story)


def test_sites_that_may_name_the_author_are_kept_by_their_domains(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        async def keep(*sites: str) -> Any:
            asked = {"attribution_domains": list(sites)}
            return await apps.it.ok("PATCH", "/api/v1/profile", asked)

        changed = await keep("https://Avisa.test/artikkel", "blogg.test", "avisa.test", " ")
        assert changed["attribution_domains"] == ["avisa.test", "blogg.test"]
        source = (await apps.it.get("v1/accounts/verify_credentials"))["source"]
        assert source["attribution_domains"] == ["avisa.test", "blogg.test"]
        assert (await keep(""))["attribution_domains"] == []
        for wrong in (["ikke et domene"], [f"s{n}.test" for n in range(11)]):
            asked = {"attribution_domains": wrong}
            assert await apps.it.refused("PATCH", "v1/profile", asked) == 422

    tell(tmp_path, story)


def test_featured_hashtags_stand_in_the_profile(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        tag = await apps.it.post("v1/featured_tags", {"name": "Drift"})
        found = (await apps.it.get("v1/profile"))["featured_tags"]
        assert found == [tag]
        oracle.fits("FeaturedTag", found[0])

    tell(tmp_path, story)
