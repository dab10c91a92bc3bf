"""A password set from outside, and beginning anew, end what was opened before."""

import pyotp
import pytest

from actors.errors import Invalid, Unauthorized
from fedi.config import Retention
from fedi.departments.leavers import Leavers
from fedi.oauth.renewing import begin_anew, set_password
from fedi.oauth.tokens import new_token
from fedi.publishing import Profiles
from fedi.store import credentials
from fedi.store.credentials import Totp
from tests.fedi.oauth.browsing import SETTINGS, Browser, House, code_of
from tests.fedi.publishing.offline import OFFLINE
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


def test_a_code_that_was_given_before_a_new_password_gives_no_token(house: House) -> None:
    """S32: whoever had the old password cannot keep a way in under way."""
    app, browser = house.app(), Browser(house)
    browser.open(app.authorize())
    browser.sign_in()
    code = code_of(browser.allow())
    run(set_password(house.nordvik.performer, SETTINGS, PERSON_KARI, "ni hvite svaner"))
    got = app.exchange(code)
    assert (got.status, got.json()["error"]) == (400, "invalid_grant")


def test_half_the_way_in_with_the_old_password_leads_nowhere(house: House) -> None:
    secret, nordvik, browser = pyotp.random_base32(), house.nordvik, Browser(house)
    totp = Totp(person_id=PERSON_KARI.id, secret=secret, confirmed=1)
    run(nordvik.engine.write(lambda tx: credentials.put_totp(tx, totp)))
    assert browser.sign_in().path == "/sign-in/code"
    run(set_password(nordvik.performer, SETTINGS, PERSON_KARI, "ni hvite svaner"))
    code = pyotp.TOTP(secret).at(nordvik.clock.time // 1000)
    assert browser.send("/sign-in/code", {"code": code}).path == "/sign-in"
    assert not browser.signed_in


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
    leavers = Leavers(Profiles(performer, OFFLINE), Retention(), "nb")
    run(leavers.leave(PERSON_KARI))
    assert not browser.signed_in
    with pytest.raises(Unauthorized):
        house.verify(bearer)
    assert Browser(house).sign_in().status == 422
    run(leavers.come_back(PERSON_KARI))
    assert Browser(house).sign_in().path == "/settings/security"
    with pytest.raises(Unauthorized):
        house.verify(bearer)
