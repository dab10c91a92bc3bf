"""The daily line of what waits: for who may answer it, once a day, in their own language."""

from pathlib import Path

from actors.membership import Role
from fedi.organisation import find_actor, find_person, let_speak
from tests.fedi.mastodon.apps import Apps, Client, tell

DAY = 86_400_000


def noon(apps: Apps) -> None:
    """Let it be noon, so that a day more is another date wherever this runs and whenever."""
    apps.clock.stopped = (apps.clock.now() // DAY + 1) * DAY + DAY // 2


async def lines(client: Client) -> list[str]:
    return [one["content"] for one in await client.get("v1/announcements")]


def test_what_has_waited_since_yesterday_is_told_to_who_may_answer_it(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        noon(apps)
        await apps.ola.says("@it PCen er treg", visibility="direct")
        assert await lines(apps.kari) == []
        apps.clock.ahead += DAY
        await apps.ola.says("@it Fortsatt treg", visibility="direct")
        it = await find_actor(apps.house.performer, "it")
        told = [f"<p>1 spørsmål til {it.name} venter på svar.</p>"]
        assert await lines(apps.kari) == told
        assert await lines(apps.it) == told
        assert await lines(apps.ola) == []
        apps.clock.ahead += DAY
        assert await lines(apps.kari) == [f"<p>2 spørsmål til {it.name} venter på svar.</p>"]

    tell(tmp_path, story)


def test_a_reader_is_not_told(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        noon(apps)
        performer = apps.house.performer
        ola = await find_person(performer, "ola")
        await let_speak(performer, ola, await find_actor(performer, "it"), Role.READER)
        await apps.kari.says("@it Hei")
        apps.clock.ahead += DAY
        assert await lines(apps.ola) == []

    tell(tmp_path, story)


def test_who_puts_it_away_hears_no_more_until_tomorrow(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        noon(apps)
        post = await apps.ola.says("@it PCen er treg")
        apps.clock.ahead += DAY
        for _ in range(2):
            (one,) = await apps.kari.get("v1/announcements")
            await apps.kari.post(f"v1/announcements/{one['id']}/dismiss")
            assert await lines(apps.kari) == []
            assert len(await lines(apps.it)) == 1
            apps.clock.ahead += DAY
        kept = await apps.house.engine.read(lambda tx: tx.rows("SELECT 1 FROM announcement_read"))
        assert len(kept) == 1
        await apps.it.says("@ola Start på nytt", in_reply_to_id=post["id"])
        assert await lines(apps.kari) == []

    tell(tmp_path, story)
