"""A page joined from what is the same for all and what differs by reader, never mixed up."""

import asyncio
from pathlib import Path

from tests.fedi.mastodon.apps import Apps, tell


def test_each_reader_has_their_own_flags_on_the_same_post(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.it.says("Hei", poll={"options": ["a", "b"], "expires_in": 600})
        path = f"v1/statuses/{post['id']}"
        await apps.ola.post(f"{path}/favourite")
        await apps.kari.post(f"{path}/bookmark")
        await apps.kari.post(f"v1/polls/{post['poll']['id']}/votes", {"choices": [0]})
        readers = (apps.ola, apps.kari, apps.it, apps.nobody) * 3
        found = await asyncio.gather(*(reader.get(path) for reader in readers))
        flags = [
            (one["favourited"], one["bookmarked"], one["poll"]["own_votes"], one["poll"]["voted"])
            for one in found
        ]
        assert flags == [
            (True, False, [], False), (False, True, [0], True), (False, False, [], True),
            (False, False, [], False),
        ] * 3  # fmt: skip
        assert {one["favourites_count"] for one in found} == {1}

    tell(tmp_path, story)


def test_a_reply_names_only_what_its_reader_may_see(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        hidden = await apps.kari.says("Hei @it", visibility="direct")
        answer = await apps.it.says("Svar @ola", visibility="direct", in_reply_to_id=hidden["id"])
        path = f"v1/statuses/{answer['id']}"
        assert (await apps.it.get(path))["in_reply_to_id"] == hidden["id"]
        seen = await apps.ola.call("GET", f"/api/{path}")
        if seen.status == 200:
            assert seen.json()["in_reply_to_id"] is None
            assert seen.json()["in_reply_to_account_id"] is None
        context = await apps.it.get(f"{path}/context")
        assert [one["id"] for one in context["ancestors"]] == [hidden["id"]]

    tell(tmp_path, story)


def test_a_boost_goes_with_what_it_shares(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.ola.says("Hei", visibility="public")
        boost = await apps.it.post(f"v1/statuses/{post['id']}/reblog")
        assert (boost["reblog"]["id"], boost["content"]) == (post["id"], "")
        assert (await apps.it.get(f"v1/statuses/{post['id']}"))["reblogs_count"] == 1
        again = await apps.it.post(f"v1/statuses/{boost['id']}/reblog")
        assert again["id"] == boost["id"]
        await apps.it.post(f"v1/statuses/{boost['id']}/favourite")
        assert (await apps.it.get(f"v1/statuses/{boost['id']}"))["favourited"] is True
        await apps.ola.delete(f"v1/statuses/{post['id']}")
        assert await apps.it.refused("GET", f"v1/statuses/{boost['id']}") == 404
        assert await apps.it.get("v1/timelines/home") == []

    tell(tmp_path, story)
