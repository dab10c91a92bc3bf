"""GET /me: who is signed in, and for whom they may speak, in which role."""

from pathlib import Path

from actors.membership import Role
from fedi.organisation import find_actor, find_person, let_speak
from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.native.native import told


def test_a_person_learns_for_whom_they_may_speak(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        client = await apps.client("kari", "it", "fedi:read:people")
        found = await told(client, "GET", "/me")
        assert found["person"]["username"] == "kari"
        assert found["actor"]["username"] == "it"
        assert found["actor"]["role"] == "manager"
        assert found["scopes"] == ["fedi:read:people"]
        mine, department = found["actors"][0], found["actor"]
        assert (mine["own"], mine["current"], mine["username"]) == (True, False, "kari")
        assert (department["own"], department["current"]) == (False, True)
        assert department in found["actors"]

    tell(tmp_path, story)


def test_one_who_only_reads_for_a_department_is_told_so(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        performer = apps.house.performer
        ola = await find_person(performer, "ola")
        await let_speak(performer, ola, await find_actor(performer, "it"), Role.READER)
        client = await apps.client("ola", "ola", "fedi:read")
        found = await told(client, "GET", "/me")
        assert {one["username"]: one["role"] for one in found["actors"]}["it"] == "reader"

    tell(tmp_path, story)
