"""Common questions through our API: marked by who asked, offered to the next one."""

from pathlib import Path

from fedi.search.indexing import Indexer
from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.native.native import asked, told

MINE = "fedi:read:questions fedi:write:questions"
TEXT = "Hvordan bestiller jeg nytt nøkkelkort?"


async def indexed(apps: Apps) -> None:
    house = apps.house
    indexer = Indexer(house.engine, house.urls, house.clock.now, house.random.fraction)
    while await indexer.some():
        pass


def test_what_solved_a_question_is_offered_to_who_asks_the_same(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.ola.says(f"@it {TEXT}")
        answer = await apps.it.says("@ola I skjemaet", in_reply_to_id=post["id"])
        await indexed(apps)
        ola = await apps.client("ola", "ola", MINE)
        kari = await apps.client("kari", "kari", MINE)
        path, best = f"/statuses/{post['id']}/best", {"status_id": answer["id"]}
        assert (await asked(kari, "POST", path, best)).status == 404
        assert (await asked(ola, "POST", path, {"status_id": post["id"]})).status == 422
        await told(ola, "POST", path, best)
        (one,) = await told(kari, "GET", f"/departments/{apps.it.id}/common-questions")
        assert (one["question"]["id"], one["answer"]["id"]) == (post["id"], answer["id"])
        assert one["marked_by_asker"] is True
        like = await told(kari, "GET", "/common-questions/like", text="bestille nøkkelkort")
        assert like == [one]
        await told(ola, "DELETE", path)
        assert await told(kari, "GET", "/common-questions/like", text=TEXT) == []

    tell(tmp_path, story)


def test_the_department_marks_as_well(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.ola.says(f"@it {TEXT}")
        answer = await apps.it.says("@ola I skjemaet", in_reply_to_id=post["id"])
        kari = await apps.client("kari", "kari", MINE)
        (one,) = await told(kari, "GET", "/questions", which="answered")
        path, best = f"/questions/{one['id']}/best", {"status_id": answer["id"]}
        ola = await apps.client("ola", "ola", MINE)
        assert (await asked(ola, "POST", path, best)).status == 404
        await told(kari, "POST", path, best)
        (found,) = await told(ola, "GET", f"/departments/{apps.it.id}/common-questions")
        assert found["marked_by_asker"] is False
        await told(kari, "DELETE", path)
        assert await told(ola, "GET", f"/departments/{apps.it.id}/common-questions") == []

    tell(tmp_path, story)
