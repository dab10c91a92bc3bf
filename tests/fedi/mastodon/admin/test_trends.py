"""Administrators say what may be talked about, over HTTP."""

from pathlib import Path

import pytest

from actors.posts import Visibility
from fedi.mastodon.hashtags import tag_id
from fedi.organisation import NewActor, add_actor
from fedi.search.trending import Trends
from tests.fedi.mastodon.searching import App, tell

SCOPES = "read write admin:read admin:write"
TAGS = "/api/v1/admin/trends/tags"


async def talked_about(app: App) -> None:
    """Have two departments use one hashtag."""
    house, it = app.house, app.here.department
    other = NewActor(kind=it.kind, username="kultur", name="Kultur")
    for author in (it, await add_actor(house.performer, other)):
        await app.writes(author, "Se #Skolestart", Visibility.PUBLIC)
    await Trends(house.engine, house.clock.now).count()


async def appointed(app: App) -> None:
    """Make Kari an administrator."""
    await app.house.engine.write(lambda tx: tx.run("UPDATE person SET admin = 1"))


def test_what_is_rejected_is_shown_to_nobody_until_it_is_approved(tmp_path: Path) -> None:
    async def story(app: App) -> None:
        await talked_about(app)
        await appointed(app)
        (tag,) = (await app.get(TAGS)).json()
        assert (tag["name"], tag["trendable"], tag["requires_review"]) == ("Skolestart", True, True)
        rejected = (await app.call("POST", f"{TAGS}/{tag['id']}/reject")).json()
        assert (rejected["trendable"], rejected["requires_review"]) == (False, False)
        assert (await app.get("/api/v1/trends/tags")).json() == []
        assert (await app.get(f"/api/v1/admin/tags/{tag['id']}")).json() == rejected
        approved = await app.call("PUT", f"/api/v1/admin/tags/{tag['id']}", trendable="true")
        assert approved.json()["trendable"] is True
        assert len((await app.get("/api/v1/trends/tags")).json()) == 1

    tell(tmp_path, story, SCOPES)


def test_a_hashtag_that_nobody_talks_about_has_its_own_place(tmp_path: Path) -> None:
    async def story(app: App) -> None:
        await appointed(app)
        await app.writes(app.here.department, "Om #Avløp", Visibility.PUBLIC)
        assert (await app.get(TAGS)).json() == []
        on = f"/api/v1/admin/tags/{tag_id('avløp')}"
        shown = (await app.get(on)).json()
        assert (shown["name"], shown["trendable"], shown["requires_review"]) == (
            "Avløp", True, True,
        )  # fmt: skip
        rejected = (await app.call("PUT", on, trendable="false")).json()
        assert (rejected["trendable"], rejected["requires_review"]) == (False, False)
        assert (await app.get(on)).json() == rejected

    tell(tmp_path, story, SCOPES)


@pytest.mark.parametrize("kind", ["tags", "links", "statuses"])
def test_what_is_not_there_can_t_be_judged(tmp_path: Path, kind: str) -> None:
    async def story(app: App) -> None:
        await appointed(app)
        assert (await app.get(f"/api/v1/admin/trends/{kind}")).json() == []
        for id in ("123", "000000000000000123", "x"):
            gone = await app.call("POST", f"/api/v1/admin/trends/{kind}/{id}/approve")
            assert (gone.status, gone.json()) == (404, {"error": "Record not found"})
        assert (await app.get("/api/v1/admin/trends/links/publishers")).json() == []

    tell(tmp_path, story, SCOPES)


def test_nobody_else_judges(tmp_path: Path) -> None:
    async def story(app: App) -> None:
        await talked_about(app)
        assert (await app.get(TAGS)).status == 403
        assert (await app.call("POST", f"{TAGS}/123/reject")).status == 403
        assert len((await app.get("/api/v1/trends/tags")).json()) == 1

    tell(tmp_path, story, SCOPES)
