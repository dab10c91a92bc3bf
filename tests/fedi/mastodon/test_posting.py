"""Posts written: whom they are for, once under one key, edited with a history, taken back."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Final

from fedi.app import application
from fedi.store.apps import App, add
from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.mastodon.crowd import Counted

MOST: Final = 24
"""Statements that a post without names, files and a parent is published and answered with."""


def test_the_audience_is_what_was_asked_by_whom(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        for client, asked, shown, inside in (
            (apps.it, {}, "public", False),
            (apps.it, {"visibility": "private"}, "private", False),
            (apps.it, {"visibility": "local"}, "private", True),
            (apps.it, {"local_only": True}, "private", True),
            (apps.kari, {"visibility": "private"}, "private", True),
            (apps.kari, {"visibility": "private", "local_only": False}, "private", False),
            (apps.kari, {"visibility": "public"}, "public", False),
            (apps.kari, {"visibility": "direct"}, "direct", False),
            (apps.it, {"visibility": "unlisted"}, "unlisted", False),
        ):
            made = await client.says("Hei", **asked)
            assert (made["visibility"], made["local_only"]) == (shown, inside), asked
        assert (
            await apps.it.refused("POST", "v1/statuses", {"status": "x", "visibility": "all"})
            == 422
        )

    tell(tmp_path, story)


def test_the_answer_to_a_new_post_is_what_reading_it_gives(tmp_path: Path) -> None:
    """It is made of what the unit put, without a look at what was put."""

    async def story(apps: Apps) -> None:
        app = App(
            id=7, client_id="x", secret_hash=b"", name="Elg", website="https://elg.example/",
            redirect_uris=(), scopes="write", created=0,
        )  # fmt: skip
        await apps.house.engine.write(lambda tx: add(tx, app))
        await apps.house.engine.write(lambda tx: tx.run("UPDATE token SET app_id = 7"))
        apps.house.callers.forget()
        said = await apps.ola.says("Hva synes dere?")
        await apps.it.post(f"v1/statuses/{said['id']}/favourite")
        poll = {"options": ["Ja", "Nei"], "expires_in": 3600, "multiple": True}
        kinds: tuple[dict[str, object], ...] = (
            {"spoiler_text": "Varsel", "sensitive": True, "language": "nb"},
            {"visibility": "local"}, {"visibility": "direct"}, {"poll": poll},
            {"in_reply_to_id": said["id"]}, {"quoted_status_id": said["id"]},
            {"quote_approval_policy": "nobody"}, {"visibility": "private"},
        )  # fmt: skip
        for kind in kinds:
            text = "Hei @kari og @ola, om #Øk, #vei og #vei <b>https://by.example/a?b=c</b>"
            made = await apps.it.says(text, **kind)
            assert made == await apps.it.get(f"v1/statuses/{made['id']}"), kind
            assert {one["acct"] for one in made["mentions"]} == {"kari", "ola"}
            assert [tag["name"] for tag in made["tags"]] == ["vei", "øk"]
            assert made["application"]["name"] == "Elg"

    tell(tmp_path, story)


def test_a_new_post_is_answered_with_few_statements(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        counted = Counted(apps.house.engine)
        performer = replace(apps.house.performer, engine=counted)
        table = application(replace(apps.house, engine=counted, performer=performer))
        client = replace(apps.it, table=table)
        await client.says("Hei")  # the token is known, the memory begun
        counted.asked = 0
        await client.says("Hei igjen, om #vei")
        assert counted.asked <= MOST, sorted(counted.texts)

    tell(tmp_path, story)


def test_nothing_is_said_twice_under_one_key(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        key = {"idempotency-key": "a" * 40}

        async def say(text: str) -> str:
            answered = await apps.it.call("POST", "/api/v1/statuses", {"status": text}, key)
            assert answered.status == 200, answered.text
            return str(answered.json()["id"])

        assert len(set(await asyncio.gather(*(say("Hei") for _ in range(5))))) == 1
        assert await say("Noe annet") == await say("Hei")
        other = await apps.ola.call("POST", "/api/v1/statuses", {"status": "Hei"}, key)
        assert other.json()["account"]["id"] == apps.ola.id
        assert len(await apps.kari.get(f"v1/accounts/{apps.it.id}/statuses")) == 1

    tell(tmp_path, story)


def test_what_is_empty_or_too_much_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        wrongs: tuple[dict[str, object], ...] = (
            {}, {"status": " \n "}, {"status": "x" * 5001}, {"status": {"a": 1}},
            {"status": "x", "spoiler_text": "x" * 201}, {"status": "x", "media_ids": ["9"]},
            {"status": "x", "media_ids": ["x"]}, {"status": "x", "scheduled_at": "soon"},
        )  # fmt: skip
        for wrong in wrongs:
            assert await apps.it.refused("POST", "v1/statuses", wrong) in (400, 404, 422), wrong
        missing = {"status": "x", "in_reply_to_id": "000000000000000009"}
        assert await apps.it.refused("POST", "v1/statuses", missing) == 404
        broken = await apps.it._sent(
            "POST", "/api/v1/statuses", {"content-type": "application/json"}, b"{"
        )
        assert broken.status == 400
        assert await apps.it.get(f"v1/accounts/{apps.it.id}/statuses") == []

    tell(tmp_path, story)


def test_an_edit_keeps_its_history_and_a_deletion_gives_the_text_back(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        made = await apps.it.says("Første", spoiler_text="Varsel", language="nb")
        path = f"v1/statuses/{made['id']}"
        apps.clock.ahead += 1_000
        edited = await apps.it.put(path, {"status": "Andre", "spoiler_text": ""})
        assert (edited["content"], edited["spoiler_text"]) == ("<p>Andre</p>", "")
        assert edited["edited_at"] > edited["created_at"]
        assert (edited["visibility"], edited["language"]) == ("public", "nb")
        history = await apps.ola.get(f"{path}/history")
        assert [one["content"] for one in history] == ["<p>Første</p>", "<p>Andre</p>"]
        assert [one["spoiler_text"] for one in history] == ["Varsel", ""]
        assert (await apps.it.get(f"{path}/source"))["text"] == "Andre"
        assert await apps.ola.refused("GET", f"{path}/source") == 403
        for method in ("PUT", "DELETE"):
            assert await apps.ola.refused(method, path, {"status": "Mitt"}) in (403, 404)
        gone = await apps.it.delete(path)
        assert (gone["id"], gone["text"]) == (made["id"], "Andre")
        assert await apps.it.refused("GET", path) == 404
        assert await apps.it.refused("DELETE", path) == 404

    tell(tmp_path, story)


def test_a_reply_is_never_wider_than_what_it_answers(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        for width in ("local", "direct"):
            root = await apps.ola.says("Hei @it", visibility=width)
            answer = await apps.it.says("Svar", visibility="public", in_reply_to_id=root["id"])
            assert answer["visibility"] != "public", width
            assert await apps.nobody.refused("GET", f"v1/statuses/{answer['id']}") == 404

    tell(tmp_path, story)
