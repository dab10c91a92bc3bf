"""The addresses of signing in: each there with and without a slash, trouble told in plain words."""

from importlib.resources import files

import pytest

from actors.errors import TooMany
from fedi.oauth import routes
from fedi.oauth.paper import Paper
from fedi.pages.language import FALLBACKS
from tests.fedi.oauth.browsing import Browser, House
from tests.people import PERSON_KARI, Nordvik


@pytest.fixture
def house(nordvik: Nordvik) -> House:
    house = House(nordvik)
    house.password(PERSON_KARI)
    return house


def test_the_script_of_the_passkeys_is_a_file_of_ours(house: House) -> None:
    path, body = Paper(house.reception.site).script
    got = house.ask("GET", path)
    assert (got.status, got.body) == (200, body)
    assert got.header("content-type").startswith("text/javascript")
    assert "immutable" in got.header("cache-control")
    assert path in Browser(house).open("/sign-in").text
    assert house.ask("GET", "/sign-in/passkey.0.js").status == 404


@pytest.mark.parametrize("path", ["/api/v1/apps", "/oauth/token", "/oauth/revoke"])
def test_a_slash_at_the_end_makes_no_difference(house: House, path: str) -> None:
    for written in (path, f"{path}/"):
        got = house.ask("POST", written, {})
        assert got.status in (400, 401, 403, 422)
        assert "error" in got.json()
        assert got.header("access-control-allow-origin") == "*"


def test_pages_are_there_with_a_slash_at_the_end_too(house: House) -> None:
    """toot sends people to /oauth/authorize/?…"""
    app = house.app()
    got = house.ask("GET", app.authorize().replace("authorize?", "authorize/?"))
    assert (got.status, got.location.partition("?")[0]) == (303, "/sign-in")
    assert house.ask("GET", "/sign-in/").status == 200


def test_a_form_that_cannot_be_read_is_told_in_plain_words(house: House) -> None:
    got = house.ask("POST", "/sign-in", b"%ff=%ff&" * 2000, content_type="multipart/form-data")
    assert got.status == 400
    got = house.ask("POST", "/sign-in", b"x" * 70_000)
    assert got.status == 413


def test_what_goes_wrong_is_a_page(house: House) -> None:
    got = Browser(house).open("/link?key=x")
    assert (got.status, "Be om en ny" in got.words) == (404, True)


@pytest.mark.parametrize(
    "path",
    ["/settings/security/totp", "/settings/security/password", "/sign-out",
     "/.well-known/change-password"],
)  # fmt: skip
def test_an_address_of_forms_alone_leads_to_their_page(house: House, path: str) -> None:
    """A page that a form answered with is reloaded, or opened in another language."""
    got = house.ask("GET", path)
    assert (got.status, got.location) == (302, "/settings/security")


def test_every_trouble_has_its_words() -> None:
    assert routes._key(TooMany("x")) == "err.busy"
    assert routes._key(ZeroDivisionError()) == "err.server"


@pytest.mark.parametrize("code", list(FALLBACKS))
def test_every_page_speaks_every_language(house: House, code: str) -> None:
    browser, app = Browser(house), house.app(scopes="read write follow push admin:read")
    seen = [browser.open("/sign-in", accept_language=code)]
    browser.cookies["language"] = code
    browser.open(app.authorize(scope="read:accounts write:media follow push admin:read:reports"))
    seen.append(browser.sign_in(password="feil passord"))
    seen.append(browser.sign_in())
    seen.append(browser.open("/settings/security"))
    seen.append(browser.send("/settings/security/totp", {}))
    seen.append(browser.open("/sign-in/forgotten"))
    seen.append(browser.open("/link?key=x"))
    for got in seen:
        assert got.page.get("lang") == code, got.path


def test_no_template_shows_what_is_not_escaped() -> None:
    for path in files("fedi.oauth").joinpath("templates").iterdir():
        text = path.read_text(encoding="utf-8")
        assert "|safe" not in text.replace(" ", "")
        assert "<style" not in text


def test_names_of_apps_are_text_and_nothing_else(house: House) -> None:
    app = house.app(client_name="<img src=x onerror=alert(1)>", website="https://a.test/")
    browser = Browser(house)
    browser.open(app.authorize())
    got = browser.sign_in()
    assert "<img" not in got.text
    assert "<img src=x onerror=alert(1)>" in got.words
