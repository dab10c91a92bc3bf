"""Every place of a house that may be read, with the names that somebody could ask for there.

The places come from the dispatch table and the pages' routes themselves, so that whatever is added
is walked without anybody thinking of it.
"""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any
from urllib.parse import quote

from tests.leaks.twins import ORIGIN, Twin

QUERIES = (
    "/api/v1/timelines/public?local=true",
    "/api/v1/timelines/public?remote=true",
    "/api/v1/timelines/public?only_media=true",
    "/api/v1/timelines/link?url={link}",
    "/api/v1/accounts/{kari}/statuses?exclude_replies=true&exclude_reblogs=true",
    "/api/v1/accounts/{kari}/statuses?pinned=true",
    "/api/v1/accounts/{kari}/statuses?only_media=true",
    "/api/v1/accounts/{kari}/statuses?tagged=hemmelig",
    "/api/v1/accounts/lookup?acct=kari",
    "/api/v1/accounts/relationships?id[]={kari}&id[]={lise}",
    "/api/v1/accounts/familiar_followers?id[]={kari}&id[]={lise}",
    "/api/v1/accounts/search?q=kari",
    "/api/v1/statuses?id[]={post}&id[]={answer}&id[]={shared}",
    "/api/v1/directory?local=true&order=active",
    "/api/v2/search?q=hemmeligheten",
    "/api/v2/search?q=hemmeligheten&type=statuses",
    "/api/v2/search?q=%23hemmelig",
    "/api/v2/search?q=hemmelig&type=hashtags",
    "/api/v2/search?q=from:kari&type=statuses",
    "/api/v2/search?q=has:media&type=statuses",
    "/api/v2/search?q={uri}&resolve=true",
    "/api/v2/search?q={page}&resolve=true",
    "/api/oembed?url={page}",
    "/.well-known/webfinger?resource=acct:kari@nord.test",
    "/.well-known/webfinger?resource={uri}",
    "/actors/{kari}/outbox?page=1",
    "/actors/{kari}/followers?page=1",
    "/actors/{lise}/outbox?page=1",
    "/actors/{klubb}/outbox?page=1",
    "/@kari?page=1",
    "/@kari/{post}",
    "/@kari/feed.atom",
    "/@lise",
    "/tags/hemmelig",
    "/posts/{post}/history",
    "/",
    "/avdelinger",
    "/.well-known/webfinger?resource=acct:skjulingen@nord.test",
    "/@skjulingen",
    "/@skjulingen/feed.atom",
    "/api/v1/accounts/lookup?acct=skjulingen",
    "/api/v1/accounts/search?q=skjulingen",
    "/api/v2/search?q=skjulingen&type=accounts",
    "/api/v2/search?q=@skjulingen@nord.test&resolve=true",
    "/api/fedi/v1/audience?text=@skjulingen%20hei",
)


def _paths(node: Any, so_far: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if "GET" in node.handlers:
        yield so_far
    for literal, below in node.literals.items():
        yield from _paths(below, (*so_far, literal))
    if node.parameter is not None:
        yield from _paths(node.parameter, (*so_far, "{}"))


def readable(twin: Twin) -> list[tuple[str, ...]]:
    """Return the paths that answer GET, in segments, `{}` for one that names something."""
    return list(_paths(twin.table._root))


def filled(paths: Iterable[tuple[str, ...]], names: list[str]) -> Iterator[str]:
    """Return every path with every name in every place of its."""
    for path in paths:
        holes = path.count("{}")
        if holes > 2:
            continue
        # Two places are asked with two names in order, and one twice: enough to hit what there is.
        for chosen in product(names, repeat=holes):
            given = iter(chosen)
            yield "/" + "/".join(next(given) if part == "{}" else part for part in path)


def asked_for(names: dict[str, str]) -> Iterator[str]:
    """Return the addresses with a query."""
    shown = {key: quote(value, safe="") for key, value in names.items()}
    shown |= {key: value for key, value in names.items() if value.isdigit()}
    for query in QUERIES:
        yield query.format_map({**shown, "link": quote("https://lenke.test/sak", safe="")})


def page_of(post: int) -> str:
    return f"{ORIGIN}/@kari/{post:018d}"
