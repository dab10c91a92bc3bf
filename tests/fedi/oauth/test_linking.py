"""One-time links: for whom they are, once, and not by being looked at."""

from dataclasses import replace

import pytest

from actors.errors import Unauthorized
from fedi.oauth.links import HOUR, drawn, make_link, picture
from fedi.oauth.tokens import new_token
from fedi.store import credentials
from fedi.store.credentials import Totp
from tests.fedi.oauth.browsing import PASSWORD, Browser, House
from tests.people import KARI, PERSON_KARI, PERSON_OLA, Nordvik
from tests.running import run

NEW = "ni hvite svaner"


@pytest.fixture
def house(nordvik: Nordvik) -> House:
    return House(nordvik)


def link(house: House, kind: str = "invite", hours: int = 1) -> str:
    made = run(make_link(house.nordvik.performer, PERSON_KARI, kind, hours))
    assert made.startswith("https://nordvik.test/link?key=")
    return made.removeprefix("https://nordvik.test")


def set_password(browser: Browser, password: str = NEW, again: str = NEW) -> int:
    return browser.send("/link", {"password": password, "again": again}).status


def test_whoever_is_invited_chooses_a_password_and_is_in(house: House) -> None:
    browser = Browser(house)
    assert "Kari Nordmann" in browser.open(link(house)).words
    assert browser.send("/link", {"password": NEW, "again": NEW}).path == "/settings/security"
    assert Browser(house).sign_in(password=NEW).path == "/settings/security"


def test_a_link_works_once(house: House) -> None:
    target = link(house)
    one, other = Browser(house), Browser(house)
    one.open(target)
    other.open(target)
    one.send("/link", {"enter": "1"})
    assert one.signed_in
    assert other.send("/link", {"enter": "1"}).status == 404
    again = Browser(house).open(target)
    assert again.status == 404
    assert "Lenken er brukt eller for gammel. Be om en ny." in again.words


def test_looking_at_a_link_does_not_use_it(house: House) -> None:
    target = link(house)
    for _ in range(3):
        assert Browser(house).open(target).status == 200
    assert house.ask("HEAD", target).status == 200
    browser = Browser(house)
    browser.open(target)
    browser.send("/link", {"enter": "1"})
    assert browser.signed_in


def test_a_link_grows_old_and_gives_way_to_a_newer_one(house: House) -> None:
    first, second = link(house), link(house)
    assert Browser(house).open(first).status == 404
    house.nordvik.clock.time += HOUR
    assert Browser(house).open(second).status == 404


@pytest.mark.parametrize("key", ["", "x", "x" * 5000, "%00", "æ"])
def test_what_is_no_link_is_not_there(house: House, key: str) -> None:
    assert house.ask("GET", f"/link?key={key}").status in (404, 422, 400)


def test_who_has_left_has_no_link(house: House) -> None:
    target = link(house)
    house.nordvik.put(replace(PERSON_KARI, departed=1))
    assert Browser(house).open(target).status == 404


@pytest.mark.parametrize(
    ("password", "again"),
    [("kort", "kort"), ("passord123", "passord123"), (NEW, "noe annet"), ("kari kari", "x")],
)
def test_a_password_that_will_not_do_leaves_the_link_unused(
    house: House, password: str, again: str
) -> None:
    browser = Browser(house)
    browser.open(link(house))
    assert set_password(browser, password, again) == 422
    assert set_password(browser) == 200


def test_a_link_to_enter_sets_no_password(house: House) -> None:
    browser = Browser(house)
    browser.open(link(house, "enter"))
    browser.send("/link", {"password": NEW, "again": NEW, "enter": "1"})
    assert browser.signed_in
    assert house.nordvik.ask("SELECT 1 FROM credential") == []


def test_a_new_password_ends_what_the_old_one_opened(house: House) -> None:
    """S32: tokens and sessions do not outlive the password they were made with."""
    house.password(PERSON_KARI)
    house.password(PERSON_OLA)
    thief, ola = Browser(house), Browser(house)
    thief.sign_in()
    ola.sign_in("ola")
    bearer = run(new_token(house.nordvik.performer, PERSON_KARI, KARI, "read"))
    house.verify(bearer)
    older = link(house, "invite")
    browser = Browser(house)
    browser.open(link(house, "reset"))
    set_password(browser)
    assert browser.signed_in
    assert ola.signed_in
    assert not thief.signed_in
    assert Browser(house).open(older).status == 404
    assert Browser(house).sign_in(password=PASSWORD).status == 422
    with pytest.raises(Unauthorized):
        house.verify(bearer)


def test_a_link_is_no_way_around_the_second_step(house: House) -> None:
    row = Totp(person_id=PERSON_KARI.id, secret="JBSWY3DPEHPK3PXP", confirmed=1)
    run(house.nordvik.engine.write(lambda tx: credentials.put_totp(tx, row)))
    browser = Browser(house)
    browser.open(link(house, "reset"))
    assert browser.send("/link", {"password": NEW, "again": NEW}).path == "/sign-in/code"
    assert not browser.signed_in


def test_only_the_hash_of_a_link_is_kept(house: House) -> None:
    key = link(house).partition("key=")[2]
    assert key not in str(house.nordvik.ask("SELECT * FROM one_time_link"))


def test_a_link_is_drawn_for_a_terminal_and_for_a_page() -> None:
    assert drawn("https://nordvik.test/link?key=x").count("\n") > 10
    assert picture("otpauth://totp/x").startswith("data:image/svg+xml")
