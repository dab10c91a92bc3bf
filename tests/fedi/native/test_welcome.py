"""The first five minutes over our own API: cards in one's language, put away and shown again."""

from pathlib import Path

from fedi.oauth.welcoming import Welcoming
from fedi.organisation import find_person
from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.native.native import asked, told

SCOPES = "fedi:read fedi:write read"


def test_a_newcomer_is_shown_cards_until_they_put_them_away(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari = await apps.client("kari", "kari", SCOPES)
        before = await told(kari, "GET", "/welcome")
        assert before["received_at"] is None
        assert [one["name"] for one in before["departments"]] == ["IT"]
        assert before["greeting"] == "Hei! Jeg heter Kari og jobber i IT."
        assert [one["name"] for one in before["cards"]] == ["news", "seen", "try"]
        assert "Bare ansatte i Nordvik" in before["cards"][1]["text"]
        assert before["practice"] is None
        after = await told(kari, "POST", "/welcome/cards/seen/skip")
        assert [one["skipped"] for one in after["cards"]] == [False, True, False]
        await told(kari, "POST", "/welcome/cards/news/skip")
        again = await told(kari, "DELETE", "/welcome/cards/skipped")
        assert not any(one["skipped"] for one in again["cards"])
        answered = await asked(kari, "POST", "/welcome/cards/nothing/skip")
        assert answered.status == 404

    tell(tmp_path, story)


def test_who_has_been_received_sees_whom_they_follow(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        person = await find_person(apps.house.performer, "kari")
        await Welcoming(apps.house.performer, apps.house.config.welcome).receive(person)
        kari = await apps.client("kari", "kari", SCOPES)
        shown = await told(kari, "GET", "/welcome")
        assert shown["received_at"] is not None
        assert shown["practice"]["username"] == "skjult"
        assert "Skjult" in shown["cards"][2]["text"]
        followed = await kari.get(f"v1/accounts/{kari.id}/following")
        assert {one["username"] for one in followed} == {"it", "skjult"}

    tell(tmp_path, story, welcome={"practice": "skjult"})
