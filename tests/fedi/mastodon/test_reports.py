"""Reports: told to those who keep order, about what the reporter may see and its author alone."""

from pathlib import Path

from tests.fedi.mastodon.apps import Apps, tell


def test_a_report_names_the_reporteds_own_posts_that_one_may_see(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola = apps.it, apps.ola
        bad = await ola.says("Reklame", visibility="public")
        other = await apps.kari.says("Annet", visibility="public")
        hidden = await ola.says("Bare @kari", visibility="direct")
        told = await it.post(
            "v1/reports",
            {"account_id": ola.id, "status_ids": [bad["id"], other["id"], hidden["id"], "9"],
             "comment": "Se her", "category": "spam", "forward": True},
        )  # fmt: skip
        assert told["status_ids"] == [bad["id"]]
        assert (told["category"], told["comment"], told["forwarded"]) == ("spam", "Se her", False)
        assert told["target_account"]["id"] == ola.id
        assert told["action_taken"] is False
        assert await ola.get("v1/notifications") == []

    tell(tmp_path, story)


def test_a_report_about_nobody_or_of_no_kind_is_refused(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        assert await apps.it.refused("POST", "v1/reports", {"account_id": "9"}) == 404
        assert await apps.it.refused("POST", "v1/reports", {}) == 404
        right = {"account_id": apps.ola.id}
        assert await apps.it.refused("POST", "v1/reports", {**right, "category": "x"}) == 422
        assert await apps.it.refused("POST", "v1/reports", {**right, "comment": "x" * 1001}) == 422
        answered = await apps.it.form("POST", "v1/reports/", f"account_id={apps.ola.id}")
        assert answered.status == 200

    tell(tmp_path, story)
