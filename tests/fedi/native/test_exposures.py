"""How far an actor goes, over the API: looked at by all who speak for it, changed by managers."""

from pathlib import Path

from actors.membership import Role
from fedi.organisation import find_actor, find_person, let_speak
from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.native.native import asked, told

SCOPES = "fedi:read:audiences fedi:write:audiences"


def test_an_exposure_is_told_before_and_then_changed(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = await apps.client("kari", "it", SCOPES)
        path = f"/actors/{apps.it.id}/exposure"
        assert (await told(it, "GET", path))["exposure"] == "open"
        looked = await told(it, "GET", path, exposure="internal")
        assert (looked["exposure"], looked["dry_run"]) == ("internal", True)
        dry = await told(it, "PUT", path, {"exposure": "internal", "dry_run": True})
        assert dry == looked
        assert (await told(it, "GET", path))["exposure"] == "open"
        await told(it, "PUT", path, {"exposure": "internal"})
        assert (await told(it, "GET", path))["exposure"] == "internal"
        assert (await asked(it, "PUT", path, {"exposure": "moon"})).status == 422

    tell(tmp_path, story)


def test_one_who_writes_for_it_looks_and_changes_nothing(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        ola = await find_person(apps.house.performer, "ola")
        department = await find_actor(apps.house.performer, "it")
        path = f"/actors/{apps.it.id}/exposure"
        client = await apps.client("ola", "ola", SCOPES)
        assert (await asked(client, "GET", path)).status == 403
        await let_speak(apps.house.performer, ola, department, Role.AUTHOR)
        assert (await told(client, "GET", path))["exposure"] == "open"
        assert (await asked(client, "PUT", path, {"exposure": "internal"})).status == 403

    tell(tmp_path, story)
