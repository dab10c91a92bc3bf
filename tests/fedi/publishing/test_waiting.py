"""What has to be approved waits, whatever way it comes in: an outbox, a schedule; so do files."""

import io
from pathlib import Path
from typing import Any

from actors.membership import Role
from fedi.organisation import find_actor
from fedi.publishing import Writing
from fedi.publishing.scheduling import Scheduling
from fedi.store import attachments
from tests.fedi.mastodon.test_drafting import LATER, Desk, at_desk, lines
from tests.fedi.publishing.test_submitting import hand_in, note, read


async def rows(desk: Desk, sql: str, *params: Any) -> list[Any]:
    return list(await desk.apps.house.engine.read(lambda tx: tx.rows(sql, params)))


def test_what_is_handed_in_at_an_outbox_waits(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        assert desk.eva.actor is not None
        whom = {"to": [], "cc": [desk.eva.actor.uri]}
        said = note("<p>Nytt nettverk</p>", summary="Drift", **whom)
        first = await hand_in(desk.ola, said, key="en")
        assert first.status == 202
        assert "location" not in first.headers
        again = await hand_in(desk.ola, said, key="en")
        assert again.status == 202
        (told,) = await desk.me.get("v1/notifications")
        waits = told["status"]
        assert waits["visibility"] == "direct"
        assert waits["spoiler_text"] == "Drift"
        assert "Nytt nettverk" in lines(waits)
        assert [one["acct"] for one in waits["mentions"]] == ["eva"]
        assert (await read(desk.apps.nobody, waits["uri"])).status == 404
        assert await desk.eva.get("v1/notifications") == []
        out = await desk.me.post(f"v1/statuses/{waits['id']}/reblog")
        assert [one["type"] for one in await desk.eva.get("v1/notifications")] == ["mention"]
        assert out["visibility"] == "direct"
        change = {"type": "Update", "object": {"id": out["uri"], **note("<p>Endret</p>")}}
        assert (await hand_in(desk.ola, change)).status == 202
        assert "Nytt" in lines(await desk.kari.get(f"v1/statuses/{out['id']}"))

    at_desk(tmp_path, story)


def test_its_files_live_as_long_as_it_and_go_with_it(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        from PIL import Image

        from fedi.media.attachments import Given

        house = desk.apps.house
        it = await find_actor(house.performer, "it")
        file = io.BytesIO()
        Image.new("RGB", (40, 30), (20, 90, 160)).save(file, "PNG")
        file.seek(0)
        upload = await house.media.upload(it, Given(file=file, description="Et skap"), wait=True)
        named = f"{upload.id:018d}"
        made = await desk.ola.says("", media_ids=[named])
        assert [one["description"] for one in made["media_attachments"]] == ["Et skap"]
        desk.apps.clock.ahead += 40 * 86_400_000
        assert await house.media.prune() == 0
        shown = await desk.kari.get(f"v1/statuses/{made['id']}")
        assert shown["media_attachments"][0]["id"] == named
        out = await desk.me.post(f"v1/statuses/{made['id']}/reblog")
        assert [one["id"] for one in out["media_attachments"]] == [named]
        file.seek(0)
        other = await house.media.upload(it, Given(file=file, description="Nei"), wait=True)
        gone = await desk.ola.says("Nei", media_ids=[f"{other.id:018d}"])
        await desk.me.delete(f"v1/statuses/{gone['id']}")
        desk.apps.clock.ahead += 6 * 86_400_000
        await house.media.prune()
        left = await house.engine.read(lambda tx: attachments.owned(tx, it.id, [other.id]))
        assert other.id in left
        desk.apps.clock.ahead += 3 * 86_400_000
        await house.media.prune()
        assert await rows(desk, "SELECT name FROM media WHERE name = ?", other.name) == []

    at_desk(tmp_path, story)


def test_what_was_scheduled_waits_where_its_author_may_publish_no_more(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        plan = await desk.per.says("Planlagt", scheduled_at=LATER)
        await desk.role("per", Role.CONTRIBUTOR)
        house = desk.apps.house
        scheduling = Scheduling(
            Writing(house.performer, house.resolver, house.config.limits), house.media
        )
        desk.apps.clock.ahead = 80 * 366 * 86_400_000
        assert await scheduling.publish_due() == 1
        assert await scheduling.publish_due() == 0
        assert await desk.eva.get(f"v1/accounts/{desk.ola.id}/statuses") == []
        assert await desk.kari.get("v1/scheduled_statuses") == []
        (told,) = await desk.me.get("v1/notifications")
        assert told["account"]["acct"] == "per"
        assert told["status"]["id"] != plan["id"]
        out = await desk.me.post(f"v1/statuses/{told['status']['id']}/reblog")
        assert lines(out) == "<p>Planlagt</p>"

    at_desk(tmp_path, story)
