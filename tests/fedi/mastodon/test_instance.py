"""What a server says of itself: the versions that apps read, and each sub-page in its shape."""

import re
from pathlib import Path

from tests.fedi.mastodon.apps import ORIGIN, Apps, tell


def test_both_versions_tell_the_same_in_words_that_apps_read(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        one, two = await apps.nobody.get("v1/instance"), await apps.nobody.get("v2/instance")
        assert one["email"] == two["contact"]["email"] == "post@127.0.0.1"
        assert one["version"] == two["version"]
        assert re.match(r"4\.\d+\.\d+ \(compatible; \S+ \d+\.\d+\.\d+", two["version"])
        assert two["api_versions"]["mastodon"] >= 7
        assert one["uri"] == two["domain"]
        assert one["urls"]["streaming_api"] == two["configuration"]["urls"]["streaming"]
        assert two["configuration"]["urls"]["streaming"].startswith("ws")
        key = two["configuration"]["vapid"]["public_key"]
        assert re.fullmatch(r"[\w-]{86,88}=*", key)
        statuses = two["configuration"]["statuses"]
        assert statuses == one["configuration"]["statuses"]
        assert statuses["max_characters"] == 5000
        assert one["configuration"]["polls"]["max_options"] >= 4
        for thing in (one["rules"], two["rules"], two["languages"]):
            assert isinstance(thing, list)
        assert two["thumbnail"]["url"].startswith(ORIGIN)

    tell(tmp_path, story)


def test_what_is_promised_is_what_holds(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        two = await apps.nobody.get("v2/instance")
        most = two["configuration"]["statuses"]["max_characters"]
        assert (await apps.it.says("x" * most))["content"]
        assert await apps.it.refused("POST", "v1/statuses", {"status": "x" * (most + 1)}) == 422
        # A link counts 23, a mention without its domain.
        reserved = two["configuration"]["statuses"]["characters_reserved_per_url"]
        text = "x" * (most - reserved - 1) + " https://nordvik.test/" + "a" * 200
        assert (await apps.it.says(text))["content"]
        options = two["configuration"]["polls"]["max_options"]
        poll = {"options": [str(n) for n in range(options)], "expires_in": 600}
        assert (await apps.it.says("?", poll=poll))["poll"]

    tell(tmp_path, story)


def test_every_sub_page_is_there_for_anybody(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        for page in (
            "rules", "peers", "activity", "extended_description", "languages",
            "translation_languages",
        ):  # fmt: skip
            answered = await apps.nobody.call("GET", f"/api/v1/instance/{page}")
            assert answered.status == 200, page
            assert answered.headers["access-control-allow-origin"] == "*"
        assert await apps.nobody.get("v1/custom_emojis") == []

    tell(tmp_path, story)
