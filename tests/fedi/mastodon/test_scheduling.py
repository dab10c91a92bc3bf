"""Posts for later: kept, moved, shown with what they will carry, taken back, once under one key."""

from pathlib import Path

import pytest

from actors.errors import Invalid
from fedi.mastodon.scheduling import due_of
from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.mastodon.test_accounts import sent
from tests.fedi.mastodon.test_table import PICTURE

LATER = "2099-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        (None, None), ("", None), ("1970-01-01T00:00:01Z", 1_000),
        ("1970-01-01T01:00:00+01:00", 0), ("1970-01-01T00:00:00", 0), ("1970-01-02", 86_400_000),
    ],
)  # fmt: skip
def test_a_time_is_read_with_its_zone(text: str | None, ms: int | None) -> None:
    assert due_of(text) == ms


@pytest.mark.parametrize(
    "text", ["soon", "2099-13-01", "1e9", "0" * 400, "2099-01-01T00:00:00+99:00"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        due_of(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_the_ends_of_time_break_nothing(text: str) -> None:
    assert isinstance(due_of(text), int)


def test_a_waiting_post_is_its_authors_to_see_move_and_drop(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = apps.it
        file = await sent(it, "POST", "v1/media", ("file", "a.png", PICTURE))
        root = await it.says("Rot")
        made = await it.post(
            "v1/statuses",
            {"status": "Senere", "scheduled_at": LATER, "media_ids": [file["id"]],
             "visibility": "unlisted", "spoiler_text": "Vent", "in_reply_to_id": root["id"]},
        )  # fmt: skip
        assert made["scheduled_at"] == LATER
        params = made["params"]
        assert (params["text"], params["visibility"]) == ("Senere", "unlisted")
        assert (params["spoiler_text"], params["media_ids"]) == ("Vent", [file["id"]])
        assert [one["id"] for one in made["media_attachments"]] == [file["id"]]
        path = f"v1/scheduled_statuses/{made['id']}"
        moved = await it.put(path, {"scheduled_at": "2098-01-01T00:00:00Z"})
        assert moved["scheduled_at"] == "2098-01-01T00:00:00.000Z"
        for method in ("GET", "PUT", "DELETE"):
            assert await apps.ola.refused(method, path, {"scheduled_at": LATER}) == 404
        past = {"scheduled_at": "2001-01-01T00:00:00Z"}
        assert await it.refused("PUT", path, past) == 422
        assert await it.delete(path) == {}
        assert await it.get("v1/scheduled_statuses") == []

    tell(tmp_path, story)


def test_one_key_makes_one_waiting_post(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        wish, key = {"status": "Senere", "scheduled_at": LATER}, {"idempotency-key": "n"}
        ids = set()
        for _ in range(3):
            answered = await apps.it.call("POST", "/api/v1/statuses", wish, key)
            ids.add(answered.json()["id"])
        assert len(ids) == 1
        assert len(await apps.it.get("v1/scheduled_statuses")) == 1

    tell(tmp_path, story)


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "x" * 5_001},
        {"spoiler_text": "x" * 201},
        {"poll": {"options": ["a", "x" * 101], "expires_in": 600}},
        {"poll": {"options": ["a"], "expires_in": 600}},
        {"media_ids": ["1", "2", "3", "4", "5"]},
    ],
)
def test_what_could_not_be_published_is_not_kept_for_later(
    tmp_path: Path, wrong: dict[str, object]
) -> None:
    async def story(apps: Apps) -> None:
        asked = {"status": "Senere", "scheduled_at": LATER, **wrong}
        assert await apps.it.refused("POST", "v1/statuses", asked) == 422
        assert await apps.it.get("v1/scheduled_statuses") == []

    tell(tmp_path, story)
