"""Timelines: who and what stands on which, for whom."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from fedi.app import application
from fedi.mastodon.timelines import PASSED
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


def test_what_changes_a_home_is_seen_on_the_next_page_of_another_process(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola, kari = apps.it, apps.ola, apps.kari
        # Two processes of one house: each has a memory of its own.
        there = replace(it, table=application(apps.house))

        async def flags(id: str, *names: str) -> list[bool]:
            pages = [await client.get("v1/timelines/home") for client in (there, it)]
            assert pages[0] == pages[1]
            shown = {one["id"]: one for one in pages[0]}
            return [shown[id][name] for name in names] if id in shown else []

        await it.get("v1/timelines/home")
        for one in (ola, kari):
            await it.post(f"v1/accounts/{one.id}/follow", {"reblogs": True})
        post = await ola.says("Vann", visibility="public")
        other = await kari.says("Lutefisk", visibility="public")
        boost = await ola.post(f"v1/statuses/{other['id']}/reblog")
        id, path = post["id"], f"v1/statuses/{post['id']}"
        assert await flags(id, "favourited", "bookmarked", "reblogged", "muted") == [False] * 4
        for verb, past in (
            ("favourite", "favourited"), ("bookmark", "bookmarked"), ("reblog", "reblogged"),
            ("mute", "muted"),
        ):  # fmt: skip
            await it.post(f"{path}/{verb}")
            assert await flags(id, past) == [True]
            await it.post(f"{path}/un{verb}")
            assert await flags(id, past) == [False]
        await ola.put(path, {"status": "Vei"})
        assert "Vei" in str(await there.get("v1/timelines/home"))
        for verb in ("mute", "block"):
            await it.post(f"v1/accounts/{ola.id}/{verb}")
            assert await flags(id, "id") == await flags(boost["id"], "id") == []
            await it.post(f"v1/accounts/{ola.id}/un{verb}")
            if verb == "block":
                await it.post(f"v1/accounts/{ola.id}/follow")
            assert len(await flags(id, "id")) == 1
        # What is shared goes with who wrote it, and with whom they let see it.
        await kari.post(f"v1/accounts/{it.id}/block")
        assert await flags(boost["id"], "id") == await flags(other["id"], "id") == []
        await kari.post(f"v1/accounts/{it.id}/unblock")
        assert len(await flags(boost["id"], "id")) == 1
        hides = {"title": "Fisk", "context": ["home"], "filter_action": "hide",
                 "keywords_attributes": [{"keyword": "lutefisk"}]}  # fmt: skip
        made = await it.post("v2/filters", hides)
        assert await flags(boost["id"], "id") == []
        await it.delete(f"v2/filters/{made['id']}")
        assert len(await flags(boost["id"], "id")) == 1
        await it.post(f"v1/accounts/{ola.id}/unfollow")
        assert await flags(id, "id") == []
        await it.post(f"v1/accounts/{ola.id}/follow")
        assert len(await flags(id, "id")) == 1
        await ola.delete(path)
        assert await flags(id, "id") == []

    tell(tmp_path, story)


def test_all_who_come_at_once_the_first_time_have_their_page(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        everyone = (apps.it, apps.ola, apps.kari)
        for one in everyone:
            for other in everyone:
                if one is not other:
                    await one.post(f"v1/accounts/{other.id}/follow")
        posts = [await one.says(f"Hei {n}", visibility="public")
                 for n in range(4) for one in everyone]  # fmt: skip
        newest_first = sorted((post["id"] for post in posts), reverse=True)
        first = await asyncio.gather(*(ids(one, "home", limit=5) for one in everyone))
        assert first == [newest_first[:5]] * 3
        older = [ids(one, "home", limit=5, max_id=newest_first[4]) for one in everyone]
        newer = [ids(one, "home", limit=5, min_id=newest_first[6]) for one in everyone]
        assert await asyncio.gather(*older) == [newest_first[5:10]] * 3
        assert await asyncio.gather(*newer) == [newest_first[1:6]] * 3

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


def test_a_page_that_a_filter_hides_whole_is_no_dead_end(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola = apps.it, apps.ola
        await it.post(f"v1/accounts/{ola.id}/follow")
        seen = [(await ola.says(f"Nr. {n}"))["id"] for n in range(2)]
        await it.post("v2/filters", {
            "title": "Fisk", "context": ["home"], "filter_action": "hide",
            "keywords_attributes": [{"keyword": "fisk"}],
        })  # fmt: skip
        hidden = [(await ola.says(f"Fisk {n}"))["id"] for n in range(4)]

        async def home(**query: Any) -> tuple[list[str], str]:
            answered = await it.call("GET", "/api/v1/timelines/home", **query)
            return [one["id"] for one in answered.json()], answered.headers.get("link", "")

        found, link = await home(limit=1)
        assert found == [seen[1]]
        assert f"max_id={seen[1]}" in link
        assert f"min_id={hidden[3]}" in link
        assert (await home(limit=1, max_id=seen[1]))[0] == [seen[0]]
        later = (await ola.says("Nr. 2"))["id"]
        found, link = await home(limit=1, min_id=seen[1])
        assert found == [later]
        assert f"min_id={later}" in link
        assert (await home(limit=0))[0] == []

    tell(tmp_path, story)


def test_so_many_hidden_posts_in_a_row_are_passed_and_then_a_link_goes_on(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola = apps.it, apps.ola
        await it.post(f"v1/accounts/{ola.id}/follow")
        first = await ola.says("Nr. 1")
        await it.post("v2/filters", {
            "title": "Fisk", "context": ["home"], "filter_action": "hide",
            "keywords_attributes": [{"keyword": "fisk"}],
        })  # fmt: skip
        for n in range(PASSED + 2):
            await ola.says(f"Fisk {n}")
        answered = await it.call("GET", "/api/v1/timelines/home", limit=1)
        assert answered.json() == []
        (on,) = re.findall(r"max_id=(\d+)", answered.headers["link"])
        found = await it.get("v1/timelines/home", limit=1, max_id=on)
        assert [one["id"] for one in found] == [first["id"]]

    tell(tmp_path, story)
