"""Stopped before it goes outside, in the reader's own words, and let through when meant."""

from pathlib import Path

import pytest

from fedi.store.settings import STOPPED_KEY
from tests.actors.test_numbers import SYNTHETIC
from tests.fedi.mastodon.apps import Apps, tell

LATER = "2099-01-01T00:00:00.000Z"
TEXT = f"Saken til {SYNTHETIC} er ferdig"


def test_who_says_it_once_more_means_it(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        said = {"status": TEXT, "visibility": "public"}
        answered = await apps.it.call("POST", "/api/v1/statuses", said)
        assert answered.status == 422
        assert answered.json()["error"].startswith("Dette ser ut som et fødselsnummer.")
        other = await apps.it.call("POST", "/api/v1/statuses", {**said, "status": TEXT + "."})
        assert other.status == 422  # not the same: asked anew
        assert await apps.ola.refused("POST", "v1/statuses", said) == 422  # nor by the same
        made = await apps.it.post("v1/statuses", said)
        assert made["visibility"] == "public"
        assert await apps.it.refused("POST", "v1/statuses", {**said, "spoiler_text": "x"}) == 422

    tell(tmp_path, story)


@pytest.mark.parametrize("field", ["spoiler_text", "option"])
def test_every_text_of_a_post_is_looked_at(tmp_path: Path, field: str) -> None:
    async def story(apps: Apps) -> None:
        said = {"status": "Hei", "visibility": "unlisted"}
        more = {"poll": {"options": ["Ja", TEXT], "expires_in": 3600}}
        wish = {**said, **(more if field == "option" else {field: TEXT})}
        assert await apps.it.refused("POST", "v1/statuses", wish) == 422

    tell(tmp_path, story)


def test_inside_nobody_is_stopped(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        made = await apps.kari.post("v1/statuses", {"status": TEXT, "visibility": "private"})
        assert made["local_only"] is True
        note = {"status": f"@ola {TEXT}", "visibility": "direct"}
        assert (await apps.kari.post("v1/statuses", note))["visibility"] == "direct"

    tell(tmp_path, story)


def test_an_edit_and_a_post_for_later_are_looked_at_too(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        made = await apps.it.says("Hei")
        path = f"v1/statuses/{made['id']}"
        assert await apps.it.refused("PUT", path, {"status": TEXT}) == 422
        assert "Hei" in (await apps.it.get(path))["content"]
        await apps.it.put(path, {"status": TEXT})
        wish = {"status": f"{TEXT} snart", "scheduled_at": LATER, "visibility": "public"}
        assert await apps.it.refused("POST", "v1/statuses", wish) == 422
        assert await apps.it.get("v1/scheduled_statuses") == []
        assert (await apps.it.post("v1/statuses", wish))["params"]["text"] == wish["status"]

    tell(tmp_path, story)


def test_what_was_stopped_is_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Only a keyed hash is kept of it: neither the database nor the log has the number."""
    caplog.set_level(0)

    async def story(apps: Apps) -> None:
        key = {"idempotency-key": "one"}
        said = {"status": TEXT, "visibility": "public"}
        answered = await apps.it.call("POST", "/api/v1/statuses", said, key)
        assert answered.status == 422
        stored = await apps.house.engine.read(lambda tx: tx.rows("SELECT digest FROM stopped"))
        assert len(stored) == 1
        named = await apps.house.engine.read(
            lambda tx: tx.rows("SELECT name FROM setting WHERE name = ?", (STOPPED_KEY,))
        )
        assert named == [(STOPPED_KEY,)]

    tell(tmp_path, story)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "fedi.db" for path in kept)
    assert not any(SYNTHETIC.encode() in path.read_bytes() for path in kept)
    assert SYNTHETIC not in caplog.text
