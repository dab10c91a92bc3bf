"""Filters: made, changed and dropped in both versions, in all the shapes that apps send them in."""

from pathlib import Path
from typing import Any

from fedi.store.filters import FILTERS_MAX, KEYWORDS_MAX
from tests.fedi.mastodon.apps import Apps, tell

FORM = "application/x-www-form-urlencoded"


def test_a_filter_is_made_changed_and_dropped(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = apps.it
        words = [{"keyword": "møte", "whole_word": True}, {"keyword": "kake", "whole_word": "0"}]
        made = await it.post(
            "v2/filters",
            {"title": "Møter", "context": ["home", "public"], "filter_action": "hide",
             "keywords_attributes": words, "expires_in": 3600},
        )  # fmt: skip
        assert (made["title"], made["filter_action"]) == ("Møter", "hide")
        assert [(k["keyword"], k["whole_word"]) for k in made["keywords"]] == [
            ("møte", True),
            ("kake", False),
        ]
        assert made["expires_at"].endswith("Z")
        first, second = made["keywords"]
        changed = await it.put(
            f"v2/filters/{made['id']}",
            {"expires_in": "", "filter_action": "blur", "keywords_attributes": [
                {"id": first["id"], "keyword": "møter"}, {"id": second["id"], "_destroy": True},
                {"keyword": "is"}]},
        )  # fmt: skip
        assert (changed["expires_at"], changed["filter_action"]) == (None, "blur")
        assert changed["context"] == ["home", "public"]
        assert [(k["keyword"], k["whole_word"]) for k in changed["keywords"]] == [
            ("møter", True),
            ("is", True),
        ]
        assert [one["id"] for one in await it.get("v2/filters")] == [made["id"]]
        assert await apps.ola.get("v2/filters") == []
        assert await it.delete(f"v2/filters/{made['id']}") == {}
        assert await it.refused("GET", f"v2/filters/{made['id']}") == 404
        assert await it.refused("GET", f"v2/filters/keywords/{first['id']}") == 404

    tell(tmp_path, story)


WRONG: tuple[dict[str, Any], ...] = (
    {"title": ""}, {"title": "x" * 257}, {"context": []}, {"context": ["elsewhere"]},
    {"filter_action": "burn"}, {"expires_in": -1}, {"expires_in": "soon"},
    {"keywords_attributes": [{"keyword": " "}]},
    {"keywords_attributes": [{"keyword": "x" * 513}]},
    {"keywords_attributes": [{"keyword": "x"}] * 1001},
)  # fmt: skip


def test_a_filter_that_makes_no_sense_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        right = {"title": "t", "context": ["home"]}
        for wrong in WRONG:
            assert await apps.it.refused("POST", "v2/filters", {**right, **wrong}) == 422, wrong
        assert await apps.it.get("v2/filters") == []

    tell(tmp_path, story)


def test_forms_of_every_kind_say_the_same(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        bodies = (
            "title=t&context[]=home&keywords_attributes[][keyword]=a&keywords_attributes[][whole_word]=false",
            "title=t&context=home&keywords_attributes[0][keyword]=a&keywords_attributes[0][whole_word]=0",
            "title=t&context[0]=home&keywords_attributes[7][whole_word]=f&keywords_attributes[7][keyword]=a",
        )
        for body in bodies:
            answered = await apps.it.form("POST", "v2/filters", body)
            assert answered.status == 200, answered.text
            made = answered.json()
            assert made["context"] == ["home"]
            assert [(k["keyword"], k["whole_word"]) for k in made["keywords"]] == [("a", False)]
        query = "?title=t&context[]=home&keywords_attributes[][keyword]=a"
        answered = await apps.it.call("POST", f"/api/v2/filters{query}")
        assert answered.status == 200

    tell(tmp_path, story)


def test_words_and_posts_come_and_go_one_by_one(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = apps.it
        of = (await it.post("v2/filters", {"title": "t", "context": ["home"]}))["id"]
        word = await it.post(f"v2/filters/{of}/keywords", {"keyword": "snø"})
        assert (word["keyword"], word["whole_word"]) == ("snø", False)
        word = await it.put(f"v2/filters/keywords/{word['id']}", {"keyword": "regn"})
        assert await it.get(f"v2/filters/{of}/keywords") == [word]
        assert await it.refused("PUT", f"v2/filters/keywords/{word['id']}", {"keyword": ""}) == 422
        post = await apps.ola.says("Hei", visibility="public")
        marked = await it.post(f"v2/filters/{of}/statuses", {"status_id": post["id"]})
        again = await it.post(f"v2/filters/{of}/statuses", {"status_id": post["id"]})
        assert (marked["status_id"], again["id"]) == (post["id"], marked["id"])
        assert await it.get(f"v2/filters/{of}/statuses") == [marked]
        assert await it.get(f"v2/filters/statuses/{marked['id']}") == marked
        await it.delete(f"v2/filters/statuses/{marked['id']}")
        await it.delete(f"v2/filters/keywords/{word['id']}")
        whole = await it.get(f"v2/filters/{of}")
        assert (whole["keywords"], whole["statuses"]) == ([], [])
        other = (await it.post("v2/filters", {"title": "u", "context": ["home"]}))["id"]
        strange = await it.post(f"v2/filters/{other}/keywords", {"keyword": "x"})
        change = {"keywords_attributes": [{"id": strange["id"], "keyword": "y"}]}
        assert await it.refused("PUT", f"v2/filters/{of}", change) == 404

    tell(tmp_path, story)


def test_the_first_version_is_a_keyword_with_its_filter(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = apps.it
        made = await it.post(
            "v1/filters", {"phrase": "snø", "context": ["home"], "irreversible": True}
        )
        assert (made["phrase"], made["irreversible"], made["whole_word"]) == ("snø", True, False)
        [second] = await it.get("v2/filters")
        assert (second["filter_action"], second["keywords"][0]["id"]) == ("hide", made["id"])
        changed = await it.put(
            f"v1/filters/{made['id']}", {"phrase": "sludd", "context": ["public"], "whole_word": 1}
        )
        assert (changed["phrase"], changed["context"], changed["whole_word"]) == (
            "sludd",
            ["public"],
            True,
        )
        assert await it.get("v1/filters") == [changed]
        await it.delete(f"v1/filters/{made['id']}")
        assert (await it.get("v1/filters"), await it.get("v2/filters")) == ([], [])

    tell(tmp_path, story)


def test_no_way_leads_to_more_filters_words_and_posts_than_one_may_have(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, words = apps.it, [{"keyword": "x"}] * KEYWORDS_MAX
        full = {"title": "t", "context": ["home"], "keywords_attributes": words}
        made = await it.post("v2/filters", full)
        path = f"v2/filters/{made['id']}"
        assert await it.refused("PUT", path, {"keywords_attributes": words}) == 422
        assert await it.refused("POST", f"{path}/keywords", {"keyword": "y"}) == 422
        swapped = [{"id": one["id"], "_destroy": True} for one in made["keywords"]] + words
        assert len((await it.put(path, {"keywords_attributes": swapped}))["keywords"]) == len(words)
        for _ in range(FILTERS_MAX - 1):
            await it.post("v1/filters", {"phrase": "x", "context": ["home"]})
        assert await it.refused("POST", "v1/filters", {"phrase": "x", "context": ["home"]}) == 422
        assert await it.refused("POST", "v2/filters", {"title": "t", "context": ["home"]}) == 422

    tell(tmp_path, story)
