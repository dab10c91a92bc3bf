"""Guessing: slow for whoever guesses, no hindrance to whom it is guessed against (trial 41)."""

import pytest

from fedi.oauth.throttling import ACCOUNT, ADDRESS, PAIR, address_of
from fedi.store import throttles
from fedi.store.throttles import Bounds
from tests.fedi.oauth.browsing import Browser, House
from tests.people import NOW, PERSON_KARI, PERSON_OLA, Nordvik
from tests.running import run


@pytest.fixture
def house(nordvik: Nordvik) -> House:
    house = House(nordvik)
    house.password(PERSON_KARI)
    house.password(PERSON_OLA)
    return house


def guess(house: House, client: str, name: str = "kari", times: int = 1) -> list[int]:
    browser = Browser(house, client=client)
    browser.open("/sign-in")
    return [browser.sign_in(name, "feil passord").status for _ in range(times)]


@pytest.mark.parametrize(
    ("client", "address"),
    [
        (("203.0.113.7", 1), "203.0.113.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2::ffff", 1), "2001:db8:1:2::/64"),
        (("::ffff:203.0.113.7", 1), "203.0.113.7"),
        (("fe80::1%eth0", 1), "fe80::/64"),
        (None, "local"),
        (("", 0), "local"),
    ],
)
def test_an_address_is_what_one_household_has(client: object, address: str) -> None:
    assert address_of({"client": client}) == address


def test_who_guesses_at_one_account_is_stopped_soon(house: House) -> None:
    answers = guess(house, "198.51.100.1", times=PAIR.burst + 2)
    assert answers == [422] * PAIR.burst + [429] * 2
    house.nordvik.clock.time += PAIR.every_ms
    assert guess(house, "198.51.100.1", times=2) == [422, 429]


def test_a_wait_says_for_how_long(house: House) -> None:
    guess(house, "198.51.100.1", times=PAIR.burst)
    browser = Browser(house, client="198.51.100.1")
    got = browser.sign_in("kari", "feil passord")
    assert (got.status, "2 min" in got.words) == (429, True)
    assert got.header("retry-after") == "120"


def test_who_guesses_at_many_accounts_is_stopped_too(house: House) -> None:
    answers = [
        status
        for number in range(ADDRESS.burst + 3)
        for status in guess(house, "198.51.100.1", f"name_{number}")
    ]
    assert answers == [422] * ADDRESS.burst + [429] * 3


def test_another_address_is_not_held_up(house: House) -> None:
    guess(house, "198.51.100.1", times=PAIR.burst + 1)
    browser = Browser(house, client="203.0.113.7")
    browser.sign_in()
    assert browser.signed_in


def test_in_a_browser_that_is_known_strangers_guesses_do_not_count(house: House) -> None:
    home = Browser(house)
    home.sign_in()
    home.send("/sign-out", {})
    for number in range(ACCOUNT.burst // PAIR.burst + 1):
        guess(house, f"198.51.100.{number}", times=PAIR.burst)
    assert Browser(house, client="192.0.2.1").sign_in().status == 429
    home.open("/sign-in")
    home.sign_in()
    assert home.signed_in


def test_a_known_browser_is_known_for_one_person_alone(house: House) -> None:
    home = Browser(house, client="198.51.100.1")
    home.sign_in("ola")
    home.send("/sign-out", {})
    guess(house, "198.51.100.1", times=PAIR.burst)
    home.open("/sign-in")
    assert home.sign_in("kari").status == 429


def test_the_right_password_costs_nothing(house: House) -> None:
    for _ in range(PAIR.burst + 5):
        browser = Browser(house)
        browser.sign_in()
        assert browser.signed_in


def test_a_cookie_from_nowhere_makes_no_known_browser(house: House) -> None:
    answers = []
    for number in range(PAIR.burst + 2):
        browser = Browser(house, client="198.51.100.1")
        browser.cookies["__Host-device"] = f"made-up-{number}"
        answers.append(browser.sign_in("kari", "feil passord").status)
    assert answers[-2:] == [429, 429]


def test_a_bucket_is_taken_from_as_a_whole_or_not_at_all(nordvik: Nordvik) -> None:
    small, large = Bounds(1, 1_000), Bounds(5, 1_000)

    def take() -> int:
        return run(
            nordvik.engine.write(lambda tx: throttles.take(tx, [("a", large), ("b", small)], NOW))
        )

    assert take() == 0
    assert take() == 1_000
    rows = nordvik.ask("SELECT subject, tokens FROM throttle ORDER BY subject")
    assert rows == [("a", 4.0), ("b", 0.0)]
    assert run(nordvik.engine.write(lambda tx: throttles.forget(tx, NOW + 1, 10))) == 2


def test_what_is_given_back_never_exceeds_the_bucket(nordvik: Nordvik) -> None:
    wanted = [("a", Bounds(2, 1_000))]
    run(nordvik.engine.write(lambda tx: throttles.take(tx, wanted, NOW)))
    for _ in range(5):
        run(nordvik.engine.write(lambda tx: throttles.give_back(tx, wanted)))
    assert nordvik.ask("SELECT tokens FROM throttle") == [(2.0,)]
