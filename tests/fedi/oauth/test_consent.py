"""Consent: whom an app speaks as, and that nobody is asked less than each time (trial 41)."""

import pytest

from actors.membership import Membership, Role
from fedi.oauth import scopes
from fedi.oauth.consent import told
from fedi.pages.language import FALLBACKS, speech
from tests.fedi.oauth.browsing import (
    APP_URI,
    OOB,
    PASSWORD,
    App,
    Browser,
    House,
    code_of,
    query_of,
)
from tests.people import IKT, KARI, LEDERGRUPPEN, NOW, PERSON_KARI, PERSON_OLA, Nordvik


@pytest.fixture
def house(nordvik: Nordvik) -> House:
    house = House(nordvik)
    house.password(PERSON_KARI)
    house.password(PERSON_OLA)
    return house


@pytest.fixture
def app(house: House) -> App:
    return house.app()


@pytest.fixture
def kari(house: House, app: App) -> Browser:
    """A browser in which Kari has come to the consent page by way of signing in."""
    browser = Browser(house)
    browser.open(app.authorize())
    browser.sign_in()
    return browser


def test_an_app_gets_to_speak_as_the_person_or_as_a_department(
    house: House, app: App, kari: Browser
) -> None:
    assert kari.at is not None
    assert "Min app" in kari.at.words
    assert "Ledergruppen" in kari.at.words
    made = app.exchange(code_of(kari.allow(LEDERGRUPPEN.id))).json()
    assert set(made) == {"access_token", "token_type", "scope", "created_at"}
    assert (made["token_type"], made["scope"]) == ("Bearer", "read write")
    assert made["created_at"] == NOW // 1000
    caller = house.verify(made["access_token"])
    assert (caller.person, caller.actor) == (PERSON_KARI, LEDERGRUPPEN)
    kari.open(app.authorize())
    again = app.exchange(code_of(kari.allow())).json()
    assert house.verify(again["access_token"]).actor == KARI
    assert house.verify(made["access_token"]).actor == LEDERGRUPPEN


def test_consent_is_asked_each_time(app: App, kari: Browser) -> None:
    kari.allow()
    again = kari.open(app.authorize())
    assert again.status == 200
    assert again.form("/oauth/authorize")


def test_the_state_comes_back_as_it_went(kari: Browser) -> None:
    got = kari.allow()
    assert query_of(got)["state"] == "æ&=?#"
    assert set(query_of(got)) == {"code", "state"}


def test_no_is_told_to_the_app(kari: Browser) -> None:
    got = kari.send("/oauth/authorize", {"answer": "deny"})
    assert got.location.startswith(f"{APP_URI}?")
    assert query_of(got)["error"] == "access_denied"
    assert query_of(got)["state"] == "æ&=?#"


def test_only_whom_one_may_speak_for_is_offered(app: App, house: House) -> None:
    browser = Browser(house)
    browser.open(app.authorize())
    got = browser.sign_in("ola")  # only reads for Ledergruppen
    offered = [value for value, _ in got.form("/oauth/authorize").choices["actor"]]
    assert offered == [str(PERSON_OLA.actor_id)]


@pytest.mark.parametrize(
    ("starts", "ends", "there"),
    [(0, None, True), (NOW + 1, None, False), (0, NOW, False), (NOW, NOW + 1, True)],
)
def test_a_role_is_offered_from_its_first_moment_to_its_last(
    nordvik: Nordvik, app: App, kari: Browser, starts: int, ends: int | None, there: bool
) -> None:
    nordvik.put(
        Membership(
            person_id=PERSON_KARI.id, actor_id=IKT.id, role=Role.AUTHOR, starts=starts, ends=ends
        )
    )
    got = kari.open(app.authorize())
    offered = [value for value, _ in got.form("/oauth/authorize").choices["actor"]]
    assert offered[0] == str(KARI.id)
    assert (str(IKT.id) in offered) is there


def test_a_contributor_is_offered_the_department_and_told_what_that_means(
    nordvik: Nordvik, app: App, kari: Browser
) -> None:
    drafts = Membership(person_id=PERSON_KARI.id, actor_id=IKT.id, role=Role.CONTRIBUTOR)
    nordvik.put(drafts)
    got = kari.open(app.authorize())
    offered = [value for value, _ in got.form("/oauth/authorize").choices["actor"]]
    assert str(IKT.id) in offered
    assert got.words.count("Du skriver utkast her, og en kollega legger ut.") == 1


@pytest.mark.parametrize("actor", [IKT.id, 30, 1, 0, -1, 10**30])
def test_a_form_cannot_choose_whom_it_did_not_offer(kari: Browser, actor: int) -> None:
    got = kari.allow(actor)
    assert got.status == 403
    assert not got.location


def test_a_role_that_ends_before_the_answer_is_not_given(nordvik: Nordvik, kari: Browser) -> None:
    nordvik.put(
        Membership(person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, role=Role.AUTHOR, ends=NOW)
    )
    assert kari.allow(LEDERGRUPPEN.id).status == 403


def test_a_form_from_elsewhere_is_refused(house: House, app: App, kari: Browser) -> None:
    """CSRF on authorise (trial 41)."""
    assert kari.at is not None
    fields = {**kari.at.form("/oauth/authorize").fields, "answer": "allow"}
    evil = kari.post("/oauth/authorize", fields, origin="https://evil.test")
    assert evil.status == 403
    assert kari.post("/oauth/authorize", fields, origin="null").status == 403
    assert kari.post("/oauth/authorize", fields, sec_fetch_site="cross-site").status == 403
    without = {k: v for k, v in fields.items() if k != "form_token"}
    assert kari.post("/oauth/authorize", without).status == 403
    assert kari.post("/oauth/authorize", {**fields, "form_token": "x"}).status == 403
    ola = Browser(house)
    ola.open(app.authorize())
    got = ola.sign_in("ola")
    theirs = {**fields, "form_token": got.form("/oauth/authorize").fields["form_token"]}
    assert kari.post("/oauth/authorize", theirs).status == 403
    assert kari.post("/oauth/authorize", fields, origin="https://nordvik.test").status == 303


def test_a_code_without_address_is_shown_on_a_page(house: House, app: App, kari: Browser) -> None:
    kari.open(app.authorize(redirect_uri=OOB))
    got = kari.allow()
    assert (got.status, got.location) == (200, "")
    code = next(element for element in got.page.iter("code")).text
    assert code is not None
    assert app.exchange(code, redirect_uri=OOB).status == 200


def test_force_login_asks_to_sign_in_again_and_then_goes_on(app: App, kari: Browser) -> None:
    got = kari.open(app.authorize(force_login="true"))
    assert got.path.startswith("/sign-in?")
    got = kari.sign_in("ola")
    assert "Ola Hansen" in got.words
    assert got.form("/oauth/authorize")
    assert kari.open(got.path).form("/oauth/authorize")  # once is enough


def test_the_popup_that_opened_it_keeps_its_opener(house: House, app: App) -> None:
    browser = Browser(house)
    for got in (browser.open(app.authorize()), browser.sign_in(), browser.allow()):
        assert "cross-origin-opener-policy" not in dict(got.headers)


def test_a_form_may_lead_to_the_app_and_nowhere_else(house: House) -> None:
    for uri, source in (
        (APP_URI, "min-app:"),
        ("https://app.example/a?b=c", "https://app.example"),
        ("http://localhost:4000/x", "http://localhost:4000"),
        ("http://[::1]:4000/x", "http:"),
    ):
        app = house.app(redirect_uris=uri)
        browser = Browser(house)
        browser.open(app.authorize(redirect_uri=uri))
        policy = browser.sign_in().header("content-security-policy")
        assert f"form-action 'self' {source};" in policy


@pytest.mark.parametrize("uri", ["http://[", "x://[", "https://a.test:99999999/"])
def test_no_address_of_an_app_breaks_the_page_that_asks(house: House, uri: str) -> None:
    app = house.app(redirect_uris=uri, website="https://[")
    browser = Browser(house)
    browser.open(app.authorize(redirect_uri=uri))
    assert browser.sign_in().status == 200


def test_what_an_app_may_do_is_said_in_plain_words() -> None:
    assert told(("read", "write:statuses", "push")) == [
        "scope.read", "scope.write_statuses", "scope.push",
    ]  # fmt: skip
    assert told(("read", "read:accounts")) == ["scope.read"]
    assert told(("admin:read:accounts", "admin:read:reports")) == ["scope.part_admin_read"]
    assert told(("fedi:read", "fedi:read:drafts", "fedi:write:drafts")) == [
        "scope.fedi_read", "scope.fedi_write_drafts",
    ]  # fmt: skip


@pytest.mark.parametrize("code", FALLBACKS)
def test_every_scope_has_its_words_in_every_language(code: str) -> None:
    for key in told(scopes.ALL) + [key for scope in scopes.ALL for key in told((scope,))]:
        assert speech(code).text(key)


def test_a_session_of_somebody_else_is_not_enough(house: House, app: App, kari: Browser) -> None:
    kari.cookies["__Host-session"] = "somebody-elses"
    assert kari.open(app.authorize()).path.startswith("/sign-in?")
    assert PASSWORD not in str(kari.cookies)
