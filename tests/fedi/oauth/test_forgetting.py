"""What signing in leaves behind is forgotten in its time (S14), and nothing before it."""

import pytest

from actors.people import Token
from fedi.oauth.callers import hash_of
from fedi.oauth.consent import CODE_MS
from fedi.oauth.forgetting import DAY, UNUSED_APPS_MS, forget_some
from fedi.oauth.links import make_link
from tests.fedi.oauth.browsing import Browser, House, code_of
from tests.people import PERSON_KARI, Nordvik
from tests.running import run

TABLES = (
    "app", "token", "authorization_code", "session", "sign_in_step", "one_time_link",
    "known_device", "throttle",
)  # fmt: skip


@pytest.fixture
def house(nordvik: Nordvik) -> House:
    house = House(nordvik)
    house.password(PERSON_KARI)
    return house


def counts(house: House) -> dict[str, int]:
    return {
        name: count
        for name in TABLES
        if (count := house.nordvik.ask(f"SELECT count(*) FROM {name}")[0][0])
    }


def forget(house: House, after: int) -> dict[str, int]:
    house.nordvik.clock.time += after
    while run(forget_some(house.nordvik.engine, house.nordvik.clock.time)):
        pass
    return counts(house)


def test_each_thing_is_forgotten_in_its_time(house: House) -> None:
    app, unused = house.app(), house.app(client_name="Ubrukt")
    browser = Browser(house)
    browser.open(app.authorize())
    browser.sign_in()
    once = code_of(browser.allow())
    token = app.exchange(once).json()["access_token"]
    taken_back = app.exchange("", grant_type="client_credentials").json()["access_token"]
    run(house.reception.revoking.token(house.verify(taken_back).token_id))
    Browser(house).sign_in("nobody", "feil passord")
    run(make_link(house.nordvik.performer, PERSON_KARI, "invite", 1))
    unused.exchange("", grant_type="client_credentials", scope="read")
    everything = counts(house)
    assert set(everything) == set(TABLES) - {"sign_in_step"}
    assert forget(house, CODE_MS) == everything  # a code's second use is still seen
    assert set(everything) - set(forget(house, 2 * DAY)) == {
        "authorization_code", "one_time_link", "throttle",
    }  # fmt: skip
    assert "session" not in forget(house, 31 * DAY)
    left = forget(house, UNUSED_APPS_MS)
    assert left == {"app": 1, "token": 1, "known_device": 1}
    (row,) = house.nordvik.all(Token)
    assert row.hash == hash_of(token)
    assert forget(house, 365 * DAY) == {"app": 1, "token": 1}
