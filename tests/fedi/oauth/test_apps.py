"""Registering apps: every spelling that real ones use, and no place that would run something."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import Invalid
from fedi.oauth.apps import REDIRECTS_MOST, check_redirect, place_of, redirects
from fedi.oauth.scopes import held
from fedi.store import apps as store
from tests.fedi.oauth.browsing import House
from tests.people import Nordvik
from tests.running import run


@pytest.fixture
def house(nordvik: Nordvik) -> House:
    return House(nordvik)


def test_an_app_gets_its_secret_once_and_only_the_hash_is_kept(house: House) -> None:
    made = house.app(website="https://app.example/").described
    assert made["name"] == "Min app"
    assert made["website"] == "https://app.example/"
    assert made["redirect_uris"] == ["min-app://tilbake", "urn:ietf:wg:oauth:2.0:oob"]
    assert made["redirect_uri"] == "min-app://tilbake\nurn:ietf:wg:oauth:2.0:oob"
    assert made["scopes"] == ["read", "write", "follow", "push"]
    assert made["client_secret_expires_at"] == 0
    assert "vapid_key" in made
    (row,) = house.nordvik.ask("SELECT * FROM app")
    assert made["client_secret"] not in str(row)
    found = run(house.nordvik.engine.read(lambda tx: store.by_client_id(tx, made["client_id"])))
    assert found is not None


@pytest.mark.parametrize(
    ("query", "body", "kind"),
    [
        ("client_name=A&redirect_uris=a://b&scopes=read", b"", ""),
        ("", b"client_name=A&redirect_uris=a%3A%2F%2Fb&scopes=read", "x-www-form-urlencoded"),
        ("", b'{"client_name": "A", "redirect_uris": "a://b", "scopes": "read"}', "json"),
        ("", b'{"client_name": "A", "redirect_uris": ["a://b"]}', "json"),
        ("", b"client_name=A&redirect_uris[]=a%3A%2F%2Fb&scopes=read", "x-www-form-urlencoded"),
    ],
)
def test_an_app_may_say_it_in_any_form(house: House, query: str, body: bytes, kind: str) -> None:
    headers = {"content_type": f"application/{kind}"} if kind else {}
    got = house.ask("POST", f"/api/v1/apps?{query}", body, **headers)
    assert got.status == 200, got.text
    assert got.json()["redirect_uris"] == ["a://b"]
    assert got.json()["scopes"] == ["read"]
    assert got.header("access-control-allow-origin") == "*"


@pytest.mark.parametrize(
    "written", ["a://b c://d", "a://b\nc://d", "a://b\r\nc://d", ["a://b", "c://d"]]
)
def test_several_addresses_come_apart_by_space_line_or_list(house: House, written: object) -> None:
    body = json.dumps({"client_name": "A", "redirect_uris": written}).encode()
    got = house.ask("POST", "/api/v1/apps/", body, content_type="application/json")
    assert got.json()["redirect_uris"] == ["a://b", "c://d"]


@pytest.mark.parametrize(
    "uri",
    [
        "urn:ietf:wg:oauth:2.0:oob",
        "com.tapbots.Ivory.10217:/request_token",
        "icecubesapp://",
        "org.joinmastodon.android-auth://callback",
        "https://elk.zone/api/fjord.example/oauth/https%3A%2F%2Felk.zone",
        "http://localhost:3000/callback?a=b",
        "http://[::1]:80/",
    ],
)
def test_addresses_of_real_apps_are_taken_as_they_are(uri: str) -> None:
    assert redirects([uri]) == (uri,)


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x",
        "/local", "//evil.test", "evil.test", "https://a.test/#x", "https:", "",
        "https://a.test/\x00", "https://a.test/\nx", "https://a.test/<script>", 'https://a.test/"',
        "https://a.test\\@evil.test/", "https://a.test/{x}", "https://blåbær.test/",
        "http:evil.test/x", "HTTPS:/evil.test/x", "https:///evil.test/x", "https://a.test@/x",
        "https://?x",
        "a:" + "x" * 3000,
    ],
)  # fmt: skip
def test_addresses_that_nobody_may_be_sent_to_are_refused(house: House, uri: str) -> None:
    with pytest.raises(Invalid):
        check_redirect(uri)
    got = house.ask("POST", "/api/v1/apps", {"client_name": "A", "redirect_uris": uri})
    assert got.status == 422
    assert set(got.json()) == {"error"}


@pytest.mark.parametrize("uri", ["https://a.test/#x", "https://a.test#", "min-app://b#c"])
def test_an_address_with_a_fragment_is_refused_for_that(house: House, uri: str) -> None:
    got = house.ask("POST", "/api/v1/apps", {"client_name": "A", "redirect_uris": uri})
    words = "Validation failed: Redirect URI cannot contain a fragment."
    assert (got.status, got.json()) == (422, {"error": words})


@given(st.text(max_size=60))
def test_no_address_that_is_taken_breaks_a_header_or_a_policy(uri: str) -> None:
    try:
        check_redirect(uri)
    except Invalid:
        return
    assert uri.isascii()
    assert uri.isprintable()
    assert not set(uri) & set(" \"'<>#\\") - {"'"}


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("https://a.test/x?y=@b", "a.test"),
        ("HTTP://A.test:80?x", "A.test:80"),
        ("https://bank.test@evil.test/", "evil.test"),
        ("https://bank.test@x:y@evil.test/", "evil.test"),
        ("http://[", "["),
        ("x://[", "x:"),
        ("Com.App:/back", "com.app:"),
    ],
)
def test_the_place_that_is_shown_is_where_a_browser_goes(uri: str, place: str) -> None:
    """S32, trial 41: the consent page names where the code will be sent."""
    check_redirect(uri)
    assert place_of(uri) == place


def test_too_many_addresses_are_refused() -> None:
    with pytest.raises(Invalid):
        redirects([f"a://{n}" for n in range(REDIRECTS_MOST + 1)])


@pytest.mark.parametrize(
    ("params", "word"),
    [
        ({"client_name": ""}, "name"),
        ({"client_name": "x" * 61}, "name"),
        ({"client_name": "\u202e\u200b"}, "name"),
        ({"redirect_uris": ""}, "Redirect"),
        ({"scopes": "read fly"}, "scope"),
        ({"website": "javascript:alert(1)"}, "Website"),
    ],
)
def test_what_an_app_says_wrong_is_told(house: House, params: dict[str, str], word: str) -> None:
    asked = {"client_name": "A", "redirect_uris": "a://b", **params}
    got = house.ask("POST", "/api/v1/apps", asked)
    assert got.status == 422
    assert word in got.json()["error"]


def test_without_scopes_an_app_may_read(house: House) -> None:
    assert house.app(scopes="").described["scopes"] == ["read"]


def test_an_app_finds_out_that_its_token_works(house: House) -> None:
    app = house.app()
    token = house.ask(
        "POST",
        "/oauth/token",
        {
            "grant_type": "client_credentials",
            "client_id": app.client_id,
            "client_secret": app.client_secret,
        },
    ).json()["access_token"]
    path = "/api/v1/apps/verify_credentials"
    got = house.ask("GET", path, authorization=f"Bearer {token}")
    assert (got.status, got.json()["name"]) == (200, "Min app")
    assert "client_secret" not in got.json()
    for bearer in ({}, {"authorization": "Bearer x"}, {"authorization": f"Basic {token}"}):
        got = house.ask("GET", path, **bearer)
        assert (got.status, got.json()) == (401, {"error": "The access token is invalid"})


def test_an_app_may_prove_itself_by_the_header_too(house: House) -> None:
    app = house.app()
    pair = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    body = {"grant_type": "client_credentials"}
    assert house.ask("POST", "/oauth/token", body, authorization=f"Basic {pair}").status == 200
    for wrong in ("%%%", base64.b64encode(b"x:y").decode(), base64.b64encode(b"\xff").decode()):
        got = house.ask("POST", "/oauth/token", body, authorization=f"Basic {wrong}")
        assert (got.status, got.json()["error"]) == (401, "invalid_client")


def test_whoever_registers_too_much_is_told_to_wait(house: House) -> None:
    body = {"client_name": "A", "redirect_uris": "a://b"}
    codes = [house.ask("POST", "/api/v1/apps", body).status for _ in range(101)]
    assert codes == [200] * 100 + [429]
    assert house.ask("POST", "/api/v1/apps", body, client="203.0.113.8").status == 200


def test_in_lab_mode_nobody_has_to_wait(nordvik: Nordvik) -> None:
    house = House(nordvik, lab=True)
    body = {"client_name": "A", "redirect_uris": "a://b"}
    assert {house.ask("POST", "/api/v1/apps", body).status for _ in range(110)} == {200}


def test_what_is_registered_holds_what_is_asked() -> None:
    assert "write:statuses" in held(["write"])
