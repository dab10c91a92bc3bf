"""Groups through our API: made, changed, read; what isn't for one is not there."""

from pathlib import Path
from typing import Any

from tests.fedi.mastodon.apps import Apps, Client, tell
from tests.fedi.native.native import asked, told

MINE = "read write follow fedi:read:groups fedi:write:groups"


async def three(apps: Apps) -> tuple[Client, Client, dict[str, str]]:
    """Have Kari make three groups; return the apps of Kari and Ola, and the ids."""
    kari, ola = await apps.client("kari", "kari", MINE), await apps.client("ola", "ola", MINE)
    made: dict[str, str] = {}
    for handle, access in (("turgruppa", "open"), ("budsjett", "closed"), ("varsling", "secret")):
        wanted = {"username": handle, "name": handle.title(), "access": access}
        made[handle] = (await told(kari, "POST", "/groups", wanted))["id"]
    return kari, ola, made


async def names(client: Client, **query: Any) -> list[str]:
    return [one["username"] for one in await told(client, "GET", "/groups", **query)]


def test_one_has_the_groups_that_one_may_know_of(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, ola, made = await three(apps)
        assert await names(kari) == ["budsjett", "turgruppa", "varsling"]
        assert await names(ola) == ["budsjett", "turgruppa"]
        assert await names(ola, joined=True) == []
        for way in ("", "/members", "/requests", "/posts", "/files", "/links", "/managers"):
            assert (await asked(ola, "GET", f"/groups/{made['varsling']}{way}")).status == 404
        assert (await asked(ola, "GET", f"/groups/{made['budsjett']}/posts")).status == 403
        assert (await asked(ola, "GET", f"/groups/{made['turgruppa']}/posts")).status == 200
        assert (await asked(ola, "PUT", f"/groups/{made['budsjett']}", {"name": "x"})).status == 403
        again = {"username": "varsling", "name": "Igjen"}
        reserved = {"username": "admin", "name": "Igjen"}
        taken = await asked(ola, "POST", "/groups", again)
        barred = await asked(ola, "POST", "/groups", reserved)
        assert taken.status == barred.status == 422
        assert taken.text.replace("varsling", "admin") == barred.text

    tell(tmp_path, story)


def test_files_links_and_managers(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, ola, made = await three(apps)
        path = f"/groups/{made['budsjett']}"
        post = await kari.says("@budsjett Hei")
        assert [one["id"] for one in await told(kari, "GET", f"{path}/posts")] == [post["id"]]
        assert await told(kari, "GET", f"{path}/files") == []
        assert await told(kari, "GET", f"{path}/links") == []
        await told(kari, "POST", f"{path}/managers", {"account_id": ola.id})
        changed = await told(ola, "PUT", path, {"name": "Budsjettet", "posting": "managers"})
        assert (changed["name"], changed["posting"], changed["manages"]) == (
            "Budsjettet",
            "managers",
            True,
        )
        await told(ola, "DELETE", f"{path}/managers/{kari.id}")
        assert [one["id"] for one in await told(kari, "GET", f"{path}/managers")] == [ola.id]
        assert (await asked(ola, "DELETE", f"{path}/managers/{ola.id}")).status == 422
        assert (await asked(ola, "PUT", path, {"access": "open"})).status == 422

    tell(tmp_path, story)
