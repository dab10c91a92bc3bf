"""Every way in that a leaver had is shut: by the browser, by apps, by sockets; theirs and the
departments' they spoke for."""

import asyncio
from pathlib import Path

import pytest

from actors.errors import Unauthorized
from actors.membership import Role
from actors.people import ActorKind
from fedi.config import Retention
from fedi.departments.leavers import Leavers
from fedi.oauth.links import make_link
from fedi.oauth.tokens import new_token
from fedi.organisation import NewActor, add_actor, find_person, let_speak
from fedi.publishing import Profiles
from tests.fedi.oauth.authenticator import Device
from tests.fedi.oauth.browsing import Browser, House, code_of
from tests.fedi.oauth.test_passkeys import added, shown
from tests.fedi.publishing.offline import OFFLINE
from tests.fedi.streaming.apps import Square, tell
from tests.people import KARI, LEDERGRUPPEN, PERSON_KARI, Nordvik
from tests.running import run


@pytest.fixture
def house(nordvik: Nordvik) -> House:
    house = House(nordvik)
    house.password(PERSON_KARI)
    return house


def leave(house: House) -> None:
    profiles = Profiles(house.nordvik.performer, OFFLINE)
    run(Leavers(profiles, Retention(), "nb").leave(PERSON_KARI))


def test_sessions_and_both_kinds_of_tokens_are_over(house: House) -> None:
    browser, performer = Browser(house), house.nordvik.performer
    browser.sign_in()
    tokens = [run(new_token(performer, PERSON_KARI, one, "read")) for one in (KARI, LEDERGRUPPEN)]
    leave(house)
    house.callers.forget()
    assert not browser.signed_in
    for token in tokens:
        with pytest.raises(Unauthorized):
            house.verify(token)


def test_neither_password_nor_passkey_signs_in(house: House) -> None:
    device, browser = Device(), Browser(house)
    browser.sign_in()
    added(browser, device)
    leave(house)
    assert Browser(house).sign_in().status == 422
    stranger = Browser(house)
    assert shown(stranger, device).status == 422
    assert not stranger.signed_in


@pytest.mark.parametrize("kind", ["invite", "reset", "enter"])
def test_no_link_lets_in(house: House, kind: str) -> None:
    made = run(make_link(house.nordvik.performer, PERSON_KARI, kind, 1))
    leave(house)
    path = made.removeprefix(house.nordvik.urls.origin)
    assert Browser(house).open(path).status == 404
    assert house.nordvik.ask("SELECT 1 FROM one_time_link") == []


def test_a_code_under_way_gives_no_token(house: House) -> None:
    app, browser = house.app(), Browser(house)
    browser.open(app.authorize())
    browser.sign_in()
    code = code_of(browser.allow())
    leave(house)
    got = app.exchange(code)
    assert (got.status, got.json()["error"]) == (400, "invalid_grant")


@pytest.mark.whole
def test_sockets_close_the_persons_and_the_departments(tmp_path: Path) -> None:
    async def story(square: Square) -> None:
        house = square.here.house
        await square.person("ola")
        ola = await find_person(house.performer, "ola")
        new = NewActor(kind=ActorKind.ORGANIZATION, username="arkivet", name="Arkivet")
        archive = await add_actor(house.performer, new)
        await let_speak(house.performer, ola, archive, Role.AUTHOR)
        its = await new_token(house.performer, ola, archive, "read")
        async with (
            square.hears(await square.token("kari"), "?stream=user") as stays,
            square.hears(await square.token("ola"), "?stream=user") as mine,
            square.hears(its, "?stream=user") as departments,
        ):
            await square.settled(3)
            profiles = Profiles(house.performer, house.resolver, house.config.limits)
            await Leavers(profiles, Retention(), "nb").leave(ola)
            codes = await asyncio.gather(mine.closed(), departments.closed())
            assert codes == [1008, 1008]
            await square.settled(1)
            await stays.say("subscribe", "public")
            await square.settled(2)

    tell(tmp_path, story)
