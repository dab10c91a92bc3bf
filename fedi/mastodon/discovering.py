"""Whom and what one may want to know of: directory, suggestions, what is talked about."""

from typing import Final

import msgspec

from actors.audience import LocalActor
from fedi.mastodon.asking import Ask, By, Reply, delete, empty, get, joined, ok
from fedi.mastodon.entities import PreviewCard
from fedi.mastodon.hashtags import TagHistory, history_entities, tag_entities
from fedi.mastodon.paging import limit_of, offset_links
from fedi.mastodon.search import offset_of
from fedi.store import cards, finding, trends
from fedi.store.engine import Tx

MOST: Final = 80
_SOURCES: Final = {
    "colleagues": ("staff", ["featured"]),
    "leadership": ("staff", ["featured"]),
    "friends": ("past_interactions", ["friends_of_friends"]),
}
_ENCODE: Final = msgspec.json.Encoder().encode


class TrendsLink(PreviewCard, kw_only=True):
    """A page that is linked to, and how often in the last days."""

    history: list[TagHistory]


# -- whom


async def directory(ask: Ask) -> Reply:
    """GET /api/v1/directory, with `local` and `order` (active or new)."""
    limit, offset = limit_of(ask, 40, MOST), offset_of(ask)
    local, newest = bool(ask.params.flag("local")), ask.params.text("order") == "new"

    async def query(tx: Tx) -> list[bytes]:
        found = await finding.directory(
            tx, ask.viewer, local=local, newest=newest, limit=limit, offset=offset
        )
        return await ask.api.renderer.accounts(tx, [one.id for one in found], ask.viewer)

    return joined(await ask.api.engine.read(query))


async def _suggested(ask: Ask) -> list[tuple[bytes, str]]:
    limit, me, now = limit_of(ask, 40, MOST), LocalActor(ask.me.id), ask.api.clock.now()

    async def query(tx: Tx) -> list[tuple[bytes, str]]:
        found = await finding.suggestions(tx, me, ask.person.id, limit, now=now)
        shown = await ask.api.renderer.accounts(tx, [one.id for one, _ in found], me)
        return list(zip(shown, (why for _, why in found), strict=True))

    return await ask.api.engine.read(query)


async def suggestions(ask: Ask) -> Reply:
    """GET /api/v2/suggestions: colleagues, leadership, whom those one follows follow."""
    made = []
    for account, why in await _suggested(ask):
        source, sources = _SOURCES[why]
        told = _ENCODE({"source": source, "sources": sources})
        made.append(told[:-1] + b',"account":' + account + b"}")
    return joined(made)


async def old_suggestions(ask: Ask) -> Reply:
    """GET /api/v1/suggestions: the same as accounts alone."""
    return joined([account for account, _ in await _suggested(ask)])


async def unsuggest(ask: Ask) -> Reply:
    """DELETE /api/v1/suggestions/:account_id."""
    me, other = ask.me.id, ask.id("account_id")
    await ask.api.engine.write(lambda tx: finding.unsuggest(tx, me, other))
    return empty()


# -- what


async def tags(ask: Ask) -> Reply:
    """GET /api/v1/trends/tags."""
    limit, offset = limit_of(ask, 10, 20), offset_of(ask)

    async def query(tx: Tx) -> Reply:
        names = await trends.subjects(tx, "tag", ask.viewer, limit, offset)
        found = await tag_entities(tx, names, ask.viewer, ask.api)
        return ok(found, headers=offset_links(ask, offset, limit, len(found)))

    return await ask.api.engine.read(query)


async def statuses(ask: Ask) -> Reply:
    """GET /api/v1/trends/statuses."""
    limit, offset = limit_of(ask, 20, 40), offset_of(ask)

    async def query(tx: Tx) -> Reply:
        found = await trends.post_ids(tx, ask.viewer, limit, offset)
        shown = await ask.api.renderer.statuses(tx, found, ask.viewer, context="public")
        return joined(shown, headers=offset_links(ask, offset, limit, len(found)))

    return await ask.api.engine.read(query)


async def links(ask: Ask) -> Reply:
    """GET /api/v1/trends/links."""
    limit, offset = limit_of(ask, 10, 20), offset_of(ask)

    async def query(tx: Tx) -> Reply:
        urls = await trends.subjects(tx, "link", ask.viewer, limit, offset)
        found = await cards.by_url(tx, urls)
        history = await trends.link_history(tx, urls, ask.viewer, ask.api.clock.now())
        making = ask.api.renderer.making
        shown = [
            TrendsLink(
                **msgspec.structs.asdict(making.card(found[url])),
                history=history_entities(history[url]),
            )
            for url in urls
            if url in found
        ]
        return ok(shown, headers=offset_links(ask, offset, limit, len(urls)))

    return await ask.api.engine.read(query)


ROUTES = (
    get("/api/v1/directory", directory, by=By.ANYONE),
    get("/api/v1/suggestions", old_suggestions, "read"),
    get("/api/v2/suggestions", suggestions, "read"),
    delete("/api/v1/suggestions/{account_id}", unsuggest, "read", "write"),
    get("/api/v1/trends", tags, by=By.ANYONE),
    get("/api/v1/trends/tags", tags, by=By.ANYONE),
    get("/api/v1/trends/statuses", statuses, by=By.ANYONE),
    get("/api/v1/trends/links", links, by=By.ANYONE),
)
