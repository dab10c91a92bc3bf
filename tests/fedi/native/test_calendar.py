"""The calendar of a department, four eyes, and who stands behind a post."""

from pathlib import Path

from tests.fedi.mastodon.test_drafting import LATER, Desk, at_desk
from tests.fedi.native.native import asked, told
from tests.fedi.native.test_drafts import Native, begun


def test_a_calendar_has_what_is_published_scheduled_and_waiting(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        native = Native(desk)
        ola, per, eva = (
            await native.of("ola"),
            await native.of("per"),
            await native.of("eva", "eva"),
        )
        post = await desk.per.says("Ute nå")
        plan = await desk.per.says("Planlagt", scheduled_at=LATER)
        waits = await desk.ola.says("Venter", scheduled_at="2099-01-02T10:00:00Z")
        draft = await begun(ola, "Utkast", scheduled_at="2099-01-03T10:00:00Z")
        path = f"/departments/{ola.id}/calendar"
        period = {"since": "2099-01-01T00:00:00Z", "until": "2099-02-01T00:00:00Z"}
        for speaker in (ola, per):
            found = await told(speaker, "GET", path, **period)
            assert [(one["kind"], one["id"], one["text"]) for one in found] == [
                ("scheduled", plan["id"], "Planlagt"),
                ("pending", waits["id"], "Venter"),
                ("open", draft["id"], "Utkast"),
            ]
        day = post["created_at"][:10]
        today = {"since": f"{day}T00:00:00Z", "until": f"{day}T23:59:59.999Z"}
        (one,) = await told(per, "GET", path, **today)
        assert (one["kind"], one["id"], one["by"]["name"]) == ("published", post["id"], "Per")
        assert (await asked(eva, "GET", path, **period)).status == 403
        far = {"since": "2020-01-01T00:00:00Z", "until": "2030-01-01T00:00:00Z"}
        assert (await asked(per, "GET", path, **far)).status == 422

    at_desk(tmp_path, story)


def test_four_eyes_are_asked_for_by_those_who_manage(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        native = Native(desk)
        kari, per = await native.of("kari"), await native.of("per")
        path = f"/departments/{kari.id}/four_eyes"
        assert (await asked(per, "PUT", path, {"on": True})).status == 403
        assert await told(kari, "PUT", path, {"on": True}) == {"on": True, "approvers": 1}
        assert await told(per, "GET", path) == {"on": True, "approvers": 1}
        waits = await desk.per.says("Ser noen på dette?")
        assert "Venter på godkjenning" in waits["content"]

    at_desk(tmp_path, story)
