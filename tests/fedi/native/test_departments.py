"""Departments through our API: read inside, changed by who manages them, made by the house."""

from pathlib import Path
from typing import Any

from fedi.organisation import find_person
from fedi.store import credentials
from tests.fedi.mastodon.apps import Apps, Client, tell
from tests.fedi.native.native import asked, told


async def admin(apps: Apps) -> Client:
    kari = await find_person(apps.house.performer, "kari")
    await apps.house.engine.write(lambda tx: credentials.set_admin(tx, kari.id, True))
    return await apps.client("kari", "kari", "fedi:read fedi:write")


async def it(client: Client) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = await told(client, "GET", "/organisation")
    return next(one for one in nodes if one["username"] == "it")


def test_one_is_read_by_everybody_inside_with_all_that_is_known(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        house, ola = await admin(apps), await apps.client("ola", "ola", "fedi:read fedi:write")
        id = (await it(ola))["id"]
        entries = {
            "number": "012 345 674",
            "phone": "4200",
            "color": "#1b5e8a",
            "names": {"nn": "IT"},
        }
        await told(house, "PATCH", f"/departments/{id}", entries)
        seen = await told(ola, "GET", f"/departments/{id}")
        assert seen["number"]["identifier"] == "0192:012345674"
        assert seen["number"]["verified_at"]
        assert (seen["phone"], seen["color"], seen["names"]) == ("4200", "#1b5e8a", {"nn": "IT"})
        assert {"username": "kari", "role": "manager"}.items() <= seen["roles"][0].items()
        # An app of Mastodon's shows the number as verified, and can't take it away.
        account = await apps.it.get(f"v1/accounts/{id}")
        assert account["fields"][0]["verified_at"] == seen["number"]["verified_at"]
        fields = {"fields_attributes": [{"name": "Organisasjonsnummer", "value": "1"}]}
        changed = await apps.it.ok("PATCH", "/api/v1/accounts/update_credentials", fields)
        assert changed["fields"] == account["fields"]
        for path in ("/departments/1", f"/departments/{ola.id}"):
            assert (await asked(ola, "GET", path)).status == 404

    tell(tmp_path, story)


def test_the_house_makes_one_and_who_manages_one_changes_its_own(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        house, ola = await admin(apps), await apps.client("ola", "ola", "fedi:read fedi:write")
        top = await it(house)
        new = {
            "username": "drift",
            "name": "Drift",
            "parent_id": top["id"],
            "email": "d@by.example",
        }
        assert (await asked(ola, "POST", "/departments", new)).status == 403
        made = await told(house, "POST", "/departments", new)
        assert (made["parent_id"], made["email"]) == (top["id"], "d@by.example")
        assert "/avatars/" in made["avatar"]
        path = f"/departments/{made['id']}"
        assert (await asked(ola, "PATCH", path, {"phone": "1"})).status in (403, 404)
        below = {"parent_id": made["id"]}
        assert (await asked(house, "PATCH", f"/departments/{top['id']}", below)).status == 422
        assert (await asked(house, "PATCH", path, {"number": "123456789"})).status == 422
        free = await told(
            house, "PATCH", path, {"parent_id": "", "email": "", "exposure": "internal"}
        )
        assert (free["parent_id"], free["email"], free["exposure"]) == (None, None, "internal")
        assert (await asked(house, "POST", "/departments", new)).status == 422

    tell(tmp_path, story)


def test_who_manages_it_changes_its_contact_but_not_its_number(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari = await apps.client("kari", "it", "fedi:read fedi:write")
        path = f"/departments/{(await it(kari))['id']}"
        assert (await told(kari, "PATCH", path, {"address": "Rådhuset"}))["address"] == "Rådhuset"
        for entries in ({"number": "012345674"}, {"parent_id": ""}):
            assert (await asked(kari, "PATCH", path, entries)).status == 403
        assert (await asked(kari, "GET", "/organisation/export")).status == 403
        house = await admin(apps)
        rows = await told(house, "GET", "/organisation/export")
        assert {one["handle"] for one in rows} >= {"it", "kari", "ola"}

    tell(tmp_path, story)
