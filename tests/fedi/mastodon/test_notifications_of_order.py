"""What those who keep order are told, and nobody else: reports, and who is new here."""

from pathlib import Path
from typing import Any

from actors.verbs import Flag
from fedi.organisation import add_person, find_actor
from fedi.store import reports
from tests.fedi.mastodon.admin.keeping import keep
from tests.fedi.mastodon.apps import Apps, Client
from tests.fedi.mastodon.crowd import strangers


async def kinds(client: Client, **query: Any) -> list[str]:
    return [one["type"] for one in await client.get("v1/notifications", **query)]


def test_a_report_is_told_with_whom_and_what_it_is_about(tmp_path: Path) -> None:
    async def story(apps: Apps, admin: Client) -> None:
        del admin
        post = await apps.it.says("Ufint")
        made = await apps.ola.post(
            "v1/reports",
            {"account_id": apps.it.id, "status_ids": [post["id"]], "comment": "Se her"},
        )
        (one,) = await apps.kari.get("v1/notifications")
        assert (one["type"], one["account"]["id"]) == ("admin.report", apps.ola.id)
        assert one["status"] is None
        assert one["report"] == made
        assert one["report"]["target_account"]["id"] == apps.it.id
        assert await apps.kari.get(f"v1/notifications/{one['id']}") == one
        (group,) = (await apps.kari.get("v2/notifications"))["notification_groups"]
        assert (group["type"], group["report"]) == ("admin.report", made)
        assert group["group_key"] == f"ungrouped-{int(one['id'])}"
        assert await kinds(apps.kari, **{"types[]": "admin.report"}) == ["admin.report"]
        assert await kinds(apps.kari, **{"exclude_types[]": "admin.report"}) == []
        assert "admin.report" not in await kinds(apps.ola) + await kinds(apps.it)

    keep(tmp_path, story)


def test_a_report_from_another_server_is_told(tmp_path: Path) -> None:
    async def story(apps: Apps, admin: Client) -> None:
        (alice,) = await strangers(apps, 1)
        it = await find_actor(apps.house.performer, "it")
        flag = Flag(uri=f"{alice.uri}#flag", actor=alice.uri, objects=(it.uri,), content="Spam")
        await apps.house.performer.perform(flag, apps.house.resolver)
        (one,) = await apps.kari.get("v1/notifications")
        assert one["account"]["acct"] == "gjest0@mastodon.test"
        assert one["report"]["comment"] == "Spam"
        (open_one,) = await admin.get("v1/admin/reports")
        assert open_one["id"] == one["report"]["id"]

    keep(tmp_path, story)


def test_who_is_new_is_told_in_one_group(tmp_path: Path) -> None:
    async def story(apps: Apps, admin: Client) -> None:
        del admin
        for name in ("per", "siri"):
            await add_person(apps.house.performer, name, name.title())
        assert await kinds(apps.kari) == ["admin.sign_up"] * 2
        grouped = await apps.kari.get("v2/notifications")
        (group,) = grouped["notification_groups"]
        assert (group["type"], group["notifications_count"]) == ("admin.sign_up", 2)
        named = {one["username"] for one in grouped["accounts"]}
        assert named == {"per", "siri"}
        on = f"v2/notifications/{group['group_key']}"
        assert len(await apps.kari.get(f"{on}/accounts")) == 2
        await apps.kari.post(f"{on}/dismiss")
        assert await kinds(apps.kari) == []
        assert await kinds(apps.ola) == []

    keep(tmp_path, story)


def test_who_keeps_order_no_more_reads_no_more_of_it(tmp_path: Path) -> None:
    async def story(apps: Apps, admin: Client) -> None:
        del admin
        await add_person(apps.house.performer, "per", "Per")
        await apps.ola.post("v1/reports", {"account_id": apps.it.id})
        assert await kinds(apps.kari) == ["admin.report", "admin.sign_up"]
        assert await apps.house.engine.read(reports.keepers) == (int(apps.kari.id),)
        await apps.house.engine.write(lambda tx: tx.run("UPDATE person SET admin = 0"))
        assert await kinds(apps.kari) == []
        assert (await apps.kari.get("v1/notifications/unread_count"))["count"] == 0

    keep(tmp_path, story)
