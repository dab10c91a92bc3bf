"""Searching over HTTP: what apps send and what they are answered, from a house that runs."""

from pathlib import Path
from typing import Any

import pytest

from actors.posts import Visibility
from tests.fedi.asking import Answered
from tests.fedi.mastodon.searching import App, tell
from tests.hostile.peer import GOOD, answer, note


def test_accounts_posts_and_hashtags_come_in_one_answer(tmp_path: Path) -> None:
    async def story(app: App) -> None:
        it = app.here.department
        post = await app.writes(it, "Kommunestyremøtet er i Tromsø #ITdrift", Visibility.PUBLIC)
        found = await app.finds("kommunestyremote tromso")
        assert [one["id"] for one in found["statuses"]] == [post]
        assert found["statuses"][0]["content"].startswith("<p>Kommunestyremøtet")
        found = await app.finds("it")
        assert [one["acct"] for one in found["accounts"]] == ["it"]
        assert [one["name"] for one in found["hashtags"]] == ["ITdrift"]
        tag = found["hashtags"][0]
        assert tag["url"].endswith("/tags/itdrift")
        assert len(tag["history"]) == 7
        assert tag["history"][0]["uses"] == "1"
        assert all(isinstance(v, str) for day in tag["history"] for v in day.values())
        assert (await app.finds("#itdrift", type="statuses"))["statuses"][0]["id"] == post
        only = await app.finds("it", type="accounts")
        assert (len(only["accounts"]), only["hashtags"]) == (1, [])

    tell(tmp_path, story)


def test_without_an_account_no_posts_are_found_and_nothing_is_fetched(tmp_path: Path) -> None:
    async def story(app: App) -> None:
        await app.writes(app.here.department, "Åpent ord #open", Visibility.PUBLIC)
        await app.finds("x")

        async def anyone(**query: Any) -> Answered:
            return await app.get("/api/v2/search", signed_in=False, **query)

        found = (await anyone(q="open")).json()
        assert (found["statuses"], found["accounts"]) == ([], [])
        assert [one["name"] for one in found["hashtags"]] == ["open"]
        found = (await anyone(q="it")).json()
        assert [one["acct"] for one in found["accounts"]] == ["it"]
        assert (await anyone(q="skjult")).json()["accounts"] == []
        assert (await anyone(q="x", resolve="true")).status == 401
        assert (await anyone(q="x", offset="20")).status == 401
        assert app.here.hostile.asked == []

    tell(tmp_path, story)


@pytest.mark.parametrize("typed", ["page", "id", "handle", "profile"])
def test_an_address_or_a_handle_is_fetched_when_asked_for(tmp_path: Path, typed: str) -> None:
    async def story(app: App) -> None:
        hostile = app.here.hostile
        alice = hostile.stranger("alice")
        made = note(alice, "1", url=f"http://{GOOD}/@alice/1")
        hostile.table[f"{GOOD}/notes/1"] = made
        hostile.table[f"{GOOD}/@alice/1"] = made
        hostile.table[f"{GOOD}/@alice"] = alice.document
        jrd = {
            "subject": f"acct:alice@{GOOD}",
            "links": [{"rel": "self", "type": "application/activity+json", "href": alice.uri}],
        }
        place = f"{GOOD}/.well-known/webfinger?resource=acct:alice@{GOOD}"
        hostile.table[place] = answer(jrd, kind="application/jrd+json")
        text = {
            "page": f"http://{GOOD}/@alice/1",
            "id": f"http://{GOOD}/notes/1",
            "handle": f"@alice@{GOOD}",
            "profile": f"http://{GOOD}/@alice",
        }[typed]
        before = await app.finds(text)
        assert (before["accounts"], before["statuses"]) == ([], [])
        assert hostile.asked == []
        found = await app.finds(text, resolve="true")
        if typed in ("page", "id"):
            assert [one["uri"] for one in found["statuses"]] == [f"http://{GOOD}/notes/1"]
            assert found["accounts"] == []
        else:
            assert [one["acct"] for one in found["accounts"]] == [f"alice@{GOOD}"]
        hostile.asked.clear()
        again = await app.finds(text.replace("/@alice/1", "/notes/1"))
        assert again["accounts"] or again["statuses"] or typed == "profile"
        assert hostile.asked == []

    tell(tmp_path, story)


def test_an_address_that_leads_to_nothing_finds_nothing(tmp_path: Path) -> None:
    async def story(app: App) -> None:
        hidden = await app.writes(app.here.hidden, "Hemmelig", Visibility.DIRECT)
        for url in (
            f"http://{GOOD}/none",
            "http://127.0.0.1:1/x",
            "https://10.0.0.1/",
            "http://[::1",
            "https://",
            f"{app.here.origin}/posts/000000000000000001",
            f"{app.here.origin}/posts/{hidden}",
            f"{app.here.origin}/nowhere",
        ):
            found = await app.finds(url, resolve="true")
            assert (found["accounts"], found["statuses"], found["hashtags"]) == ([], [], []), url

    tell(tmp_path, story)


def test_our_own_addresses_lead_to_what_they_name(tmp_path: Path) -> None:
    async def story(app: App) -> None:
        it = app.here.department
        post = await app.writes(it, "Hei", Visibility.PUBLIC)
        found = await app.finds(f"{app.here.origin}/posts/{post}")
        assert [one["id"] for one in found["statuses"]] == [post]
        for url in (it.uri, f"{app.here.origin}/@it"):
            assert [one["acct"] for one in (await app.finds(url))["accounts"]] == ["it"]

    tell(tmp_path, story)


def test_accounts_alone_by_their_beginning_and_one_by_its_handle(tmp_path: Path) -> None:
    async def story(app: App) -> None:
        await app.finds("x")
        found = await app.get("/api/v1/accounts/search", q="ka", limit=1)
        assert [one["acct"] for one in found.json()] == ["kari"]
        assert (await app.get("/api/v1/accounts/search")).status == 422
        assert (await app.get("/api/v1/accounts/search", q="ka", signed_in=False)).status == 401
        found = await app.get("/api/v1/accounts/search", q="ka", following="true")
        assert found.json() == []
        shown = await app.get("/api/v1/accounts/lookup", acct="@it")
        assert (shown.status, shown.json()["acct"]) == (200, "it")
        anyone = await app.get("/api/v1/accounts/lookup", acct="it", signed_in=False)
        assert anyone.status == 200
        for acct in ("nobody", "", "a b", "skjult"):
            gone = await app.get("/api/v1/accounts/lookup", acct=acct, signed_in=False)
            assert (gone.status, gone.json()) == (404, {"error": "Record not found"})

    tell(tmp_path, story)


def test_the_old_search_gives_hashtags_as_text(tmp_path: Path) -> None:
    async def story(app: App) -> None:
        await app.writes(app.here.department, "#Sak", Visibility.PUBLIC)
        await app.finds("x")
        found = (await app.get("/api/v1/search", q="sak")).json()
        assert found["hashtags"] == ["Sak"]

    tell(tmp_path, story)


def test_an_app_without_the_scope_finds_nothing(tmp_path: Path) -> None:
    async def story(app: App) -> None:
        for path in ("/api/v2/search", "/api/v1/accounts/search", "/api/v2/suggestions"):
            assert (await app.get(path, q="it")).status == 403, path

    tell(tmp_path, story, scopes="write:statuses")


def test_a_search_for_nothing_is_answered_as_by_mastodon(tmp_path: Path) -> None:
    async def story(app: App) -> None:
        words = "param is missing or the value is empty or invalid: q"
        for path in ("/api/v1/search", "/api/v2/search"):
            for text in (None, "", "  "):
                query: dict[str, Any] = {} if text is None else {"q": text}
                answered = await app.get(path, **query)
                assert (answered.status, answered.json()) == (400, {"error": words}), text

    tell(tmp_path, story)


def test_odd_parameters_are_no_fault_of_ours(tmp_path: Path) -> None:
    async def story(app: App) -> None:
        for query in (
            {}, {"q": "x", "limit": "-1"}, {"q": "x", "limit": "1e9"}, {"q": "x", "offset": "-5"},
            {"q": "x", "offset": str(10**30)}, {"q": "x", "type": "alt"}, {"q": "x", "max_id": "y"},
            {"q": "x", "account_id": "y"}, {"q": "x" * 20_000}, {"q": "@" * 50}, {"q": "@a@b@c"},
            {"q": "x", "min_id": "9" * 30}, {"q": "\x00"}, {"q": "from:@@ x"},
        ):  # fmt: skip
            assert (await app.get("/api/v2/search", **query)).status in (200, 400, 422), query

    tell(tmp_path, story)
