"""Mastodon.py signed in at the house, as its documentation tells."""

from typing import Any

from mastodon import Mastodon

from tests.clients.browser import Browser
from tests.clients.house import ClientHouse

SCOPES = ["read", "write", "follow", "push"]


def registered(house: ClientHouse, **more: Any) -> tuple[str, str]:
    """Register an app: its id and its secret."""
    wanted = {"scopes": SCOPES, **more}
    made = Mastodon.create_app("Prøveapp", api_base_url=house.origin, **wanted)
    return str(made[0]), str(made[1])


def signed_in(
    house: ClientHouse,
    app: tuple[str, str],
    username: str,
    handle: str = "",
    scopes: list[str] = SCOPES,
) -> Any:
    """The library with a token of `username`, who speaks as `handle` (as themselves unless told).

    Any, for its types name no return value that is parsed as it goes.
    """
    client: Any = Mastodon(
        client_id=app[0],
        client_secret=app[1],
        api_base_url=house.origin,
        feature_set="mainline",
        ratelimit_method="throw",
        request_timeout=20,
    )
    url = client.auth_request_url(scopes=scopes, force_login=True, allow_http=True)
    code = Browser(house.origin, username).allow(url, handle or username)
    client.log_in(code=code, scopes=scopes, allow_http=True)
    return client
