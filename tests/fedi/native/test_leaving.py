"""Leaving through our API: for those who look after the house, at once and on a day ahead."""

from pathlib import Path

from fedi.organisation import find_person
from fedi.store import credentials
from tests.fedi.mastodon.apps import Apps, Client, tell
from tests.fedi.native.native import asked, told

LATER = "2099-01-31T15:00:00+01:00"


async def admin(apps: Apps) -> Client:
    kari = await find_person(apps.house.performer, "kari")
    await apps.house.engine.write(lambda tx: credentials.set_admin(tx, kari.id, True))
    return await apps.client("kari", "kari", "fedi:read fedi:write")


def test_somebody_leaves_and_their_app_is_answered_no_more(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        client = await admin(apps)
        assert (await apps.ola.call("GET", "/api/v1/timelines/home")).status == 200
        left = await told(client, "POST", "/people/ola/leave", {})
        assert (left["username"], left["without_manager"]) == ("ola", [])
        assert (await apps.ola.call("GET", "/api/v1/timelines/home")).status == 401
        (one,) = await told(client, "GET", "/people/leavers")
        assert (one["username"], one["name"], one["name_replaced_at"]) == ("ola", "Ola", None)
        assert (await asked(client, "POST", "/people/ola/leave", {})).status == 422
        await told(client, "POST", "/people/ola/return")
        assert await told(client, "GET", "/people/leavers") == []
        await apps.client("ola", "ola")

    tell(tmp_path, story)


def test_the_last_manager_is_told_of_and_nobody_shuts_themselves_out(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        client = await admin(apps)
        assert (await asked(client, "POST", "/people/kari/leave", {})).status == 422
        left = await told(client, "POST", "/people/kari/leave", {"on": LATER})
        assert [one["username"] for one in left["without_manager"]] == ["it"]
        assert left["leaves_at"] == "2099-01-31T14:00:00.000Z"
        past = {"on": "2001-01-01T00:00:00Z"}
        assert (await asked(client, "POST", "/people/ola/leave", past)).status == 422
        assert (await asked(client, "POST", "/people/nobody/leave", {})).status == 404

    tell(tmp_path, story)


def test_it_is_for_those_who_look_after_the_house(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        client = await apps.client("ola", "ola", "fedi:read fedi:write")
        for method, path in (
            ("GET", "/people/leavers"),
            ("POST", "/people/kari/leave"),
            ("POST", "/people/kari/return"),
        ):
            assert (await asked(client, method, path)).status == 403

    tell(tmp_path, story)
