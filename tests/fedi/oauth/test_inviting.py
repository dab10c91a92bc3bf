"""A leader lets their people in: those below them alone, with a link that works once."""

import logging
from dataclasses import replace
from typing import Any

import pytest

from actors.membership import Membership, Role
from fedi.oauth.inviting import PEOPLE
from fedi.oauth.links import HOUR
from fedi.oauth.sessions import FRESH_MS
from fedi.oauth.throttling import INVITING
from tests.fedi.oauth.browsing import Browser, House
from tests.people import (
    IKT,
    LEDERGRUPPEN,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
)

NEW = "ni hvite svaner"


def role(person: Any, actor: Any, role: Role, **rest: Any) -> Membership:
    return Membership(person_id=person.id, actor_id=actor.id, role=role, **rest)


@pytest.fixture
def house(nordvik: Nordvik) -> House:
    """Kari manages Ledergruppen, for which Ola is a reader."""
    nordvik.put(role(PERSON_KARI, LEDERGRUPPEN, Role.MANAGER))
    house = House(nordvik)
    house.password(PERSON_KARI)
    return house


@pytest.fixture
def kari(house: House) -> Browser:
    browser = Browser(house)
    browser.sign_in()
    return browser


def made(browser: Browser, person: Any = PERSON_OLA) -> Any:
    """Ask for a link for somebody, whether the page offers it or not."""
    token = browser.open("/settings/security").form("/sign-out").fields["form_token"]
    return browser.post(PEOPLE, {"form_token": token, "id": str(person.id)})


def address(page: Any) -> str:
    text = "".join(page.page.find(".//code[@class='address']").itertext())
    assert text.startswith("https://nordvik.test/link?key=")
    return str(text.removeprefix("https://nordvik.test"))


def test_a_leader_makes_a_link_and_it_lets_that_person_in(house: House, kari: Browser) -> None:
    assert PEOPLE in kari.open("/settings/security").text
    assert "Ola Hansen" in kari.open(PEOPLE).words
    page = kari.send(PEOPLE, {})
    assert page.status == 200
    assert "data:image/svg+xml" in page.text
    ola = Browser(house)
    assert "Ola Hansen" in ola.open(address(page)).words
    assert ola.send("/link", {"password": NEW, "again": NEW}).path == "/settings/security"
    assert Browser(house).sign_in("ola", password=NEW).path == "/settings/security"
    assert Browser(house).open(address(page)).status == 404


def test_who_has_a_password_gets_a_link_for_an_hour_and_keeps_it_till_then(
    house: House, kari: Browser
) -> None:
    house.password(PERSON_OLA)
    target = address(made(kari))
    assert Browser(house).sign_in("ola").path == "/settings/security"
    house.nordvik.clock.time += HOUR
    assert Browser(house).open(target).status == 404


@pytest.mark.parametrize(
    "rows",
    [
        (role(PERSON_KARI, LEDERGRUPPEN, Role.APPROVER),),
        (role(PERSON_KARI, LEDERGRUPPEN, Role.MANAGER, ends=NOW),),
        (role(PERSON_KARI, LEDERGRUPPEN, Role.MANAGER, starts=NOW + HOUR),),
        (role(PERSON_OLA, LEDERGRUPPEN, Role.READER, ends=NOW),),
        (role(PERSON_OLA, LEDERGRUPPEN, Role.MANAGER),),
        (role(PERSON_OLA, IKT, Role.READER),),
        (role(PERSON_OLA, IKT, Role.AUTHOR, starts=NOW + HOUR),),
        (replace(PERSON_OLA, admin=True),),
        (replace(PERSON_OLA, departed=1),),
        (replace(LEDERGRUPPEN, deleted=1),),
        (replace(LEDERGRUPPEN, suspended=1),),
        (
            role(PERSON_KARI, LEDERGRUPPEN, Role.READER),
            role(PERSON_KARI, OLA, Role.MANAGER),
        ),
    ],
    ids=lambda rows: str(rows[0])[:60],
)
def test_no_link_is_made_for_who_is_not_below_one(house: House, rows: tuple[Any, ...]) -> None:
    house.nordvik.put(*rows)
    kari = Browser(house)
    kari.sign_in()
    assert PEOPLE not in kari.open("/settings/security").text
    assert "Ola Hansen" not in kari.open(PEOPLE).words
    assert made(kari).status == 404
    assert house.nordvik.ask("SELECT 1 FROM one_time_link") == []


def test_whoever_speaks_for_what_one_manages_as_well_is_below_one(
    house: House, kari: Browser
) -> None:
    house.nordvik.put(role(PERSON_KARI, IKT, Role.MANAGER), role(PERSON_OLA, IKT, Role.AUTHOR))
    assert f"{IKT.name}, {LEDERGRUPPEN.name}" in kari.open(PEOPLE).words
    assert made(kari).status == 200


def test_who_keeps_order_may_let_in_who_does_too(house: House) -> None:
    house.nordvik.put(replace(PERSON_KARI, admin=True), replace(PERSON_OLA, admin=True))
    kari = Browser(house)
    kari.sign_in()
    assert made(kari).status == 200


def test_nobody_makes_a_link_for_themselves_or_for_nobody(house: House, kari: Browser) -> None:
    assert made(kari, PERSON_KARI).status == 404
    assert made(kari, replace(PERSON_OLA, id=999)).status == 404


def test_a_link_asks_to_sign_in_anew_first(house: House, kari: Browser) -> None:
    house.nordvik.clock.time += FRESH_MS
    assert made(kari).location.startswith("/sign-in?again=1")
    assert house.nordvik.ask("SELECT 1 FROM one_time_link") == []


def test_it_is_for_who_is_signed_in_and_from_our_own_page(house: House, kari: Browser) -> None:
    assert Browser(house).open(PEOPLE).path.startswith("/sign-in?next=")
    assert house.ask("POST", PEOPLE).status == 303
    assert kari.post(PEOPLE, {"id": str(PERSON_OLA.id)}).status == 403
    assert house.nordvik.ask("SELECT 1 FROM one_time_link") == []


def test_links_are_made_for_a_department_in_one_go_and_then_slowly(
    house: House, kari: Browser
) -> None:
    for _ in range(INVITING.burst):
        assert made(kari).status == 200
    assert made(kari).status == 429


def test_who_made_a_link_for_whom_is_noted(kari: Browser, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "fedi.oauth.inviting"):
        key = address(made(kari)).partition("key=")[2]
    (record,) = caplog.records
    assert (record.person, record.by) == (PERSON_OLA.id, PERSON_KARI.id)  # type: ignore[attr-defined]
    assert key not in str(record.__dict__)
