"""What apps ask now and then: answered in shape, with little or nothing in it."""

from dataclasses import replace
from pathlib import Path

from actors.posts import Post
from fedi.store.engine import Tx
from fedi.store.rows import POST
from tests.fedi.mastodon.apps import ORIGIN, Apps, tell


def test_a_post_is_translated_by_what_its_author_wrote(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        made = await apps.it.says("Hei", language="nb")
        path = f"v1/statuses/{made['id']}/translate"
        assert await apps.ola.refused("POST", path, {"lang": "en"}) == 503

        async def both(tx: Tx) -> None:
            row = await tx.one(f"{POST.select} WHERE id = ?", (int(made["id"]),))
            assert row is not None
            post: Post = POST.decode(row)
            words = {"nb": "<p>Hei</p>", "en": "<p>Hi</p>"}
            await tx.run(POST.replace, POST.encode(replace(post, content_map=words)))

        await apps.house.engine.write(both)
        said = await apps.ola.post(path, {"lang": "en"})
        assert (said["content"], said["detected_source_language"]) == ("<p>Hi</p>", "nb")
        assert await apps.ola.refused("POST", path, {"lang": "nb"}) == 503
        hidden = await apps.kari.says("x", visibility="direct")
        absent = "v1/statuses/000000000000000009/translate"
        assert await apps.ola.refused("POST", f"v1/statuses/{hidden['id']}/translate") == 404
        assert await apps.ola.refused("POST", absent) == 404

    tell(tmp_path, story)


def test_only_what_all_may_see_is_embedded_elsewhere(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        public, inside = await apps.it.says("Hei"), await apps.it.says("Inne", visibility="local")
        shown = await apps.nobody.ok("GET", "/api/oembed", url=public["uri"])
        assert (shown["type"], shown["version"]) == ("rich", "1.0")
        for url in (inside["uri"], f"{ORIGIN}/posts/000000000000000009", "https://evil.test/1", ""):
            assert await apps.it.refused("GET", "oembed", url=url) == 404

    tell(tmp_path, story)


def test_what_this_house_has_not_is_told_in_shape(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        assert (await apps.it.get("v1/annual_reports"))["annual_reports"] == []
        assert (await apps.it.get("v1/annual_reports/2025/state"))["state"] == "ineligible"
        assert await apps.it.refused("GET", "v1/annual_reports/2025") == 404
        assert await apps.it.get("v1/emails/check_confirmation") is True
        assert await apps.it.refused("GET", "v1_alpha/async_refreshes/1") == 404
        assert await apps.it.get(f"v1/accounts/{apps.ola.id}/identity_proofs") == []

    tell(tmp_path, story)
