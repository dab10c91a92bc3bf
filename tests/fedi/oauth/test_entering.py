"""Signing in: nothing tells whether somebody exists, nothing planted is worth anything."""

from dataclasses import replace

import pyotp
import pytest

from fedi.oauth.second import STEP_SECONDS
from fedi.oauth.sessions import STEP_MS
from fedi.store import credentials
from fedi.store.credentials import Totp
from fedi.store.sessions import SESSION
from tests.fedi.oauth.browsing import PASSWORD, Browser, House
from tests.people import MINUTE, PERSON_KARI, PERSON_OLA, Nordvik
from tests.running import run

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def house(nordvik: Nordvik) -> House:
    house = House(nordvik)
    house.password(PERSON_KARI)
    return house


@pytest.fixture
def browser(house: House) -> Browser:
    return Browser(house)


@pytest.fixture
def two_steps(house: House) -> House:
    """Kari has a second step."""
    nordvik = house.nordvik
    row = Totp(person_id=PERSON_KARI.id, secret=SECRET, confirmed=1)
    run(nordvik.engine.write(lambda tx: credentials.put_totp(tx, row)))
    return house


def now_code(house: House, ahead: int = 0) -> str:
    seconds = house.nordvik.clock.time // 1000 + ahead
    return pyotp.TOTP(SECRET).generate_otp(seconds // STEP_SECONDS)


def sessions(house: House) -> list[object]:
    return house.nordvik.ask("SELECT id FROM session ORDER BY id")


@pytest.mark.parametrize(
    "name", ["kari", "Kari", " @kari ", "kari@nordvik.test", "KARI@Nordvik.TEST"]
)
def test_one_signs_in_by_user_name_or_e_mail(house: House, browser: Browser, name: str) -> None:
    house.nordvik.put(replace(PERSON_KARI, email="Kari@nordvik.test"))
    assert browser.sign_in(name).path == "/settings/security"
    assert browser.signed_in


def test_an_e_mail_that_two_people_have_is_nobodys(house: House, browser: Browser) -> None:
    house.password(PERSON_OLA)
    for person in (PERSON_KARI, PERSON_OLA):
        house.nordvik.put(replace(person, email="post@nordvik.test"))
    assert browser.sign_in("post@nordvik.test").status == 422


def test_unknown_wrong_and_without_are_answered_alike(house: House) -> None:
    pages = set()
    for name, password in (("kari", "feil passord"), ("ola", "feil passord"), ("nobody", "x")):
        browser = Browser(house)
        got = browser.sign_in(name, password)
        assert got.status == 422
        token = got.form("/sign-in").fields["form_token"]
        pages.add(got.text.replace(name, "NAME").replace(token, "TOKEN"))
        assert not browser.signed_in
    assert len(pages) == 1


def test_who_has_left_does_not_come_in(house: House, browser: Browser) -> None:
    browser.sign_in()
    assert browser.signed_in
    house.nordvik.put(replace(PERSON_KARI, departed=1))
    assert not browser.signed_in
    assert Browser(house).sign_in().status == 422


def test_a_planted_session_is_not_the_one_signed_in(house: House, browser: Browser) -> None:
    """Session fixation (trial 41)."""
    browser.cookies["__Host-session"] = browser.cookies["__Host-visit"] = "planted-by-mallory"
    browser.open("/sign-in")
    browser.sign_in()
    assert browser.signed_in
    assert "planted" not in str(browser.cookies)
    mallory = Browser(house)
    mallory.cookies["__Host-session"] = "planted-by-mallory"
    assert not mallory.signed_in


def test_signing_in_again_leaves_one_session_of_a_browser(house: House, browser: Browser) -> None:
    browser.sign_in()
    first = browser.cookies["__Host-session"]
    browser.open("/sign-in?again=1")
    browser.sign_in()
    assert browser.cookies["__Host-session"] != first
    assert len(sessions(house)) == 1
    stale = Browser(house)
    stale.cookies["__Host-session"] = first
    assert not stale.signed_in


def test_only_the_hash_of_a_session_is_kept(house: House, browser: Browser) -> None:
    browser.sign_in()
    (row,) = house.nordvik.ask(SESSION.select)
    assert browser.cookies["__Host-session"] not in str(row)


def test_a_form_without_its_token_signs_nobody_in(house: House, browser: Browser) -> None:
    browser.open("/sign-in")
    body = {"username": "kari", "password": PASSWORD}
    assert browser.post("/sign-in", body).status == 403
    assert browser.post("/sign-in", {**body, "form_token": "x"}).status == 403
    assert Browser(house).post("/sign-in", {**body, "form_token": "x"}).status == 403
    assert sessions(house) == []


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("/settings/security", "/settings/security"),
        ("/@kari?a=b%26c", "/@kari?a=b%26c"),
        ("https://evil.test/", "/settings/security"),
        ("//evil.test/", "/settings/security"),
        ("/\\evil.test/", "/settings/security"),
        ("/%09/evil.test", "/%09/evil.test"),
        ("/\t/evil.test", "/settings/security"),
        ("/..//evil.test", "/settings/security"),
        ("/.//evil.test", "/.//evil.test"),
        ("javascript:alert(1)", "/settings/security"),
        ("", "/settings/security"),
    ],
)
def test_one_is_led_on_within_the_house_alone(
    house: House, browser: Browser, wanted: str, there: str
) -> None:
    browser.open("/sign-in")
    assert browser.at is not None
    fields = browser.at.form("/sign-in").fields
    got = browser.post(
        "/sign-in", {**fields, "username": "kari", "password": PASSWORD, "next": wanted}
    )
    assert (got.status, got.location) == (303, there)


def test_signing_out_ends_the_session(house: House, browser: Browser) -> None:
    browser.sign_in()
    old = dict(browser.cookies)
    browser.send("/sign-out", {})
    assert not browser.signed_in
    browser.cookies = old
    assert not browser.signed_in


def test_nobody_is_signed_out_by_another_page(browser: Browser) -> None:
    browser.sign_in()
    assert browser.post("/sign-out", {}, origin="https://evil.test").status == 403
    assert browser.signed_in


def test_a_session_ends_when_it_was_not_used_for_long(house: House, browser: Browser) -> None:
    browser.sign_in()
    day = 24 * 60 * MINUTE
    for _ in range(3):
        house.nordvik.clock.time += 20 * day
        assert browser.signed_in
    house.nordvik.clock.time += 31 * day
    assert not browser.signed_in


def test_a_dearer_hash_is_made_when_the_password_is_next_given(
    house: House, browser: Browser
) -> None:
    nordvik = house.nordvik
    before = nordvik.ask("SELECT phc FROM credential")
    assert browser.sign_in().path == "/settings/security"
    assert nordvik.ask("SELECT phc FROM credential") == before
    nordvik.put(PERSON_KARI)
    weak = str(before[0][0])

    from fedi.config import SignIn
    from fedi.oauth.passwords import Passwords

    async def cheap() -> str:
        return await Passwords(SignIn(argon2_kib=16, argon2_passes=1)).hash(PASSWORD)

    phc = run(cheap())
    run(nordvik.engine.write(lambda tx: credentials.put_phc(tx, PERSON_KARI.id, phc, 1)))
    Browser(house).sign_in()
    ((after,),) = nordvik.ask("SELECT phc FROM credential")
    assert after not in (phc, weak)
    assert "m=8,t=1,p=1" in str(after)


# -- two steps


def test_with_a_second_step_the_password_is_half_the_way(two_steps: House) -> None:
    browser = Browser(two_steps)
    got = browser.sign_in()
    assert got.path == "/sign-in/code"
    assert not browser.signed_in
    got = browser.send("/sign-in/code", {"code": now_code(two_steps)})
    assert got.path == "/settings/security"


def test_where_one_was_going_is_kept_over_both_steps(two_steps: House) -> None:
    browser = Browser(two_steps)
    app = two_steps.app()
    browser.open(app.authorize())
    browser.sign_in()
    got = browser.send("/sign-in/code", {"code": f" {now_code(two_steps)} "})
    assert got.form("/oauth/authorize")


def test_a_code_works_once(two_steps: House) -> None:
    """TOTP replay (trial 41)."""
    code = now_code(two_steps)
    one, other = Browser(two_steps), Browser(two_steps)
    one.sign_in()
    other.sign_in()
    one.send("/sign-in/code", {"code": code})
    assert one.signed_in
    assert other.send("/sign-in/code", {"code": code}).status == 422
    earlier = now_code(two_steps, -STEP_SECONDS)
    assert other.send("/sign-in/code", {"code": earlier}).status == 422
    other.send("/sign-in/code", {"code": now_code(two_steps, STEP_SECONDS)})
    assert other.signed_in


@pytest.mark.parametrize("ahead", [-2 * STEP_SECONDS, 2 * STEP_SECONDS, 3600])
def test_a_code_of_another_minute_is_none(two_steps: House, ahead: int) -> None:
    browser = Browser(two_steps)
    browser.sign_in()
    assert browser.send("/sign-in/code", {"code": now_code(two_steps, ahead)}).status == 422
    assert not browser.signed_in


def test_after_five_wrong_codes_one_begins_again(two_steps: House) -> None:
    """2FA brute force (trial 41)."""
    browser = Browser(two_steps)
    browser.sign_in()
    for _ in range(5):
        assert browser.send("/sign-in/code", {"code": "000000"}).status == 422
    got = browser.send("/sign-in/code", {"code": now_code(two_steps)})
    assert got.path == "/sign-in"
    assert not browser.signed_in


def test_codes_cannot_be_tried_through(two_steps: House) -> None:
    answers = []
    for number in range(14):
        browser = Browser(two_steps)
        browser.sign_in()
        answers.append(browser.send("/sign-in/code", {"code": f"{number:06}"}).status)
    assert answers == [422] * 10 + [429] * 4


def test_the_second_step_alone_lets_nobody_in(two_steps: House) -> None:
    browser = Browser(two_steps)
    assert browser.open("/sign-in/code").path == "/sign-in"
    browser.sign_in()
    step = browser.cookies["__Host-step"]
    two_steps.nordvik.clock.time += STEP_MS
    browser.cookies["__Host-step"] = step
    assert browser.open("/sign-in/code").path == "/sign-in"


def test_the_addresses_that_apps_know_of_mastodon_lead_here(browser: Browser) -> None:
    assert browser.open("/auth/sign_in").path == "/sign-in"
    assert browser.open("/auth/password/new").path == "/sign-in/forgotten"
    assert browser.open("/auth/edit").path.startswith("/sign-in?next=")
