"""Searching: everything at once, accounts by how they begin, one account by its handle."""

from typing import Any, Final

import msgspec

from actors import ids
from actors.errors import Invalid, NotFound, Unauthorized
from fedi.mastodon.asking import Ask, By, Reply, get, joined
from fedi.mastodon.hashtags import tag_entities
from fedi.mastodon.paging import limit_of, number, positive
from fedi.search.asking import DEEPEST, Found, Search
from fedi.store.engine import Tx
from fedi.store.searching import LATEST

_ENCODE: Final = msgspec.json.Encoder().encode
MOST: Final = 40
MOST_ACCOUNTS: Final = 80
_KINDS: Final = frozenset({"accounts", "hashtags", "statuses"})


def offset_of(ask: Ask) -> int:
    """Return how many are to be passed over; nothing is found beyond DEEPEST."""
    return min(max(number(ask.params.text("offset") or ""), 0), DEEPEST + 1)


def _search_of(ask: Ask) -> Search:
    text = ask.params.text("q")
    if text is None or not text.strip():
        raise Invalid("param is missing or the value is empty or invalid: q", code="missing")
    positive(ask)
    resolve = bool(ask.params.flag("resolve"))
    kind, offset = ask.params.text("type") or "", offset_of(ask)
    if ask.caller is None and (resolve or offset):
        # As Mastodon does: what costs other servers, or walks through all, is for one's own.
        raise Unauthorized(
            "Search queries that resolve remote resources are not supported without authentication"
            if resolve
            else "Search queries pagination is not supported without authentication"
        )
    author = ask.params.text("account_id")
    return Search(
        text=text,
        accounts=kind in ("", "accounts") and not author,
        posts=kind in ("", "statuses"),
        hashtags=kind in ("", "hashtags") and not author,
        resolve=resolve,
        following=bool(ask.params.flag("following")),
        author=ids.parse(author) if author else None,
        since=(_id(ask, "min_id", 0) + 1) if ask.params.text("min_id") else 0,
        before=_id(ask, "max_id", LATEST),
        limit=limit_of(ask, 20, MOST),
        offset=offset if kind in _KINDS else 0,
    )


def _id(ask: Ask, name: str, default: int) -> int:
    text = ask.params.text(name)
    found = ids.parse(text) if text else default
    return default if found is None else found


async def search(ask: Ask) -> Reply:
    """GET /api/v2/search."""
    found = await ask.api.finder.find(_search_of(ask), ask.viewer)
    return await _shown(ask, found, plain_tags=False)


async def old_search(ask: Ask) -> Reply:
    """GET /api/v1/search, gone from Mastodon, still called: hashtags are texts."""
    found = await ask.api.finder.find(_search_of(ask), ask.viewer)
    return await _shown(ask, found, plain_tags=True)


async def _shown(ask: Ask, found: Found, *, plain_tags: bool) -> Reply:
    renderer, viewer = ask.api.renderer, ask.viewer
    names = [tag.name for tag in found.hashtags]

    async def query(tx: Tx) -> tuple[list[bytes], list[bytes], list[Any]]:
        tags = [] if plain_tags else await tag_entities(tx, names, viewer, ask.api)
        return (
            await renderer.accounts(tx, found.accounts, viewer),
            await renderer.statuses(tx, found.posts, viewer),
            list(tags),
        )

    accounts, statuses, tags = await ask.api.engine.glance(query)
    told = [tag.shown for tag in found.hashtags] if plain_tags else tags
    body = b"".join((
        b'{"accounts":[', b",".join(accounts), b'],"statuses":[', b",".join(statuses),
        b'],"hashtags":', _ENCODE(told), b',"collections":[]}',
    ))  # fmt: skip
    return Reply(body)


async def accounts(ask: Ask) -> Reply:
    """GET /api/v1/accounts/search."""
    text = ask.params.text("q")
    if text is None:
        raise Invalid("q is missing")
    found = await ask.api.finder.accounts(
        Search(
            text=text,
            resolve=bool(ask.params.flag("resolve")),
            following=bool(ask.params.flag("following")),
            limit=limit_of(ask, 40, MOST_ACCOUNTS),
            offset=offset_of(ask),
        ),
        ask.viewer,
    )
    return joined(
        await ask.api.engine.glance(lambda tx: ask.api.renderer.accounts(tx, found, ask.viewer))
    )


async def lookup(ask: Ask) -> Reply:
    """GET /api/v1/accounts/lookup?acct=…: an account that is known here, by its handle."""
    found = await ask.api.finder.lookup(ask.params.text("acct") or "", ask.viewer)
    if found is None:
        raise NotFound("Record not found")
    account = await ask.api.engine.glance(
        lambda tx: ask.api.renderer.account(tx, found.id, ask.viewer)
    )
    if account is None:
        raise NotFound("Record not found")
    return Reply(account)


ROUTES = (
    get("/api/v2/search", search, "read:search", by=By.ANYONE),
    get("/api/v1/search", old_search, "read:search"),
    get("/api/v1/accounts/search", accounts, "read:accounts"),
    get("/api/v1/accounts/lookup", lookup, "read:accounts", by=By.ANYONE),
)
