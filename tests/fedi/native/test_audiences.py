"""GET /audience: what a composer shows, asked as an app would."""

from pathlib import Path

from tests.fedi.mastodon.apps import Apps, Client, tell
from tests.fedi.native.native import asked, told

SCOPES = "read write fedi:read:audiences"


async def composer(apps: Apps, username: str, handle: str) -> Client:
    return await apps.client(username, handle, SCOPES)


def test_the_composer_says_who_will_see_it_in_words_and_numbers(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari = await composer(apps, "kari", "kari")
        found = await told(kari, "GET", "/audience", visibility="private", text="Hei @ola")
        assert found["audience"] == "internal"
        assert (found["visibility"], found["local_only"]) == ("private", True)
        assert found["people"] == 2
        assert found["outside"] == {"followers": 0, "servers": 0, "web": False}
        assert [one["acct"] for one in found["mentioned"]] == ["ola"]
        assert "Synlig for 2 ansatte i Nordvik." in found["sentences"]
        assert found["language"] == "nb"

    tell(tmp_path, story)


def test_what_is_told_is_what_the_status_says_then(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = await composer(apps, "kari", "it")
        inside = await apps.ola.says("Bare oss", visibility="local")
        for visibility in ("public", "unlisted", "private", "direct", "local"):
            for parent in (None, inside["id"]):
                more = {"in_reply_to_id": parent} if parent else {}
                found = await told(
                    it, "GET", "/audience", visibility=visibility, text="Hei", **more
                )
                made = await it.says("Hei", visibility=visibility, **more)
                assert found["visibility"] == made["visibility"]
                assert found["local_only"] == made["local_only"]

    tell(tmp_path, story)


def test_without_a_visibility_it_is_the_accounts_own(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, it = await composer(apps, "kari", "kari"), await composer(apps, "kari", "it")
        assert (await told(it, "GET", "/audience"))["audience"] == "public"
        assert (await told(kari, "GET", "/audience"))["audience"] != ""

    tell(tmp_path, story)


def test_a_language_may_be_chosen_and_no_other(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = await composer(apps, "kari", "it")
        found = await told(it, "GET", "/audience", visibility="local", language="nn")
        assert found["sentences"][0] == "Berre tilsette i Nordvik."
        refused = await asked(it, "GET", "/audience", language="de")
        assert refused.status == 422
        assert list(refused.json()["details"]) == ["language"]

    tell(tmp_path, story)


def test_what_can_not_be_asked_is_told_by_its_field(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = await composer(apps, "kari", "it")
        refused = await asked(it, "GET", "/audience", visibility="followers", colour="red")
        assert set(refused.json()["details"]) == {"visibility", "colour"}
        missing = await asked(it, "GET", "/audience", in_reply_to_id="000000000000000007")
        assert missing.status == 404

    tell(tmp_path, story)
