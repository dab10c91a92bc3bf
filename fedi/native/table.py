"""Every endpoint of our own API, and its place in the dispatch table.

A new file of endpoints is named here and nowhere else; what is here is described in
openapi.py, and a test asks each without a token, without its scope, and with a slash at its end.
"""

from typing import Final

from fedi.mastodon.api import Api
from fedi.mastodon.table import add_routes
from fedi.native import (
    asked_before,
    audiences,
    calendar,
    departments,
    domains,
    drafts,
    exposures,
    groups,
    leaving,
    members,
    openapi,
    people,
    questions,
    welcome,
)
from fedi.native.asking import Endpoints
from fedi.net.dispatch import Dispatch

ENDPOINTS: Final[Endpoints] = (
    *asked_before.ENDPOINTS,
    *audiences.ENDPOINTS,
    *calendar.ENDPOINTS,
    *departments.ENDPOINTS,
    *domains.ENDPOINTS,
    *drafts.ENDPOINTS,
    *exposures.ENDPOINTS,
    *groups.ENDPOINTS,
    *leaving.ENDPOINTS,
    *members.ENDPOINTS,
    *people.ENDPOINTS,
    *questions.ENDPOINTS,
    *welcome.ENDPOINTS,
)


def open_native(table: Dispatch, api: Api) -> None:
    """Register every endpoint, and their description."""
    routes = (endpoint.route() for endpoint in ENDPOINTS)
    add_routes(table, api, (*routes, openapi.route(ENDPOINTS)))
