"""Passkeys: bound to our host, to a challenge that counts once, and to finger, face or PIN."""

from typing import Any

import pytest

from fedi.oauth.sessions import FRESH_MS
from fedi.store.credentials import PASSKEY
from tests.fedi.oauth.authenticator import PRESENT, Device
from tests.fedi.oauth.browsing import Browser, Got, House
from tests.people import PERSON_KARI, PERSON_OLA, Nordvik

ADD = "/settings/security/passkey"


@pytest.fixture
def house(nordvik: Nordvik) -> House:
    house = House(nordvik)
    house.password(PERSON_KARI)
    house.password(PERSON_OLA)
    return house


def begin(browser: Browser, action: str, target: str) -> dict[str, Any]:
    assert browser.at is not None
    got = browser.post(target, browser.at.form(action).fields)
    assert got.status == 200, got.text
    found: dict[str, Any] = got.json()
    return found


def added(browser: Browser, device: Device, name: str = "Mobilen") -> Got:
    browser.open("/settings/security")
    options = begin(browser, ADD, f"{ADD}-begin")
    return browser.send(ADD, {"credential": device.make(options), "name": name})


def shown(browser: Browser, device: Device) -> Got:
    browser.open("/sign-in")
    options = begin(browser, "/sign-in/passkey", "/sign-in/passkey/begin")
    return browser.send("/sign-in/passkey", {"credential": device.show(options)})


@pytest.fixture
def device(house: House) -> Device:
    """Kari's phone, with a passkey in it."""
    device, browser = Device(), Browser(house)
    browser.sign_in()
    got = added(browser, device)
    assert "Mobilen" in got.words
    return device


def test_a_passkey_signs_its_owner_in(house: House, device: Device) -> None:
    browser = Browser(house)
    assert "Kari Nordmann" in shown(browser, device).words
    (row,) = house.nordvik.ask(f"{PASSKEY.select}")
    assert PASSKEY.decode(row).sign_count == device.count


def test_a_passkey_leads_on_to_where_one_was_going(house: House, device: Device) -> None:
    browser, app = Browser(house), house.app()
    browser.open(app.authorize())
    options = begin(browser, "/sign-in/passkey", "/sign-in/passkey/begin")
    got = browser.send("/sign-in/passkey", {"credential": device.show(options)})
    assert got.form("/oauth/authorize")


@pytest.mark.parametrize(
    "other",
    [
        Device(),  # another key, the same id
        Device(id=b"unknown"),
    ],
)
def test_another_key_does_not(house: House, device: Device, other: Device) -> None:
    browser = Browser(house)
    assert shown(browser, other).status == 422
    assert not browser.signed_in


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://evil.test"},
        {"host": "evil.test"},
        {"flags": PRESENT},  # nobody's finger, face or PIN
        {"flags": 0},
    ],
)
def test_what_was_signed_elsewhere_or_by_nobody_counts_for_nothing(
    house: House, device: Device, change: dict[str, Any]
) -> None:
    for name, value in change.items():
        setattr(device, name, value)
    browser = Browser(house)
    assert shown(browser, device).status == 422
    assert not browser.signed_in


def test_a_challenge_counts_once_and_in_its_own_browser(house: House, device: Device) -> None:
    browser = Browser(house)
    browser.open("/sign-in")
    options = begin(browser, "/sign-in/passkey", "/sign-in/passkey/begin")
    step, credential = browser.cookies["__Host-step"], device.show(options)
    assert browser.send("/sign-in/passkey", {"credential": credential}).status == 200
    again = Browser(house)
    again.open("/sign-in")
    again.cookies["__Host-step"] = step
    again.send("/sign-in/passkey", {"credential": credential})
    assert not again.signed_in
    again.open("/sign-in")
    begin(again, "/sign-in/passkey", "/sign-in/passkey/begin")
    again.send("/sign-in/passkey", {"credential": credential})
    assert not again.signed_in


def test_a_copied_device_is_found_out(house: House, device: Device) -> None:
    shown(Browser(house), device)
    shown(Browser(house), device)
    device.count = 0
    assert shown(Browser(house), device).status == 422


@pytest.mark.parametrize(
    "credential", ["", "{}", "[]", "null", "{", '{"rawId": 1}', '{"rawId": "AA"}', "[" * 9000]
)
def test_what_is_no_answer_of_a_device_is_no_fault_of_ours(
    house: House, device: Device, credential: str
) -> None:
    browser = Browser(house)
    browser.open("/sign-in")
    begin(browser, "/sign-in/passkey", "/sign-in/passkey/begin")
    assert browser.send("/sign-in/passkey", {"credential": credential}).status == 422
    owner = Browser(house)
    owner.sign_in()
    begin(owner, ADD, f"{ADD}-begin")
    assert owner.send(ADD, {"credential": credential}).status == 422


def test_a_passkey_has_one_owner(house: House, device: Device) -> None:
    browser = Browser(house)
    browser.sign_in("ola")
    assert added(browser, device).status == 422
    assert len(house.nordvik.ask("SELECT 1 FROM passkey")) == 1


def test_only_who_signed_in_just_now_may_add_one(house: House) -> None:
    browser = Browser(house)
    browser.sign_in()
    fields = browser.open("/settings/security").form(ADD).fields
    house.nordvik.clock.time += FRESH_MS
    got = browser.post(f"{ADD}-begin", fields)
    assert (got.status, got.location.partition("?")[0]) == (303, "/sign-in")


def test_a_passkey_can_be_taken_away_by_its_owner_alone(house: House, device: Device) -> None:
    ((id,),) = house.nordvik.ask("SELECT id FROM passkey")
    ola = Browser(house)
    got = ola.sign_in("ola")
    token = got.form("/sign-out").fields["form_token"]
    ola.post(f"{ADD}-off", {"id": str(id), "form_token": token})
    assert house.nordvik.ask("SELECT 1 FROM passkey")
    kari = Browser(house)
    kari.sign_in()
    kari.send(f"{ADD}-off", {})
    assert not house.nordvik.ask("SELECT 1 FROM passkey")
    assert shown(Browser(house), device).status == 422
