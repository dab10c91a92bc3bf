"""Words for notifications of a kind that an app doesn't know."""

from pathlib import Path

from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.mastodon.test_collections import findable, made


def test_an_app_that_lacks_a_kind_of_notification_is_given_words_for_it(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        await findable(apps.ola)
        post = await apps.ola.says("Hei")
        await apps.it.post(f"v1/statuses/{post['id']}/favourite")
        await made(apps.it, apps.ola)
        for asked, lacking in (
            ({}, []),
            ({"supported_types[]": ["favourite", "added_to_collection"]}, []),
            ({"supported_types[]": ["favourite"]}, ["added_to_collection"]),
            ({"supported_types[]": ["mention"]}, ["added_to_collection", "favourite"]),
        ):
            told = await apps.ola.get("v1/notifications", **asked)
            assert [n["type"] for n in told if n["fallback"]] == lacking
            groups = await apps.ola.get("v2/notifications", **asked)
            found = [n["type"] for n in groups["notification_groups"] if n["fallback"]]
            assert found == lacking
        words = told[0]["fallback"]
        assert words["title"].endswith("la deg til i en samling")
        assert words["details"] == "Nyttige folk"
        one = await apps.ola.get(f"v1/notifications/{told[0]['id']}", supported_types="mention")
        assert one["fallback"] == words

    tell(tmp_path, story)
