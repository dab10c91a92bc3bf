"""Being told of whom one asked to be told, and of changes to what one shared."""

from pathlib import Path

from tests.fedi.mastodon.apps import Apps, tell


def test_who_asked_to_be_told_is_told_of_each_post(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        await apps.ola.post(f"v1/accounts/{apps.it.id}/follow", {"notify": True})
        post = await apps.it.says("Nytt fra IT")
        await apps.it.says("@kari dette er et svar", in_reply_to_id=post["id"])
        hidden = await apps.it.says("Bare til @kari", visibility="direct")
        told = await apps.ola.get("v1/notifications", **{"types[]": "status"})
        assert post["id"] in [one["status"]["id"] for one in told]
        assert hidden["id"] not in [one["status"]["id"] for one in told]
        await apps.ola.post(f"v1/accounts/{apps.it.id}/follow", {"notify": False})
        await apps.it.says("Enda et")
        again = await apps.ola.get("v1/notifications", **{"types[]": "status"})
        assert len(again) == len(told)

    tell(tmp_path, story)


def test_who_shared_a_post_is_told_that_it_changed(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.it.says("Først")
        await apps.ola.post(f"v1/statuses/{post['id']}/reblog")
        await apps.it.put(f"v1/statuses/{post['id']}", {"status": "Så"})
        told = await apps.ola.get("v1/notifications", **{"types[]": "update"})
        assert [one["status"]["content"] for one in told] == ["<p>Så</p>"]
        assert await apps.kari.get("v1/notifications", **{"types[]": "update"}) == []

    tell(tmp_path, story)
