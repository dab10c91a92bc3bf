"""Mastodon.py signs in as a person and as a department, and learns what the server is."""

import datetime
from typing import Any

import pytest

from tests.clients.browser import Browser
from tests.clients.house import DEPARTMENT, ClientHouse
from tests.clients.mastodon_py import SCOPES, registered, signed_in

pytestmark = [pytest.mark.slow]


def test_one_app_has_the_person_and_the_department_as_two_accounts(
    anne: Any, department: Any
) -> None:
    assert anne.me().acct == "anne"
    assert department.me().acct == DEPARTMENT
    assert anne.me().source.privacy in ("public", "unlisted", "private")
    assert isinstance(department.me().created_at, datetime.datetime)
    assert anne.app_verify_credentials().name == "Prøveapp"


def test_the_servers_papers_are_those_of_mastodon_with_quotes_and_groups(
    house: ClientHouse, anne: Any
) -> None:
    version = anne.instance_v2().version
    assert version.startswith("4."), version
    assert anne.instance_v1().urls.streaming_api.startswith("ws")
    assert anne.instance().configuration.statuses.max_characters == 5000
    assert anne.instance_nodeinfo().software.name
    assert anne.oauth_authorization_server_info().authorization_endpoint.startswith(house.origin)
    assert anne.instance_health()
    anne.instance_peers()
    anne.instance_activity()
    anne.instance_rules()
    anne.instance_extended_description()
    anne.instance_translation_languages()
    anne.instance_languages()
    anne.custom_emojis()
    anne.announcements()
    anne.preferences()
    anne.directory(local=True)


def test_a_revoked_token_is_dead_and_the_other_account_lives(
    house: ClientHouse, app: tuple[str, str], department: Any
) -> None:
    from mastodon.errors import MastodonUnauthorizedError

    gone = signed_in(house, app, "anne")
    token = gone.access_token
    gone.revoke_access_token(allow_http=True)
    gone.access_token = token
    with pytest.raises((MastodonUnauthorizedError, Exception), match=r"revoked|401|Unauthor"):
        gone.me()
    assert department.me().acct == DEPARTMENT


def test_an_app_is_sent_back_to_its_own_scheme_with_its_state(house: ClientHouse) -> None:
    from mastodon import Mastodon

    home = "no.prove.app://oauth?fra=server"
    id, secret = registered(house, redirect_uris=[home, "urn:ietf:wg:oauth:2.0:oob"])
    client: Any = Mastodon(client_id=id, client_secret=secret, api_base_url=house.origin)
    url = client.auth_request_url(
        scopes=SCOPES, redirect_uris=home, state="blå + rød", allow_http=True
    )
    place = Browser(house.origin).allow(url, "anne")
    assert place.startswith(f"{home}&code=")
    assert "&state=bl%C3%A5" in place
    code = place.partition("code=")[2].partition("&")[0]
    client.log_in(code=code, redirect_uri=home, scopes=SCOPES, allow_http=True)
    assert client.me().acct == "anne"
    assert "error=access_denied" in Browser(house.origin).deny(url)
