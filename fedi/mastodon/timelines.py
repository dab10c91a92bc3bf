"""Timelines: home, public, local, remote, hashtag. Lists and links have their own resources."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from actors.audience import LocalActor
from actors.errors import Forbidden
from actors.hashtags import hashtag_key
from fedi.mastodon.asking import Ask, By, Reply, get, joined
from fedi.mastodon.paging import Page, links, page_of, positive
from fedi.store import timelines
from fedi.store.engine import Tx
from fedi.store.returning import merged_home
from fedi.store.timelines import Chosen, Row, Span, Tags, Wanted

MOST_TAGS = 4
PASSED = 10
"""Pages in a row that filters may hide whole before an empty one is answered: to apps it is the
end, whatever its links say."""

_Reading = Callable[[Tx, int, Span], Awaitable[list[Chosen] | None]]


def span_of(page: Page) -> Span:
    """Return a page as the store reads it."""
    return Span(limit=page.limit, below=page.below, above=page.above, upward=page.upward)


async def listed(ask: Ask, tx: Tx, rows: list[Row], page: Page, context: str) -> Reply:
    """Return chosen posts as an answer with its links; `context` is the filters'."""
    shown = await ask.api.renderer.statuses(
        tx, [row[1] for row in rows], ask.viewer, context=context
    )
    return joined(shown, headers=links(ask, page, [row[0] for row in rows]))


async def home(ask: Ask) -> Reply:
    """GET /api/v1/timelines/home."""
    positive(ask)
    page, me, now = page_of(ask), ask.me.id, ask.api.clock.now()
    span, engine = span_of(page), ask.api.engine

    async def shown(tx: Tx, rows: list[Chosen], more: _Reading) -> Reply:
        read, body = [row.id for row in rows], await _home(ask, tx, rows)
        for _ in range(PASSED):
            if body != b"[]" or not rows or len(rows) < page.limit:
                break
            rows = await more(tx, me, _beyond(span, rows)) or []
            read += [row.id for row in rows]
            body = await _home(ask, tx, rows)
        return Reply(body, headers=links(ask, page, read))

    async def kept(tx: Tx) -> Reply:
        return await shown(tx, await timelines.home(tx, me, span), timelines.home)

    async def merged(tx: Tx) -> Reply | None:
        rows = await merged_home(tx, me, span)
        return None if rows is None else await shown(tx, rows, merged_home)

    if not await ask.api.readers.at_hand(me, now):
        reply = None if page.upward else await engine.read(merged)
        if reply is not None:
            return reply
        await ask.api.readers.ready(me, now)
    return await engine.glance(kept)


async def _home(ask: Ask, tx: Tx, rows: list[Chosen]) -> bytes:
    return await ask.api.renderer.page(tx, rows, ask.viewer, context="home")


def _beyond(span: Span, rows: list[Chosen]) -> Span:
    """Return the page after one of which a filter has hidden everything."""
    if span.upward:
        return replace(span, above=rows[0].id)
    return replace(span, below=rows[-1].id)


async def public(ask: Ask) -> Reply:
    """GET /api/v1/timelines/public, with `local`, `remote` and `only_media`."""
    page, wanted = page_of(ask), _wanted(ask)
    _open_to(ask, local=wanted.local)

    async def query(tx: Tx) -> Reply:
        rows = await timelines.public(tx, ask.viewer, wanted, span_of(page))
        return await listed(ask, tx, rows, page, "public")

    return await ask.api.engine.read(query)


async def tag(ask: Ask) -> Reply:
    """GET /api/v1/timelines/tag/:hashtag, with `any`, `all` and `none` of other hashtags."""
    page, wanted = page_of(ask), _wanted(ask)
    name = _folded(ask.path_params["hashtag"])
    others = [_folded(one) for one in ask.params.texts("any")[:MOST_TAGS]]
    rest = Tags(
        every=tuple(_folded(one) for one in ask.params.texts("all")[:MOST_TAGS]),
        none=tuple(_folded(one) for one in ask.params.texts("none")[:MOST_TAGS]),
    )

    async def query(tx: Tx) -> Reply:
        found: dict[int, int] = {}
        for one in dict.fromkeys((name, *others)):
            found.update(
                await timelines.tagged(tx, ask.viewer, one, wanted, span_of(page), rest=rest)
            )
        ordered = sorted(found.items(), reverse=True)
        return await listed(ask, tx, page.nearest(ordered), page, "public")

    return await ask.api.engine.read(query)


def _folded(name: str) -> str:
    return hashtag_key(name.removeprefix("#"))


def _wanted(ask: Ask) -> Wanted:
    return Wanted(
        local=bool(ask.params.flag("local")),
        remote=bool(ask.params.flag("remote")),
        media=bool(ask.params.flag("only_media")),
    )


def _open_to(ask: Ask, *, local: bool) -> None:
    """Refuse a reader from outside what the house keeps for its own: others' posts."""
    if not isinstance(ask.viewer, LocalActor) and not local:
        raise Forbidden("This action is not allowed")


ROUTES = (
    get("/api/v1/timelines/home", home, "read:statuses"),
    get("/api/v1/timelines/public", public, "read:statuses", by=By.ANYONE),
    get("/api/v1/timelines/tag/{hashtag}", tag, "read:statuses", by=By.ANYONE),
)
