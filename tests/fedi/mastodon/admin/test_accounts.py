"""Accounts found, suspended and opened again."""

from pathlib import Path

from tests.fedi.mastodon.admin.keeping import keep
from tests.fedi.mastodon.apps import Apps, Client


def test_an_account_is_suspended_and_opened_again(tmp_path: Path) -> None:
    async def story(apps: Apps, admin: Client) -> None:
        post = await apps.ola.says("Noe", visibility="public")
        on = f"v1/admin/accounts/{apps.ola.id}"
        assert (await admin.get(on))["suspended"] is False
        assert await admin.post(f"{on}/action", {"type": "suspend"}) == {}
        assert (await admin.get(on))["suspended"] is True
        assert await apps.ola.refused("GET", "v1/accounts/verify_credentials") == 403
        assert await apps.it.refused("GET", f"v1/statuses/{post['id']}") == 404
        found = await admin.get("v2/admin/accounts", status="suspended")
        assert [one["username"] for one in found] == ["ola"]
        assert (await admin.post(f"{on}/unsuspend"))["suspended"] is False
        assert (await apps.ola.get("v1/accounts/verify_credentials"))["username"] == "ola"

    keep(tmp_path, story)


def test_accounts_are_found_by_their_beginnings(tmp_path: Path) -> None:
    async def story(apps: Apps, admin: Client) -> None:
        found = await admin.get("v1/admin/accounts", username="OL", local="true")
        assert [one["username"] for one in found] == ["ola"]
        assert await admin.get("v1/admin/accounts", username="%") == []
        staff = await admin.get("v1/admin/accounts", staff="true")
        assert [one["username"] for one in staff] == ["kari"]

    keep(tmp_path, story)


def test_only_those_who_keep_order_and_not_against_themselves(tmp_path: Path) -> None:
    async def story(apps: Apps, admin: Client) -> None:
        ola = await apps.client("ola", "ola", "admin:read admin:write")
        assert await ola.refused("GET", "v1/admin/accounts") == 403
        own = f"v1/admin/accounts/{admin.id}/action"
        assert await admin.refused("POST", own, {"type": "suspend"}) == 422
        assert await admin.refused("POST", own, {"type": "silence"}) == 422
        assert await admin.refused("GET", "v1/admin/accounts/1") == 404

    keep(tmp_path, story)
