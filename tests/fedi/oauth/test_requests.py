"""What apps ask people for: what is wrong goes back to the app, or, where that can't be trusted,
no further than the page (open redirect, trial 41)."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi.config import SignIn
from fedi.oauth.requests import Wish, proves
from fedi.store.apps import App as Row
from tests.fedi.oauth.browsing import APP_URI, OOB, App, Browser, House, query_of
from tests.people import PERSON_KARI, Nordvik


@pytest.fixture
def house(nordvik: Nordvik) -> House:
    return House(nordvik)


@pytest.fixture
def app(house: House) -> App:
    return house.app(redirect_uris=f"{APP_URI} https://app.example/back?x=1 {OOB}")


@pytest.mark.parametrize(
    "params",
    [
        {"client_id": "x"},
        {"client_id": ""},
        {"redirect_uri": ""},  # it registered several
        {"redirect_uri": "https://evil.test/"},
        {"redirect_uri": "https://app.example/back"},
        {"redirect_uri": "https://app.example/back?x=1&y=2"},
        {"redirect_uri": "https://app.example/back?x=1#z"},
        {"redirect_uri": "HTTPS://app.example/back?x=1"},
        {"redirect_uri": "https://app.example:443/back?x=1"},
        {"redirect_uri": "https://app.example/./back?x=1"},
        {"redirect_uri": "https://app.example/back?x=1\n"},
        {"redirect_uri": f"{APP_URI}/"},
        {"redirect_uri": f"{APP_URI} https://app.example/back?x=1"},
        {"redirect_uri": "javascript:alert(1)"},
    ],
)
def test_nobody_is_sent_where_the_app_did_not_say(
    house: House, app: App, params: dict[str, str]
) -> None:
    got = Browser(house).open(app.authorize(**params))
    assert got.status in (400, 401)
    assert not got.location
    assert not got.forms()


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"response_type": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "read fly"}, "invalid_scope"),
        ({"scope": "admin:read"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_code_challenge_method"),
        ({"code_challenge_method": ""}, "invalid_code_challenge_method"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
)
@pytest.mark.parametrize("uri", [APP_URI, "https://app.example/back?x=1"])
def test_what_is_wrong_is_told_to_the_app_with_its_state(
    house: House, app: App, uri: str, params: dict[str, str], error: str
) -> None:
    house.password(PERSON_KARI)
    browser = Browser(house)
    browser.sign_in()
    got = browser.open(app.authorize(redirect_uri=uri, **params))
    assert got.status == 303
    assert got.location.startswith(uri + ("&" if "?" in uri else "?"))
    assert (query_of(got)["error"], query_of(got)["state"]) == (error, "æ&=?#")


def test_a_link_alone_sends_nobody_anywhere(house: House, app: App) -> None:
    """Anybody may register an app: without a sign-in that would be an open redirect."""
    got = Browser(house).open(app.authorize(scope="fly"))
    assert (got.status, got.location) == (400, "")
    (back,) = [one.get("href") for one in got.page.iter("a") if one.get("rel") == "noreferrer"]
    assert back.startswith(f"{APP_URI}?error=invalid_scope")
    assert "min-app:" in got.words


def test_without_an_address_what_is_wrong_is_shown(house: House, app: App) -> None:
    got = Browser(house).open(app.authorize(redirect_uri=OOB, response_type="token"))
    assert (got.status, got.location) == (400, "")
    assert "unsupported_response_type" in got.words


def test_an_app_without_pkce_is_let_in_unless_the_house_wants_it(nordvik: Nordvik) -> None:
    house = House(nordvik)
    bare = {"code_challenge": "", "code_challenge_method": ""}
    app = house.app()
    assert Browser(house).open(app.authorize(**bare)).path.startswith("/sign-in?")
    strict = House(nordvik, settings=SignIn(argon2_kib=8, argon2_passes=1, pkce_required=True))
    got = Browser(strict).open(app.authorize(**bare))
    assert (got.status, "invalid_request" in got.words) == (400, True)
    assert Browser(strict).open(app.authorize()).path.startswith("/sign-in?")


def test_without_a_scope_an_app_asks_to_read(house: House, app: App) -> None:
    got = Browser(house).open(app.authorize(scope=""))
    target = parse_qs(urlsplit(got.path).query)["next"][0]
    assert parse_qs(urlsplit(target).query)["scope"] == ["read"]


@given(st.text(max_size=100), st.dictionaries(st.text(min_size=1, max_size=9), st.text()))
def test_an_answer_carries_what_it_was_given_whatever_is_in_it(
    state: str, found: dict[str, str]
) -> None:
    row = Row(id=1, client_id="c", secret_hash=b"", name="", redirect_uris=(), scopes="", created=0)
    state = state.encode("utf-8", "ignore").decode()
    found = {
        k.encode("utf-8", "ignore").decode() or "k": v.encode("utf-8", "ignore").decode()
        for k, v in found.items()
        if k != "state"
    }
    wish = Wish(app=row, redirect_uri="https://a.test/?x=1", given_uri="", state=state)
    url = wish.answer(**found)
    assert url.startswith("https://a.test/?x=1&")
    assert url.isascii()
    read = {k: v[0] for k, v in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}
    wanted = {"x": "1", **found, **({"state": state} if state else {})}
    assert read == wanted or "x" in found


@given(st.from_regex(r"[A-Za-z0-9._~-]{43,128}", fullmatch=True), st.text(max_size=130))
def test_only_the_verifier_of_a_challenge_proves_it(verifier: str, other: str) -> None:
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert proves(verifier, challenge)
    assert other == verifier or not proves(other, challenge)
    assert not proves(verifier, "")
    assert proves("", "")
