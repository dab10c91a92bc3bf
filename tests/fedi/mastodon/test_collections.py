"""Collections over HTTP: made, filled, seen by others as far as they may, and left."""

from pathlib import Path
from typing import Any

from tests.fedi.mastodon import oracle
from tests.fedi.mastodon.admin.keeping import keep
from tests.fedi.mastodon.apps import Apps, Client, tell


async def findable(*clients: Client) -> None:
    for client in clients:
        await client.ok("PATCH", "/api/v1/accounts/update_credentials", {"discoverable": True})


async def made(by: Client, *accounts: Client, **rest: Any) -> Any:
    asked = {"name": "Nyttige folk", "account_ids": [one.id for one in accounts], **rest}
    collection = (await by.post("v1/collections", asked))["collection"]
    oracle.fits("Collection", collection)
    return collection


def accounts(collection: Any) -> list[str]:
    return [one["account_id"] for one in collection["items"]]


def test_a_collection_is_made_filled_and_shown_with_its_accounts(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        await findable(apps.kari, apps.ola)
        rest = {
            "description": "Verd å følgje", "language": "nn", "tag_name": "#Drift",
            "sensitive": True, "discoverable": True,
        }  # fmt: skip
        one = await made(apps.it, apps.ola, **rest)
        assert (one["name"], one["description"]) == ("Nyttige folk", "Verd å følgje")
        assert (one["language"], one["sensitive"], one["local"]) == ("nn", True, True)
        assert one["tag"]["name"] == "Drift"
        assert one["tag"]["url"].endswith("/tags/drift")
        path = f"v1/collections/{one['id']}"
        added = await apps.it.post(f"{path}/items", {"account_id": apps.kari.id})
        item = added["collection_item"]
        oracle.fits("CollectionItem", item)
        assert (item["account_id"], item["state"]) == (apps.kari.id, "accepted")
        shown = await apps.nobody.get(path)
        assert accounts(shown["collection"]) == [apps.ola.id, apps.kari.id]
        assert shown["collection"]["item_count"] == 2
        assert [one["acct"] for one in shown["accounts"]] == ["it", "ola", "kari"]
        assert await apps.it.delete(f"{path}/items/{item['id']}") == {}
        assert accounts((await apps.it.get(path))["collection"]) == [apps.ola.id]
        assert await apps.it.delete(path) == {}
        assert await apps.it.refused("GET", path) == 404

    tell(tmp_path, story)


def test_early_apps_find_the_same_under_their_own_path(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        await findable(apps.ola)
        one = (await apps.it.post("v1_alpha/collections", {"name": "Folk"}))["collection"]
        path = f"v1_alpha/collections/{one['id']}"
        assert (await apps.ola.get(path))["collection"]["name"] == "Folk"
        added = await apps.it.post(f"{path}/items", {"account_id": apps.ola.id})
        await apps.ola.post(f"{path}/items/{added['collection_item']['id']}/revoke")
        listed = await apps.ola.get(f"v1_alpha/accounts/{apps.it.id}/collections")
        assert [one["items"] for one in listed["collections"]] == [[]]

    tell(tmp_path, story)


def test_a_collection_changes_in_part_by_put_and_patch(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        one = await made(apps.it, tag_name="drift", language="nb")
        path = f"/api/v1/collections/{one['id']}"
        for method, change in (("PATCH", {"name": "Andre"}), ("PUT", {"tag_name": ""})):
            apps.clock.ahead += 1_000
            changed = (await apps.it.ok(method, path, change))["collection"]
            assert changed["updated_at"] > one["updated_at"]
        assert (changed["name"], changed["tag"], changed["language"]) == ("Andre", None, "nb")
        assert changed["created_at"] == one["created_at"]

    tell(tmp_path, story)


def test_what_is_asked_wrongly_is_refused(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        for wrong in (
            {}, {"name": " "}, {"name": "n" * 41}, {"name": "n", "description": "d" * 101},
            {"name": "n", "language": "norsk!"}, {"name": "n", "tag_name": "to ord"},
            {"name": "n", "account_ids": ["123"]}, {"name": "n", "account_ids": [apps.ola.id]},
        ):  # fmt: skip
            assert await apps.it.refused("POST", "v1/collections", wrong) == 422, wrong
        assert (await apps.it.get(f"v1/accounts/{apps.it.id}/collections"))["collections"] == []
        one = await made(apps.it)
        items = f"v1/collections/{one['id']}/items"
        assert await apps.it.refused("POST", items, {}) == 422
        assert await apps.it.refused("POST", items, {"account_id": "x"}) == 422
        assert await apps.it.refused("POST", items, {"account_id": apps.ola.id}) == 422
        assert await apps.it.refused("DELETE", f"{items}/123") == 404
        assert await apps.it.refused("GET", "v1/collections/123") == 404
        for _ in range(9):
            await made(apps.it)
        assert await apps.it.refused("POST", "v1/collections", {"name": "n"}) == 422
        role = (await apps.it.get("v1/accounts/verify_credentials"))["role"]
        assert role["collection_limit"] == 10

    tell(tmp_path, story)


def test_only_the_owner_changes_a_collection_and_only_the_listed_leave(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        await findable(apps.ola, apps.kari)
        one = await made(apps.it, apps.ola)
        path, item = f"v1/collections/{one['id']}", one["items"][0]["id"]
        assert await apps.ola.refused("PATCH", path, {"name": "x"}) == 403
        assert await apps.ola.refused("DELETE", path) == 403
        assert await apps.ola.refused("POST", f"{path}/items", {"account_id": apps.ola.id}) == 403
        assert await apps.ola.refused("DELETE", f"{path}/items/{item}") == 403
        assert await apps.kari.refused("POST", f"{path}/items/{item}/revoke") == 403
        assert await apps.nobody.refused("POST", f"{path}/items/{item}/revoke") == 401
        mine = f"v1/accounts/{apps.ola.id}/in_collections"
        assert [c["id"] for c in (await apps.ola.get(mine))["collections"]] == [one["id"]]
        assert await apps.kari.refused("GET", mine) == 403
        await apps.ola.post(f"{path}/items/{item}/revoke")
        assert (await apps.ola.get(mine))["collections"] == []
        assert (await apps.it.get(path))["collection"]["items"] == []
        # Who took themselves off is not put back, whatever the owner does with the item.
        await apps.it.delete(f"{path}/items/{item}")
        assert await apps.it.refused("POST", f"{path}/items", {"account_id": apps.ola.id}) == 422

    tell(tmp_path, story)


def test_others_find_only_what_is_to_be_found_page_by_page(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        first, second = await made(apps.it), await made(apps.it, discoverable=False)
        third = await made(apps.it)
        path = f"v1/accounts/{apps.it.id}/collections"
        found = [one["id"] for one in (await apps.it.get(path))["collections"]]
        assert found == [third["id"], second["id"], first["id"]]
        found = [one["id"] for one in (await apps.nobody.get(path))["collections"]]
        assert found == [third["id"], first["id"]]
        page = await apps.it.call("GET", f"/api/{path}", limit=1, offset=1)
        assert [one["id"] for one in page.json()["collections"]] == [second["id"]]
        assert "offset=2" in page.headers["link"].split(",")[0]
        assert (await apps.nobody.get(f"v1/collections/{second['id']}"))["accounts"]

    tell(tmp_path, story)


def test_collections_are_named_in_a_report_of_their_owner(tmp_path: Path) -> None:
    async def story(apps: Apps, admin: Client) -> None:
        theirs, others = await made(apps.it), await made(apps.ola)
        asked = {
            "account_id": apps.it.id,
            "collection_ids": [theirs["id"], others["id"], "1"],
            "comment": "Se på denne",
        }
        report = await apps.ola.post("v1/reports", asked)
        assert report["collection_ids"] == [theirs["id"]]
        kept = await admin.get(f"v1/admin/reports/{report['id']}")
        assert [one["name"] for one in kept["collections"]] == ["Nyttige folk"]

    keep(tmp_path, story)
