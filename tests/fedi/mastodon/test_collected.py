"""Collections as JSON, as far as each viewer is to know them."""

from pathlib import Path

from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.mastodon.test_collections import accounts, findable, made


def test_a_block_hides_collections_and_those_in_them(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        await findable(apps.ola, apps.kari)
        one = await made(apps.it, apps.ola, apps.kari)
        path = f"v1/collections/{one['id']}"
        await apps.kari.post(f"v1/accounts/{apps.ola.id}/block")
        assert accounts((await apps.kari.get(path))["collection"]) == [apps.kari.id]
        assert accounts((await apps.ola.get(path))["collection"]) == [apps.ola.id]
        await apps.it.post(f"v1/accounts/{apps.ola.id}/block")
        assert await apps.ola.refused("GET", path) == 404
        assert await apps.ola.refused("PATCH", path, {"name": "x"}) == 404
        listed = await apps.ola.get(f"v1/accounts/{apps.it.id}/collections")
        assert listed["collections"] == []
        assert accounts((await apps.nobody.get(path))["collection"]) == [apps.kari.id]
        assert await apps.it.refused("POST", f"{path}/items", {"account_id": apps.ola.id}) == 422

    tell(tmp_path, story)
