"""Who is in a group, through our API: joining, requests, invitations."""

from pathlib import Path

from fedi.native.members import ENDPOINTS
from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.native.native import asked, told
from tests.fedi.native.test_groups import names, three


def test_all_of_it_is_about_one_group() -> None:
    assert all(one.path.startswith("/groups/{id}/") for one in ENDPOINTS)


def test_one_joins_is_let_in_and_goes_again(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, ola, made = await three(apps)
        joined = await told(ola, "POST", f"/groups/{made['turgruppa']}/join")
        assert (joined["state"], joined["members_count"]) == ("member", 2)
        closed = f"/groups/{made['budsjett']}"
        assert (await told(ola, "POST", f"{closed}/join"))["state"] == "asked"
        assert [one["id"] for one in await told(kari, "GET", f"{closed}/requests")] == [ola.id]
        await told(kari, "POST", f"{closed}/requests/{ola.id}/accept")
        assert len(await told(ola, "GET", f"{closed}/members")) == 2
        await told(kari, "DELETE", f"{closed}/members/{ola.id}")
        assert (await asked(kari, "DELETE", f"{closed}/members/{ola.id}")).status == 404
        await told(ola, "POST", f"{closed}/join")
        await told(kari, "POST", f"{closed}/requests/{ola.id}/reject")
        await told(ola, "POST", f"/groups/{made['turgruppa']}/leave")
        assert await names(ola, joined=True) == []

    tell(tmp_path, story)


def test_who_is_invited_knows_of_it_until_that_is_taken_back(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, ola, made = await three(apps)
        path = f"/groups/{made['varsling']}"
        await told(kari, "POST", f"{path}/invitations", {"account_id": ola.id})
        assert [one["id"] for one in await told(kari, "GET", f"{path}/invitations")] == [ola.id]
        assert (await told(ola, "GET", path))["state"] == "invited"
        await told(kari, "DELETE", f"{path}/invitations/{ola.id}")
        assert (await asked(ola, "GET", path)).status == 404

    tell(tmp_path, story)
