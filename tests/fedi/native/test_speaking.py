"""Which department a request is about, and whether its person's role is enough for it."""

from pathlib import Path

import pytest

from actors.errors import Forbidden, NotFound
from actors.membership import Role
from fedi.app import client_api
from fedi.mastodon.asking import Ask
from fedi.native.speaking import speaking_for
from fedi.net.params import Params
from fedi.organisation import find_actor, find_person, let_speak
from tests.fedi.mastodon.apps import Apps, Client, tell


async def asking(apps: Apps, client: Client, department: str) -> Ask:
    caller = await apps.house.callers.find(client.bearer)
    return Ask(client_api(apps.house), {}, {"id": department}, Params({}), caller)


def test_the_departments_token_and_the_persons_own_are_alike(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        for client in (apps.it, apps.kari):
            ask = await asking(apps, client, apps.it.id)
            found = await speaking_for(ask, Role.MANAGER)
            assert found.username == "it"

    tell(tmp_path, story)


def test_one_without_a_role_is_told_so_and_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        with pytest.raises(Forbidden):
            await speaking_for(await asking(apps, apps.ola, apps.it.id), Role.READER)
        for wanted in ("000000000000000007", "x", "9" * 30):
            with pytest.raises(NotFound):
                await speaking_for(await asking(apps, apps.kari, wanted), Role.READER)

    tell(tmp_path, story)


def test_a_token_of_another_department_opens_nothing_here(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        with pytest.raises(NotFound):
            await speaking_for(await asking(apps, apps.it, apps.kari.id), Role.READER)

    tell(tmp_path, story)


@pytest.mark.parametrize("role", Role)
def test_a_role_is_enough_for_what_needs_no_more(tmp_path: Path, role: Role) -> None:
    async def story(apps: Apps) -> None:
        performer = apps.house.performer
        ola = await find_person(performer, "ola")
        await let_speak(performer, ola, await find_actor(performer, "it"), role)
        ask = await asking(apps, apps.ola, apps.it.id)
        ranks = list(Role)
        for least in Role:
            if ranks.index(least) <= ranks.index(role):
                assert (await speaking_for(ask, least)).username == "it"
            else:
                with pytest.raises(Forbidden):
                    await speaking_for(ask, least)

    tell(tmp_path, story)
