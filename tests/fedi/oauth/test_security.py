"""The page of sessions, apps and means: each for its owner alone (S31), and nothing half done."""

import pyotp
import pytest

from actors.errors import Unauthorized
from fedi.oauth.sessions import FRESH_MS
from tests.fedi.oauth.browsing import PASSWORD, Browser, House, code_of
from tests.people import LEDERGRUPPEN, PERSON_KARI, PERSON_OLA, Nordvik

HERE = "/settings/security"
NEW = "ni hvite svaner"


@pytest.fixture
def house(nordvik: Nordvik) -> House:
    house = House(nordvik)
    house.password(PERSON_KARI)
    house.password(PERSON_OLA)
    return house


@pytest.fixture
def kari(house: House) -> Browser:
    browser = Browser(house)
    browser.sign_in()
    return browser


@pytest.fixture
def ola(house: House) -> Browser:
    browser = Browser(house)
    browser.sign_in("ola")
    return browser


def bearer(house: House, browser: Browser) -> str:
    app = house.app()
    browser.open(app.authorize())
    token: str = app.exchange(code_of(browser.allow(LEDERGRUPPEN.id))).json()["access_token"]
    browser.open(HERE)
    return token


def token_of(browser: Browser) -> dict[str, str]:
    return {"form_token": browser.open(HERE).form("/sign-out").fields["form_token"]}


def test_it_is_for_who_is_signed_in(house: House) -> None:
    assert Browser(house).open(HERE).path.startswith("/sign-in?next=")
    assert house.ask("POST", f"{HERE}/others").status == 303


def test_another_session_can_be_ended(house: House, kari: Browser) -> None:
    other = Browser(house)
    other.sign_in()
    got = kari.open(HERE)
    ids = [f.fields["id"] for f in got.forms() if f.action == f"{HERE}/session"]
    assert len(ids) == 2
    mine = next(id for (id,) in house.nordvik.ask("SELECT id FROM session ORDER BY id"))
    theirs = next(id for id in ids if id != str(mine))
    kari.post(f"{HERE}/session", {**token_of(kari), "id": theirs})
    assert not other.signed_in
    assert kari.signed_in


def test_buttons_that_look_alike_have_names_of_their_own(house: House, kari: Browser) -> None:
    Browser(house).sign_in()
    labels = [element.get("aria-label") for element in kari.open(HERE).page.iter("button")]
    assert labels.count("Logg ut: Ukjent nettleser") == 2


def test_all_others_can_be_ended_at_once(house: House, kari: Browser, ola: Browser) -> None:
    others = [Browser(house) for _ in range(3)]
    for other in others:
        other.sign_in()
    kari.open(HERE)
    kari.send(f"{HERE}/others", {})
    assert kari.signed_in
    assert ola.signed_in
    assert not any(other.signed_in for other in others)


def test_an_app_is_listed_and_its_access_taken_back(house: House, kari: Browser) -> None:
    token = bearer(house, kari)
    house.verify(token)
    assert "Min app" in kari.open(HERE).words
    assert "Ledergruppen" in kari.open(HERE).words
    kari.send(f"{HERE}/app", {})
    with pytest.raises(Unauthorized):
        house.verify(token)
    assert "Min app" not in kari.open(HERE).words


def test_nothing_of_another_person_is_ended(house: House, kari: Browser, ola: Browser) -> None:
    """S31: an id that isn't one's own is not there."""
    token = bearer(house, kari)
    ((token_id,),) = house.nordvik.ask("SELECT id FROM token")
    ((session_id,),) = house.nordvik.ask(
        "SELECT id FROM session WHERE person_id = ?", PERSON_KARI.id
    )
    for deed, id in (("app", token_id), ("session", session_id), ("app", 1), ("session", 1)):
        got = ola.post(f"{HERE}/{deed}", {**token_of(ola), "id": str(id)})
        assert got.status == 404, deed
    assert kari.signed_in
    house.verify(token)


@pytest.mark.parametrize("deed", ["others", "app", "password", "totp", "passkey-off", "codes"])
def test_a_form_from_elsewhere_does_nothing(house: House, kari: Browser, deed: str) -> None:
    kari.open(HERE)
    assert kari.post(f"{HERE}/{deed}", {}).status == 403
    assert kari.post(f"{HERE}/{deed}", token_of(kari), origin="https://evil.test").status == 403


@pytest.mark.parametrize("deed", ["totp", "totp-confirm", "totp-off", "codes", "passkey-off"])
def test_what_outlasts_a_session_asks_who_it_is(house: House, kari: Browser, deed: str) -> None:
    token = token_of(kari)
    house.nordvik.clock.time += FRESH_MS
    got = kari.post(f"{HERE}/{deed}", {**token, "id": "1"})
    assert (got.status, got.location.partition("?")[0]) == (303, "/sign-in")


def test_an_unknown_deed_is_not_there(kari: Browser) -> None:
    assert kari.post(f"{HERE}/nothing", token_of(kari)).status == 404
    assert kari.post(f"{HERE}/codes", token_of(kari)).status == 404


# -- the password


def change(browser: Browser, present: str = PASSWORD, new: str = NEW, again: str = NEW) -> int:
    browser.open(HERE)
    given = {"present": present, "password": new, "again": again}
    return browser.send(f"{HERE}/password", given).status


def test_a_password_is_changed_by_who_knows_it(house: House, kari: Browser) -> None:
    other = Browser(house)
    other.sign_in()
    token = bearer(house, other)
    assert change(kari, present="feil passord") == 422
    assert change(kari, new="kort", again="kort") == 422
    assert change(kari, again="noe annet") == 422
    assert other.signed_in
    assert change(kari) == 200
    assert kari.signed_in
    assert not other.signed_in
    with pytest.raises(Unauthorized):
        house.verify(token)
    assert Browser(house).sign_in().status == 422
    assert Browser(house).sign_in(password=NEW).path == HERE


def test_the_present_password_cannot_be_guessed_here_either(kari: Browser) -> None:
    answers = {change(kari, present=f"gjetning {n}") for n in range(25)}
    assert answers == {422, 429}


# -- the second step


def test_the_second_step_is_set_up_used_and_turned_off(house: House, kari: Browser) -> None:
    kari.open(HERE)
    got = kari.send(f"{HERE}/totp", {})
    secret = next(element for element in got.page.iter("code")).text.replace(" ", "")
    assert kari.send(f"{HERE}/totp-confirm", {"code": "000000"}).status == 422
    assert "form" in kari.open(HERE).text  # not on yet: the password alone lets in
    assert Browser(house).sign_in().path == HERE
    kari.open(HERE)
    got = kari.send(f"{HERE}/totp", {})
    fresh = next(element for element in got.page.iter("code")).text.replace(" ", "")
    assert fresh != secret  # what was shown before may have been seen by another
    totp = pyotp.TOTP(fresh)
    code = totp.generate_otp(house.nordvik.clock.time // 1000 // 30)
    got = kari.send(f"{HERE}/totp-confirm", {"code": code})
    codes = [element.text for element in got.page.iter("code")]
    assert len(codes) == 10
    other = Browser(house)
    assert other.sign_in().path == "/sign-in/code"
    assert other.send("/sign-in/code", {"code": code}).status == 422  # it was used to confirm
    assert other.send("/sign-in/code", {"code": codes[0].upper()}).path == HERE
    again = Browser(house)
    again.sign_in()
    assert again.send("/sign-in/code", {"code": codes[0]}).status == 422
    assert "9" in kari.open(HERE).words
    stored = house.nordvik.ask("SELECT * FROM recovery_code")
    assert not any(code in str(stored) for code in codes)
    kari.send(f"{HERE}/totp-off", {})
    assert Browser(house).sign_in().path == HERE
    assert house.nordvik.ask("SELECT 1 FROM recovery_code") == []


def test_new_recovery_codes_end_the_old_ones(house: House, kari: Browser) -> None:
    kari.open(HERE)
    got = kari.send(f"{HERE}/totp", {})
    secret = next(element for element in got.page.iter("code")).text.replace(" ", "")
    code = pyotp.TOTP(secret).generate_otp(house.nordvik.clock.time // 1000 // 30)
    old = [e.text for e in kari.send(f"{HERE}/totp-confirm", {"code": code}).page.iter("code")]
    kari.open(HERE)
    new = [e.text for e in kari.send(f"{HERE}/codes", {}).page.iter("code")]
    assert len(new) == 10
    assert not set(new) & set(old)
    other = Browser(house)
    other.sign_in()
    assert other.send("/sign-in/code", {"code": old[0]}).status == 422
    assert other.send("/sign-in/code", {"code": new[0]}).path == HERE
