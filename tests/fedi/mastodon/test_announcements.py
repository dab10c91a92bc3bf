"""Announcements: shown while they hold, put away once, reacted to with emojis and nothing else."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from fedi.store import announcements
from fedi.store.announcements import Announcement
from tests.fedi.mastodon.apps import Apps, tell


async def announce(apps: Apps, **more: Any) -> str:
    house, now = apps.house, apps.clock.now()
    one = Announcement(
        id=house.performer.new_id(), content="<p>Hei</p>", text="Hei", starts=None, ends=None,
        all_day=False, published=now, updated=now,
    )  # fmt: skip
    await house.engine.write(lambda tx: announcements.keep(tx, replace(one, **more)))
    return f"{one.id:018d}"


def test_they_are_shown_put_away_and_over(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, now = apps.it, apps.clock.now()
        id = await announce(apps)
        await announce(apps, starts=now - 20, ends=now - 10)
        [shown] = await it.get("v1/announcements")
        assert (shown["id"], shown["content"], shown["read"]) == (id, "<p>Hei</p>", False)
        for _ in range(2):
            assert await it.post(f"v1/announcements/{id}/dismiss") == {}
        assert [one["read"] for one in await it.get("v1/announcements", with_dismissed="true")] in (
            [True],
            [],
        )
        assert len(await apps.ola.get("v1/announcements")) == 1
        assert await it.refused("POST", "v1/announcements/000000000000000009/dismiss") == 404
        assert await apps.nobody.refused("GET", "v1/announcements") == 401

    tell(tmp_path, story)


def test_reactions_are_emojis_counted_by_who_reads(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        id = await announce(apps)
        path = f"v1/announcements/{id}/reactions"
        thumb = "👍"
        for client in (apps.it, apps.ola, apps.ola):
            assert await client.put(f"{path}/{thumb}") == {}
        for wrong in ("hei", "æøå", "<b>", "👍" * 33):
            assert await apps.it.refused("PUT", f"{path}/{wrong}") == 422, wrong
        [shown] = await apps.it.get("v1/announcements")
        assert [(r["name"], r["count"], r["me"]) for r in shown["reactions"]] == [("👍", 2, True)]
        assert (await apps.kari.get("v1/announcements"))[0]["reactions"][0]["me"] is False
        assert await apps.it.delete(f"{path}/{thumb}") == {}
        [shown] = await apps.it.get("v1/announcements")
        assert shown["reactions"][0]["count"] == 1
        absent = "v1/announcements/000000000000000009/reactions"
        assert await apps.it.refused("PUT", f"{absent}/{thumb}") == 404

    tell(tmp_path, story)
