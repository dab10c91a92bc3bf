"""A password set from outside, and beginning anew, end what was opened before."""

import pytest

from actors.errors import Invalid, Unauthorized
from fedi.oauth.renewing import begin_anew, depart, set_password
from fedi.oauth.tokens import new_token
from tests.fedi.oauth.browsing import SETTINGS, Browser, House
from tests.people import KARI, PERSON_KARI, Nordvik
from tests.running import run


@pytest.fixture
def house(nordvik: Nordvik) -> House:
    house = House(nordvik)
    house.password(PERSON_KARI)
    return house


def test_a_password_set_from_outside_ends_sessions_and_tokens(house: House) -> None:
    performer = house.nordvik.performer
    browser = Browser(house)
    browser.sign_in()
    bearer = run(new_token(performer, PERSON_KARI, KARI, "read"))
    run(set_password(performer, SETTINGS, PERSON_KARI, "ni hvite svaner"))
    assert not browser.signed_in
    with pytest.raises(Unauthorized):
        house.verify(bearer)
    browser.sign_in(password="ni hvite svaner")
    assert browser.signed_in


def test_a_weak_one_is_refused_and_changes_nothing(house: House) -> None:
    with pytest.raises(Invalid):
        run(set_password(house.nordvik.performer, SETTINGS, PERSON_KARI, "passord123"))
    browser = Browser(house)
    browser.sign_in()
    assert browser.signed_in


def test_beginning_anew_leaves_nothing_to_sign_in_with(house: House) -> None:
    browser = Browser(house)
    browser.sign_in()
    run(begin_anew(house.nordvik.performer, PERSON_KARI))
    assert not browser.signed_in
    assert Browser(house).sign_in().status == 422
    for table in ("credential", "totp", "recovery_code", "passkey", "session", "one_time_link"):
        assert house.nordvik.ask(f"SELECT 1 FROM {table}") == [], table


def test_who_leaves_is_out_at_once_and_comes_back_as_before(house: House) -> None:
    browser, performer = Browser(house), house.nordvik.performer
    browser.sign_in()
    bearer = run(new_token(performer, PERSON_KARI, KARI, "read"))
    run(depart(performer, PERSON_KARI))
    assert not browser.signed_in
    with pytest.raises(Unauthorized):
        house.verify(bearer)
    assert Browser(house).sign_in().status == 422
    run(depart(performer, PERSON_KARI, back=True))
    assert Browser(house).sign_in().path == "/settings/security"
    with pytest.raises(Unauthorized):
        house.verify(bearer)
