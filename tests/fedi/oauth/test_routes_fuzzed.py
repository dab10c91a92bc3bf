"""Whatever is sent to an address of signing in, the fault is never ours: no 5xx."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fedi.oauth.browsing import Browser, House
from tests.people import PERSON_KARI, Nordvik

PATHS = (
    "/api/v1/apps", "/api/v1/accounts", "/api/v1/apps/verify_credentials", "/oauth/token",
    "/oauth/revoke", "/oauth/userinfo", "/oauth/authorize", "/sign-in", "/sign-in/code",
    "/sign-in/passkey", "/sign-in/passkey/begin", "/sign-out", "/link", "/settings/security",
    "/settings/security/app", "/settings/security/password", "/settings/security/passkey",
    "/settings/security/totp-confirm", "/settings/security/session", "/settings/people",
)  # fmt: skip
NAMES = (
    "client_name", "redirect_uris", "redirect_uri", "scopes", "scope", "website", "client_id",
    "client_secret", "grant_type", "code", "code_verifier", "code_challenge", "state", "token",
    "code_challenge_method", "response_type", "force_login", "actor", "answer", "form_token",
    "username", "password", "email", "agreement", "locale", "next", "again", "key", "id",
    "present", "credential", "enter", "name", "signed_in_since", "next[a]", "code[]", "key[][b]",
)  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from(["code", "authorization_code", "allow", "S256", "a://b", "read", "true"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8)


@pytest.fixture
def browser(nordvik: Nordvik) -> Browser:
    """Kari's browser, signed in; some requests carry her form token."""
    house = House(nordvik, lab=True)
    house.password(PERSON_KARI)
    browser = Browser(house)
    browser.sign_in()
    return browser


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(PATHS),
    method=st.sampled_from(["GET", "POST"]),
    body=BODIES,
    form=st.booleans(),
    signed=st.booleans(),
)
def test_no_request_is_a_fault_of_ours(
    browser: Browser, path: str, method: str, body: dict[str, Any], form: bool, signed: bool
) -> None:
    kari = browser.at
    assert kari is not None
    if signed:
        body["form_token"] = kari.form("/sign-out").fields["form_token"]
    house, cookie = browser.house, "; ".join(f"{n}={v}" for n, v in browser.cookies.items())
    flat = urlencode({k: str(v).encode("utf-8", "ignore") for k, v in body.items()})
    if method == "GET":
        got = house.ask("GET", f"{path}?{flat}", cookie=cookie)
    elif form:
        kind = "application/x-www-form-urlencoded"
        got = house.ask("POST", path, flat.encode(), cookie=cookie, content_type=kind)
    else:
        text = json.dumps(body).encode("utf-8", "ignore")
        got = house.ask("POST", path, text, cookie=cookie, content_type="application/json")
    assert got.status < 500, (got.status, got.body)
