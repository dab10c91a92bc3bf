"""The one table of the client API's routes, and its place in the dispatch table.

Every path answers with and without a slash at its end, PUT and PATCH alike (client-api.md §§1,
2.3). What isn't in the table is answered in JSON. A test walks every row.
"""

from collections.abc import Iterable
from typing import Final

from fedi.mastodon import (
    accounts,
    announcements,
    collections,
    conversations,
    discovering,
    extras,
    filters,
    instance,
    lists,
    media,
    notifications,
    polls,
    posting,
    push,
    quotes,
    reacting,
    reading,
    relationships,
    reports,
    scheduling,
    search,
    statuses,
    tags,
    timelines,
)
from fedi.mastodon.admin import accounts as admin_accounts
from fedi.mastodon.admin import domains as admin_domains
from fedi.mastodon.admin import reports as admin_reports
from fedi.mastodon.admin import trends as admin_trends
from fedi.mastodon.api import Api
from fedi.mastodon.asking import Route, opened, unknown
from fedi.net.cors import add_preflight
from fedi.net.dispatch import Dispatch

ROUTES: Final[tuple[Route, ...]] = (
    *accounts.ROUTES,
    *admin_accounts.ROUTES,
    *admin_domains.ROUTES,
    *admin_reports.ROUTES,
    *admin_trends.ROUTES,
    *announcements.ROUTES,
    *collections.ROUTES,
    *conversations.ROUTES,
    *discovering.ROUTES,
    *extras.ROUTES,
    *filters.ROUTES,
    *instance.ROUTES,
    *lists.ROUTES,
    *media.ROUTES,
    *notifications.ROUTES,
    *polls.ROUTES,
    *posting.ROUTES,
    *push.ROUTES,
    *quotes.ROUTES,
    *reacting.ROUTES,
    *reading.ROUTES,
    *relationships.ROUTES,
    *reports.ROUTES,
    *scheduling.ROUTES,
    *search.ROUTES,
    *statuses.ROUTES,
    *tags.ROUTES,
    *timelines.ROUTES,
)
_METHODS: Final = {"GET": ("GET", "HEAD"), "PUT": ("PUT", "PATCH"), "PATCH": ("PUT", "PATCH")}
_ALL: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def open_api(table: Dispatch, api: Api) -> None:
    """Register every route."""
    add_routes(table, api, ROUTES)
    table.add("/api/...", unknown, methods=_ALL)
    add_preflight(table, "/api/...", f"{', '.join(_ALL)}, OPTIONS")


def add_routes(table: Dispatch, api: Api, routes: Iterable[Route]) -> None:
    """Register routes, each with and without a slash at its end."""
    for route in routes:
        handler = opened(route, api)
        methods = _METHODS.get(route.method, (route.method,))
        table.add(route.path, handler, methods=methods)
        table.add(f"{route.path}/", handler, methods=methods)
