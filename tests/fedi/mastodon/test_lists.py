"""Lists: one's own alone, with whom one follows; exclusive ones, and which replies they show."""

from pathlib import Path

from tests.fedi.mastodon.apps import Apps, tell


def test_a_list_is_made_filled_changed_and_dropped(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola = apps.it, apps.ola
        made = await it.post("v1/lists", {"title": " Nære ", "exclusive": "true"})
        assert (made["title"], made["exclusive"], made["replies_policy"]) == ("Nære", True, "list")
        of = f"v1/lists/{made['id']}"
        assert await it.refused("POST", f"{of}/accounts", {"account_ids": [ola.id]}) == 404
        await it.post(f"v1/accounts/{ola.id}/follow")
        for _ in range(2):
            assert await it.post(f"{of}/accounts", {"account_ids": [ola.id]}) == {}
        assert [one["id"] for one in await it.get(f"{of}/accounts", limit=0)] == [ola.id]
        assert await it.get(f"v1/accounts/{ola.id}/lists") == [made]
        changed = await it.put(of, {"title": "Kolleger", "replies_policy": "none"})
        assert (changed["title"], changed["replies_policy"], changed["exclusive"]) == (
            "Kolleger",
            "none",
            True,
        )
        assert await it.get("v1/lists") == [changed]
        for wrong in ({"title": ""}, {"title": "x" * 257}, {"replies_policy": "all"}):
            assert await it.refused("PUT", of, wrong) == 422
        assert await it.ok("DELETE", f"/api/{of}/accounts?account_ids[]={ola.id}") == {}
        assert await it.get(f"{of}/accounts") == []
        assert await it.delete(of) == {}
        assert await it.refused("GET", of) == 404

    tell(tmp_path, story)


def test_an_exclusive_list_keeps_its_people_off_the_home_timeline(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola = apps.it, apps.ola
        await it.post(f"v1/accounts/{ola.id}/follow")
        made = await it.post("v1/lists", {"title": "Bare her", "exclusive": True})
        path = f"v1/timelines/list/{made['id']}"
        await it.post(f"v1/lists/{made['id']}/accounts", {"account_ids": [ola.id]})
        post = await ola.says("Til listen", visibility="public")
        assert [one["id"] for one in await it.get(path)] == [post["id"]]
        assert post["id"] not in str(await it.get("v1/timelines/home"))
        await it.put(f"v1/lists/{made['id']}", {"exclusive": False})
        later = await ola.says("Til begge", visibility="public")
        assert later["id"] in str(await it.get("v1/timelines/home"))
        await it.post(f"v1/accounts/{ola.id}/unfollow")
        assert await it.get(f"v1/lists/{made['id']}/accounts") == []
        assert await it.get(path) == []

    tell(tmp_path, story)


def test_replies_are_shown_as_the_list_says(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola, kari = apps.it, apps.ola, apps.kari
        await it.post(f"v1/accounts/{ola.id}/follow")
        made = await it.post("v1/lists", {"title": "l"})
        await it.post(f"v1/lists/{made['id']}/accounts", {"account_ids": [ola.id]})
        strange = await kari.says("Rot", visibility="public")
        own = await ola.says("Egen rot", visibility="public")
        to_other = await ola.says("Svar", visibility="public", in_reply_to_id=strange["id"])
        to_self = await ola.says("Mer", visibility="public", in_reply_to_id=own["id"])
        for policy, shown in (
            ("none", {own["id"], to_self["id"]}),
            ("list", {own["id"], to_self["id"]}),
            ("followed", {own["id"], to_self["id"]}),
        ):
            await it.put(f"v1/lists/{made['id']}", {"replies_policy": policy})
            found = {one["id"] for one in await it.get(f"v1/timelines/list/{made['id']}")}
            assert to_other["id"] not in found, policy
            assert found <= shown, policy
        await it.post(f"v1/accounts/{kari.id}/follow")
        await it.put(f"v1/lists/{made['id']}", {"replies_policy": "followed"})
        found = {one["id"] for one in await it.get(f"v1/timelines/list/{made['id']}")}
        assert to_other["id"] in found

    tell(tmp_path, story)
