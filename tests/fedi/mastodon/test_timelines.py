"""Timelines: who and what stands on which, for whom."""

from pathlib import Path
from typing import Any

from tests.fedi.mastodon.apps import Apps, Client, tell


async def ids(client: Client, path: str, **query: Any) -> list[str]:
    return [one["id"] for one in await client.get(f"v1/timelines/{path}", **query)]


def test_home_has_those_one_follows_from_then_until_one_does_no_more(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola = apps.it, apps.ola
        mine = await it.says("Mitt")
        await ola.says("Før", visibility="public")
        await it.get("v1/timelines/home")
        await it.post(f"v1/accounts/{ola.id}/follow", {"reblogs": True})
        seen = await ola.says("Sett", visibility="public")
        kari = await apps.kari.says("Karis", visibility="public")
        boost = await ola.post(f"v1/statuses/{kari['id']}/reblog")
        await ola.says("@kari hei", visibility="direct")
        home = await ids(it, "home")
        assert {mine["id"], seen["id"], boost["id"]} <= set(home)
        assert home == sorted(home, reverse=True)
        await it.post(f"v1/accounts/{ola.id}/follow", {"reblogs": False})
        assert boost["id"] not in await ids(it, "home")
        await it.post(f"v1/accounts/{ola.id}/unfollow")
        assert seen["id"] not in await ids(it, "home")
        assert mine["id"] in await ids(it, "home")

    tell(tmp_path, story)


def test_the_public_ones_have_what_is_for_all_who_read_them(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        public = await apps.it.says("Til alle #drift #vei")
        inside = await apps.it.says("Inne #drift", visibility="local")
        await apps.it.says("Stille #drift", visibility="unlisted")
        await apps.it.says("Svar", in_reply_to_id=public["id"])
        assert set(await ids(apps.ola, "public")) == {public["id"], inside["id"]}
        assert await ids(apps.ola, "public", local="true") == await ids(apps.ola, "public")
        assert await ids(apps.ola, "public", remote="true") == []
        assert await ids(apps.nobody, "public", local="true") == [public["id"]]
        assert inside["id"] not in await ids(apps.nobody, "tag/drift")
        assert inside["id"] in await ids(apps.ola, "tag/Drift")
        assert await ids(apps.ola, "tag/drift", **{"all[]": "vei"}) == [public["id"]]
        assert public["id"] not in await ids(apps.ola, "tag/drift", **{"none[]": ["vei"]})
        assert await ids(apps.ola, "tag/nosuch", **{"any[]": ["vei"]}) == [public["id"]]
        assert await ids(apps.ola, "public", only_media="true") == []

    tell(tmp_path, story)
