"""Reports read and settled."""

from pathlib import Path

from tests.fedi.mastodon.admin.keeping import keep
from tests.fedi.mastodon.apps import Apps, Client


def test_a_report_is_read_closed_and_opened_again(tmp_path: Path) -> None:
    async def story(apps: Apps, admin: Client) -> None:
        post = await apps.ola.says("Ikke pent", visibility="public")
        told = {"account_id": apps.ola.id, "status_ids": [post["id"]], "comment": "Se her"}
        made = await apps.it.post("v1/reports", told)
        assert [one["id"] for one in await admin.get("v1/admin/reports")] == [made["id"]]
        on = f"v1/admin/reports/{made['id']}"
        whole = await admin.get(on)
        assert whole["comment"] == "Se her"
        assert [one["id"] for one in whole["statuses"]] == [post["id"]]
        assert whole["target_account"]["username"] == "ola"
        assert (await admin.post(f"{on}/resolve"))["action_taken"] is True
        assert await admin.get("v1/admin/reports") == []
        assert len(await admin.get("v1/admin/reports", resolved="true")) == 1
        assert (await admin.post(f"{on}/reopen"))["action_taken"] is False
        for act in ("assign_to_self", "unassign"):
            assert (await admin.post(f"{on}/{act}"))["id"] == made["id"]
        assert await admin.refused("GET", "v1/admin/reports/1") == 404

    keep(tmp_path, story)
