"""What a person may do through an actor follows their role in it, at every request."""

from pathlib import Path

from actors.membership import Role
from fedi.mastodon.asking import OF_THE_TOKEN
from fedi.mastodon.table import ROUTES
from fedi.organisation import find_actor, find_person, let_speak
from tests.fedi.mastodon.apps import ALL, Apps, tell


async def plays(apps: Apps, role: Role) -> None:
    performer = apps.house.performer
    ola, it = await find_person(performer, "ola"), await find_actor(performer, "it")
    await let_speak(performer, ola, it, role)
    apps.house.callers.forget()


def test_a_reader_reads_and_changes_nothing(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        await plays(apps, Role.READER)
        reader = await apps.client("ola", "it", f"{ALL} admin:read admin:write")
        assert (await reader.get("v1/accounts/verify_credentials"))["username"] == "it"
        for route in ROUTES:
            if route.method == "GET" or route.path in OF_THE_TOKEN or not route.scopes:
                continue
            path = route.path.removeprefix("/api/").replace("{", "").replace("}", "")
            assert await reader.refused(route.method, path) == 403, route.path

    tell(tmp_path, story)


def test_writing_follows_the_role_of_the_moment(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        await plays(apps, Role.AUTHOR)
        ola = await apps.client("ola", "it")
        assert (await ola.says("Fra IT"))["account"]["username"] == "it"
        assert await ola.refused("PATCH", "v1/accounts/update_credentials", {"note": "x"}) == 403
        await plays(apps, Role.CONTRIBUTOR)
        waits = await ola.says("Venter")  # test_drafting.py
        assert await apps.nobody.refused("GET", f"v1/statuses/{waits['id']}") == 404
        await plays(apps, Role.MANAGER)
        changed = await ola.ok("PATCH", "/api/v1/accounts/update_credentials", {"note": "Ny"})
        assert changed["source"]["note"] == "Ny"

    tell(tmp_path, story)


def test_who_may_not_write_changes_nothing_that_all_who_speak_for_it_feel(tmp_path: Path) -> None:
    """S32: what no verb's rule looks at follows the role as well."""

    async def story(apps: Apps) -> None:
        await plays(apps, Role.CONTRIBUTOR)
        ola, settings = await apps.client("ola", "it"), "v1/accounts/update_credentials"
        before = await apps.it.get("v1/accounts/verify_credentials")
        later = {"status": "Nei", "scheduled_at": "2099-01-01T00:00:00Z"}
        assert await ola.refused("PATCH", settings, {"source": {"privacy": "direct"}}) == 403
        waits = await ola.post("v1/statuses", later)
        assert await ola.refused("POST", "v1/domain_blocks", {"domain": "a.test"}) == 403
        await plays(apps, Role.AUTHOR)
        both = {"display_name": "Ny", "source": {"privacy": "direct"}}
        assert await ola.refused("PATCH", settings, both) == 403
        assert await apps.it.get("v1/accounts/verify_credentials") == before
        (one,) = await apps.it.get("v1/scheduled_statuses")
        assert one["id"] == waits["id"]  # and is not published before somebody approves
        assert await apps.it.get("v1/domain_blocks") == []

    tell(tmp_path, story)


def test_a_token_of_a_role_that_was_ended_stays_dead_when_a_new_role_is_given(
    tmp_path: Path,
) -> None:
    """S32: what was revoked is revoked, whoever has it by now."""

    async def story(apps: Apps) -> None:
        performer, verify = apps.house.performer, "v1/accounts/verify_credentials"
        ola, it = await find_person(performer, "ola"), await find_actor(performer, "it")
        await plays(apps, Role.AUTHOR)
        before, own = await apps.client("ola", "it"), await apps.client("ola", "ola")
        await let_speak(performer, ola, it, Role.AUTHOR, ends=apps.clock.now())
        apps.house.callers.forget()
        assert await before.refused("GET", verify) == 401
        await plays(apps, Role.MANAGER)
        assert await before.refused("GET", verify) == 401
        assert (await own.get(verify))["username"] == "ola"
        assert (await (await apps.client("ola", "it")).get(verify))["username"] == "it"

    tell(tmp_path, story)
