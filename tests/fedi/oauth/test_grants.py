"""Tokens for codes: once, to whom they were made for, and not by half (trial 41, S32)."""

import pytest

from actors.membership import Membership, Role
from fedi.oauth.consent import CODE_MS
from tests.fedi.oauth.browsing import APP_URI, OOB, App, Browser, Got, House, code_of
from tests.people import KARI, LEDERGRUPPEN, NOW, PERSON_KARI, URLS, Nordvik

GRANT = {
    "error": "invalid_grant",
    "error_description": "The provided authorization grant is invalid, expired, revoked, does not "
    "match the redirection URI used in the authorization request, or was issued to another client.",
}
CLIENT = {
    "error": "invalid_client",
    "error_description": "Client authentication failed due to unknown client, no client "
    "authentication included, or unsupported authentication method.",
}


@pytest.fixture
def house(nordvik: Nordvik) -> House:
    house = House(nordvik)
    house.password(PERSON_KARI)
    return house


@pytest.fixture
def app(house: House) -> App:
    return house.app()


@pytest.fixture
def kari(house: House) -> Browser:
    browser = Browser(house)
    browser.sign_in()
    return browser


def code(kari: Browser, app: App, actor: int = KARI.id, **params: str) -> str:
    kari.open(app.authorize(**params))
    return code_of(kari.allow(actor))


def refused(got: Got) -> None:
    assert (got.status, got.json()) == (400, GRANT)


def is_open(house: House, bearer: str) -> bool:
    got = house.ask("GET", "/oauth/userinfo", authorization=f"Bearer {bearer}")
    return got.status != 401


def test_a_code_gives_one_token(house: House, app: App, kari: Browser) -> None:
    got = app.exchange(code(kari, app))
    assert got.status == 200
    assert got.header("cache-control") == "no-store"
    assert got.header("access-control-allow-origin") == "*"
    assert is_open(house, got.json()["access_token"])


def test_a_second_use_takes_back_what_the_first_one_gave(
    house: House, app: App, kari: Browser
) -> None:
    once = code(kari, app)
    token = app.exchange(once).json()["access_token"]
    assert is_open(house, token)
    refused(app.exchange(once))
    assert not is_open(house, token)


def test_another_app_gets_nothing_for_it_and_spoils_nothing(
    house: House, app: App, kari: Browser
) -> None:
    other = house.app(client_name="En annen")
    once = code(kari, app)
    refused(other.exchange(once))
    assert app.exchange(once, client_secret=other.client_secret).json() == CLIENT
    token = app.exchange(once).json()["access_token"]
    refused(other.exchange(once))
    assert is_open(house, token)


def test_a_code_grows_old(nordvik: Nordvik, app: App, kari: Browser) -> None:
    once = code(kari, app)
    nordvik.clock.time += CODE_MS
    refused(app.exchange(once))


@pytest.mark.parametrize("given", ["", OOB, "min-app://", f"{APP_URI}/", f"{APP_URI}?a", "x"])
def test_the_address_must_be_that_of_the_code(app: App, kari: Browser, given: str) -> None:
    refused(app.exchange(code(kari, app), redirect_uri=given))


def test_an_address_left_out_twice_is_the_only_one(house: House, kari: Browser) -> None:
    app = house.app(redirect_uris=APP_URI)
    assert app.exchange(code(kari, app, redirect_uri=""), redirect_uri="").status == 200
    assert app.exchange(code(kari, app, redirect_uri="")).status == 200
    refused(app.exchange(code(kari, app), redirect_uri=""))


@pytest.mark.parametrize("verifier", ["", "w" * 50, "v" * 42, "v" * 49 + "\n", "v" * 129])
def test_a_challenge_wants_its_verifier(app: App, kari: Browser, verifier: str) -> None:
    """PKCE downgrade (trial 41)."""
    refused(app.exchange(code(kari, app), code_verifier=verifier))


def test_a_verifier_without_challenge_tells_that_it_was_cut_out(app: App, kari: Browser) -> None:
    bare = code(kari, app, code_challenge="", code_challenge_method="")
    refused(app.exchange(bare))
    bare = code(kari, app, code_challenge="", code_challenge_method="")
    assert app.exchange(bare, code_verifier="").status == 200


def test_a_scope_at_the_exchange_changes_nothing(house: House, app: App, kari: Browser) -> None:
    got = app.exchange(code(kari, app, scope="read"), scope="read write follow admin:write fly")
    assert (got.status, got.json()["scope"]) == (200, "read")


def test_a_role_that_ended_gives_no_token(nordvik: Nordvik, app: App, kari: Browser) -> None:
    once = code(kari, app, LEDERGRUPPEN.id)
    nordvik.put(
        Membership(person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, role=Role.AUTHOR, ends=NOW)
    )
    refused(app.exchange(once))


def test_an_unknown_client_is_told_in_the_words_that_apps_wait_for(app: App) -> None:
    for params in (
        {"client_id": "x"},
        {"client_secret": "x"},
        {"client_secret": ""},
        {"client_id": ""},
    ):
        got = app.exchange("whatever", **params)
        assert (got.status, got.json()) == (401, CLIENT)


@pytest.mark.parametrize("once", ["", "x", "x" * 9000])
def test_what_is_no_code_gives_nothing(app: App, once: str) -> None:
    refused(app.exchange(once))


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("", "invalid_request"),
        ("password", "unsupported_grant_type"),
        ("refresh_token", "unsupported_grant_type"),
        ("implicit", "unsupported_grant_type"),
    ],
)
def test_there_is_no_other_way_to_a_token(app: App, kind: str, error: str) -> None:
    got = app.exchange("x", grant_type=kind, username="kari", password="x")
    assert (got.status, got.json()["error"]) == (400, error)


def test_an_app_for_itself_speaks_for_nobody(house: House, app: App) -> None:
    got = app.exchange("", grant_type="client_credentials", scope="read")
    assert got.json()["scope"] == "read"
    caller = house.verify(got.json()["access_token"])
    assert (caller.person, caller.actor) == (None, None)
    for scope in ("admin:read", "fly"):
        got = app.exchange("", grant_type="client_credentials", scope=scope)
        assert (got.status, got.json()["error"]) == (400, "invalid_scope")


def test_an_app_gives_back_its_own_tokens_and_no_others(
    house: House, app: App, kari: Browser
) -> None:
    token = app.exchange(code(kari, app)).json()["access_token"]
    other = house.app(client_name="En annen")

    def revoke(by: App, what: str, **params: str) -> Got:
        body = {"client_id": by.client_id, "client_secret": by.client_secret, "token": what}
        return house.ask("POST", "/oauth/revoke", {**body, **params})

    for got in (revoke(other, token), revoke(app, token, client_secret="x")):
        assert (got.status, got.json()["error"]) == (403, "unauthorized_client")
    assert is_open(house, token)
    assert (revoke(app, token).status, revoke(app, token).json()) == (200, {})
    assert not is_open(house, token)
    assert revoke(app, "never was").status == 200


def test_two_tokens_of_one_triple_live_and_end_apart(house: House, app: App, kari: Browser) -> None:
    phone, laptop = (app.exchange(code(kari, app)).json()["access_token"] for _ in range(2))
    body = {"client_id": app.client_id, "client_secret": app.client_secret, "token": phone}
    house.ask("POST", "/oauth/revoke", body)
    assert (is_open(house, phone), is_open(house, laptop)) == (False, True)


def test_userinfo_tells_whom_the_token_stands_for(house: House, kari: Browser) -> None:
    app = house.app(scopes="read profile")
    token = app.exchange(code(kari, app, LEDERGRUPPEN.id, scope="profile")).json()["access_token"]
    for method in ("GET", "POST"):
        got = house.ask(method, "/oauth/userinfo", authorization=f"Bearer {token}")
        assert got.status == 200
        assert got.json() == {
            "iss": "https://nordvik.test/",
            "sub": LEDERGRUPPEN.uri,
            "name": "Ledergruppen",
            "preferred_username": "ledergruppen",
            "profile": URLS.profile("ledergruppen"),
        }
    assert house.ask("POST", "/oauth/userinfo", {"access_token": token}).status == 200
    reading = app.exchange(code(kari, app, scope="read")).json()["access_token"]
    got = house.ask("GET", "/oauth/userinfo", authorization=f"Bearer {reading}")
    assert (got.status, set(got.json())) == (403, {"error"})


def test_the_server_says_what_it_can_do(house: House) -> None:
    got = house.ask("GET", "/.well-known/oauth-authorization-server")
    said = got.json()
    assert said["issuer"] == "https://nordvik.test/"
    assert said["token_endpoint"] == "https://nordvik.test/oauth/token"
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert "write:statuses" in said["scopes_supported"]
    assert got.header("access-control-allow-origin") == "*"


def test_a_page_elsewhere_may_ask_first(house: House) -> None:
    for path in ("/oauth/token", "/oauth/revoke", "/oauth/userinfo"):
        got = house.ask(
            "OPTIONS", path, origin="https://a.test", access_control_request_headers="x-a"
        )
        assert got.status == 204
        assert got.header("access-control-allow-headers") == "x-a"
        assert "POST" in got.header("access-control-allow-methods")
    assert house.ask("OPTIONS", "/oauth/authorize").header("access-control-allow-origin") == ""


def test_a_body_that_cannot_be_read_is_an_invalid_request(house: House) -> None:
    got = house.ask("POST", "/oauth/token", b"{", content_type="application/json")
    assert (got.status, got.json()["error"]) == (400, "invalid_request")
