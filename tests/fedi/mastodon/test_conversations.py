"""Conversations: direct posts by thread, with whom, read, unread and put away."""

from pathlib import Path

from tests.fedi.mastodon.apps import Apps, tell


def test_a_conversation_is_one_however_much_is_said_in_it(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola = apps.it, apps.ola
        first = await ola.says("Hei @it", visibility="direct")
        await it.says("@ola hei", visibility="direct", in_reply_to_id=first["id"])
        last = await ola.says("@it ja", visibility="direct", in_reply_to_id=first["id"])
        await apps.kari.says("@it noe annet", visibility="direct")
        await ola.says("@kari hemmelig", visibility="direct")
        found = await it.get("v1/conversations")
        assert len(found) == 2
        one = next(c for c in found if c["last_status"]["id"] == last["id"])
        assert [who["id"] for who in one["accounts"]] == [ola.id]
        assert one["unread"] is True
        read = await it.post(f"v1/conversations/{one['id']}/read")
        assert (read["id"], read["unread"]) == (one["id"], False)
        assert (await it.post(f"v1/conversations/{one['id']}/unread"))["unread"] is True
        assert await it.delete(f"v1/conversations/{one['id']}") == {}
        assert [c["id"] for c in await it.get("v1/conversations")] != [one["id"]]
        assert len(await it.get("v1/conversations")) == 1
        assert len(await ola.get("v1/conversations")) == 2
        assert await it.refused("POST", f"v1/conversations/{one['id']}x/read") == 404

    tell(tmp_path, story)


def test_direct_posts_are_on_no_other_timeline(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        direct = await apps.ola.says("Hei @it #drift", visibility="direct")
        for path in ("timelines/public", "timelines/tag/drift", "timelines/home"):
            assert direct["id"] not in str(await apps.it.get(f"v1/{path}")), path
        assert [one["id"] for one in await apps.it.get("v1/timelines/direct")] == [direct["id"]]
        assert await apps.kari.get("v1/timelines/direct") == []

    tell(tmp_path, story)
