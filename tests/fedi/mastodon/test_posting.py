"""Posts written: whom they are for, once under one key, edited with a history, taken back."""

import asyncio
from pathlib import Path

from tests.fedi.mastodon.apps import Apps, tell


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
