"""Which posts a filter meets, and where it hides them: each context, each action, to its end."""

import re
from pathlib import Path

import pytest

from fedi.mastodon.filtering import _pattern
from fedi.store.filters import Keyword
from tests.fedi.mastodon.apps import Apps, tell


def meets(word: str, text: str, *, whole: bool = True) -> bool:
    keyword = Keyword(id=1, filter_id=1, keyword=word, whole_word=whole)
    return _pattern(keyword).search(text.casefold()) is not None


@pytest.mark.parametrize(
    ("word", "text", "whole", "met"),
    [
        ("snø", "Det er SNØ i dag", True, True),
        ("snø", "snøen kom", True, False),
        ("snø", "snøen kom", False, True),
        ("#snø", "se #snø her", True, True),
        ("#snø", "se #snøfall her", True, False),
        (".*", "hva som helst", False, False),
        ("(a+)+$", "a" * 40 + "!", False, False),
        (" å ", "å!", True, True),
        ("ẞ", "STRASSE", False, True),
    ],
)
def test_words_are_met_folded_and_as_they_stand(
    word: str, text: str, whole: bool, met: bool
) -> None:
    assert meets(word, text, whole=whole) is met
    assert isinstance(
        _pattern(Keyword(id=1, filter_id=1, keyword=word, whole_word=whole)), re.Pattern
    )


def test_a_filter_hides_in_its_contexts_alone_and_warns_elsewhere(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola = apps.it, apps.ola
        await it.post(f"v1/accounts/{ola.id}/follow")
        root = await ola.says("Rot", visibility="public")
        bad = await ola.says("Lutefisk #mat @it", visibility="public", in_reply_to_id=root["id"])
        alone = await ola.says("Lutefisk igjen #mat", visibility="public")
        places = {
            "home": "v1/timelines/home", "public": "v1/timelines/public",
            "account": f"v1/accounts/{ola.id}/statuses",
            "thread": f"v1/statuses/{root['id']}/context",
            "notifications": "v1/notifications",
        }  # fmt: skip

        async def there(path: str) -> bool:
            return "utefisk" in str(await it.get(path))

        for context, path in places.items():
            assert await there(path), context
            made = await it.post(
                "v2/filters",
                {"title": "Fisk", "context": [context], "filter_action": "hide",
                 "keywords_attributes": [{"keyword": "lutefisk"}]},
            )  # fmt: skip
            assert not await there(path), f"{context} does not hide"
            for other, elsewhere in places.items():
                if other != context:
                    assert await there(elsewhere), f"{context} hides in {other}"
            shown = await it.get(f"v1/statuses/{bad['id']}")
            assert [one["filter"]["title"] for one in shown["filtered"]] == ["Fisk"]
            assert "utefisk" in str(await ola.get("v1/timelines/home"))
            await it.put(f"v2/filters/{made['id']}", {"filter_action": "warn"})
            assert await there(path)
            await it.delete(f"v2/filters/{made['id']}")
        assert (await it.get(f"v1/statuses/{alone['id']}"))["filtered"] == []

    tell(tmp_path, story)


def test_a_warning_says_what_it_met_and_ends_when_it_is_to(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola = apps.it, apps.ola
        post = await ola.says("Lutefisk", visibility="public")
        mine = await it.says("Lutefisk")
        of = await it.post(
            "v2/filters",
            {"title": "Fisk", "context": ["home", "public"], "expires_in": 60,
             "keywords_attributes": [{"keyword": "lutefisk"}]},
        )  # fmt: skip
        await it.post(f"v2/filters/{of['id']}/statuses", {"status_id": post["id"]})
        [hit] = (await it.get(f"v1/statuses/{post['id']}"))["filtered"]
        assert hit["keyword_matches"] == ["lutefisk"]
        assert hit["status_matches"] == [post["id"]]
        assert hit["filter"]["id"] == of["id"]
        assert (await it.get(f"v1/statuses/{mine['id']}"))["filtered"] == []
        boost = await it.post(f"v1/statuses/{post['id']}/reblog")
        assert boost["reblog"]["filtered"] != []
        warned = await ola.says("Trygt", visibility="public", spoiler_text="Om lutefisk")
        assert (await it.get(f"v1/statuses/{warned['id']}"))["filtered"] != []
        apps.clock.ahead += 61_000
        assert (await it.get(f"v1/statuses/{post['id']}"))["filtered"] == []

    tell(tmp_path, story)


@pytest.mark.parametrize("action", ["warn", "hide"])
def test_what_a_post_quotes_is_held_against_the_filters_as_well(
    tmp_path: Path, action: str
) -> None:
    async def story(apps: Apps) -> None:
        quoted = await apps.it.says("Valgkamp i gang")
        post = await apps.ola.says("Se her", quoted_status_id=quoted["id"], visibility="public")
        boost = await apps.it.post(f"v1/statuses/{post['id']}/reblog")
        words = {"title": "Valg", "context": ["public"], "filter_action": action}
        words["keywords_attributes"] = [{"keyword": "valgkamp", "whole_word": True}]
        made = await apps.kari.post("v2/filters", words)
        for path in (f"v1/statuses/{post['id']}", "v1/timelines/public"):
            found = await apps.kari.get(path)
            one = found if isinstance(found, dict) else found[0]
            assert (one["id"], one["filtered"]) == (post["id"], [])
            (hit,) = one["quote"]["quoted_status"]["filtered"]
            assert hit["filter"]["id"] == made["id"]
            assert (hit["filter"]["filter_action"], hit["keyword_matches"]) == (
                action,
                ["valgkamp"],
            )
        inner = (await apps.kari.get(f"v1/statuses/{boost['id']}"))["reblog"]
        assert len(inner["quote"]["quoted_status"]["filtered"]) == 1
        author = await apps.it.get(f"v1/statuses/{post['id']}")
        assert author["quote"]["quoted_status"]["filtered"] == []
        home = await apps.kari.get("v1/accounts/" + apps.ola.id + "/statuses")
        assert home[0]["quote"]["quoted_status"]["filtered"] == []

    tell(tmp_path, story)
