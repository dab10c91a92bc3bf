"""Directory, suggestions and what is talked about, over HTTP."""

from pathlib import Path

from actors.posts import Visibility
from fedi.organisation import NewActor, add_actor
from fedi.search.trending import Trends
from tests.fedi.mastodon.searching import App, tell


def test_the_directory_suggestions_and_trends_are_answered(tmp_path: Path) -> None:
    async def story(app: App) -> None:
        house, it = app.house, app.here.department
        other = await add_actor(
            house.performer, NewActor(kind=it.kind, username="kultur", name="Kultur")
        )
        for author in (it, other):
            await app.writes(author, "Se #Skolestart", Visibility.PUBLIC)
        await Trends(house.engine, house.clock.now).count()
        accts = [one["acct"] for one in (await app.get("/api/v1/directory")).json()]
        assert set(accts) >= {"it", "kultur", "kari"}
        names = [one["acct"] for one in (await app.get("/api/v1/suggestions")).json()]
        suggested = (await app.get("/api/v2/suggestions")).json()
        assert [one["account"]["acct"] for one in suggested] == names
        assert {one["source"] for one in suggested} == {"staff"}
        assert all(one["sources"] == ["featured"] for one in suggested)
        gone = await app.call("DELETE", f"/api/v1/suggestions/{other.id:018d}")
        assert (gone.status, gone.json()) == (200, {})
        left = [one["acct"] for one in (await app.get("/api/v1/suggestions")).json()]
        assert "kultur" in names
        assert "kultur" not in left
        for path in ("/api/v1/trends", "/api/v1/trends/tags"):
            for signed_in in (True, False):
                shown = (await app.get(path, signed_in=signed_in)).json()
                assert [one["name"] for one in shown] == ["Skolestart"]
        for path in ("/api/v1/trends/statuses", "/api/v1/trends/links"):
            assert (await app.get(path)).json() == []

    tell(tmp_path, story)
