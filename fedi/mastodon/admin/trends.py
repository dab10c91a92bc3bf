"""Moderation of what is talked about: administrators look, approve and reject (Admin::Trends).

What nobody has looked at is shown; what is rejected stays away, whatever is counted later.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec

from actors import ids
from actors.errors import NotFound
from fedi.mastodon.admin.ordering import GONE, ordered
from fedi.mastodon.asking import Ask, Handler, Reply, Route, get, joined, ok, post, put
from fedi.mastodon.discovering import TrendsLink
from fedi.mastodon.hashtags import Tag, history_entities, tag_entities, tag_id
from fedi.mastodon.paging import limit_of
from fedi.mastodon.search import offset_of
from fedi.store import cards, trends
from fedi.store.engine import Tx
from fedi.store.trends import KEPT, Kind, Reviewed


class AdminTag(Tag, kw_only=True):
    trendable: bool
    usable: bool = True
    requires_review: bool


class AdminLink(TrendsLink, kw_only=True):
    id: str
    requires_review: bool


Shown = Callable[[Tx, Ask, Sequence[Reviewed]], Awaitable[list[bytes]]]
NAMES_AT_ONCE: Final = 1_000
_ENCODE: Final = msgspec.json.Encoder().encode


async def _tags(tx: Tx, ask: Ask, found: Sequence[Reviewed]) -> list[bytes]:
    entities = await tag_entities(tx, [one.subject for one in found], ask.viewer, ask.api)
    return [
        _ENCODE(
            AdminTag(
                **msgspec.structs.asdict(tag),
                trendable=one.approved is not False,
                requires_review=one.approved is None,
            )
        )
        for one, tag in zip(found, entities, strict=True)
    ]


async def _links(tx: Tx, ask: Ask, found: Sequence[Reviewed]) -> list[bytes]:
    urls = [one.subject for one in found]
    previews = await cards.by_url(tx, urls)
    history = await trends.link_history(tx, urls, ask.viewer, ask.api.clock.now())
    making = ask.api.renderer.making
    return [
        _ENCODE(
            AdminLink(
                **msgspec.structs.asdict(making.card(previews[one.subject])),
                history=history_entities(history[one.subject]),
                id=tag_id(one.subject),
                requires_review=one.approved is None,
            )
        )
        for one in found
        if one.subject in previews
    ]


async def _statuses(tx: Tx, ask: Ask, found: Sequence[Reviewed]) -> list[bytes]:
    wanted = [int(one.subject) for one in found]
    return await ask.api.renderer.statuses(tx, wanted, ask.viewer)


_SHOWN: Final[dict[Kind, Shown]] = {"tag": _tags, "link": _links, "post": _statuses}


def _listing(kind: Kind) -> Handler:
    async def listing(ask: Ask) -> Reply:
        """GET /api/v1/admin/trends/tags, links, statuses."""
        limit, offset = limit_of(ask, 10, 40), offset_of(ask)

        async def query(tx: Tx) -> list[bytes]:
            found = await trends.for_review(tx, kind, limit, offset)
            return await _SHOWN[kind](tx, ask, found)

        return joined(await ask.api.engine.read(query))

    return listing


def _judging(kind: Kind, *, approved: bool) -> Handler:
    async def judging(ask: Ask) -> Reply:
        """POST /api/v1/admin/trends/…/:id/approve or reject."""
        return await _judge(ask, kind, approved)

    return judging


async def _judge(ask: Ask, kind: Kind, approved: bool | None) -> Reply:
    """Note what was said of a trend (None: nothing) and return it."""
    now, subject = ask.api.clock.now(), await _subject(ask, kind, ids.text(ask.id()))

    async def unit(tx: Tx) -> None:
        await trends.review(tx, kind, subject, approved=bool(approved), now=now)

    async def query(tx: Tx) -> list[bytes]:
        return await _SHOWN[kind](tx, ask, [await trends.reviewed(tx, kind, subject)])

    if approved is not None:
        await ask.api.engine.write(unit)
    shown = await ask.api.engine.read(query)
    if not shown:
        raise NotFound(GONE)
    return Reply(shown[0])


async def _subject(ask: Ask, kind: Kind, id: str) -> str:
    """Return what an id is of: something that is talked about, or any hashtag of a post."""
    for one in await ask.api.engine.read(lambda tx: trends.for_review(tx, kind, KEPT)):
        own = ids.text(int(one.subject)) if kind == "post" else tag_id(one.subject)
        if own == id:
            return one.subject
    after: str | None = "" if kind == "tag" else None
    while after is not None:  # an id is a digest of the name, so that all have to be looked at
        names = await ask.api.engine.read(
            lambda tx, start=after: trends.tag_names(tx, start, NAMES_AT_ONCE)  # type: ignore[misc]
        )
        found = next((name for name in names if tag_id(name) == id), None)
        if found is not None:
            return found
        after = names[-1] if len(names) == NAMES_AT_ONCE else None
    raise NotFound(GONE)


async def tag(ask: Ask) -> Reply:
    """GET /api/v1/admin/tags/:id."""
    return await _judge(ask, "tag", None)


async def change_tag(ask: Ask) -> Reply:
    """PUT /api/v1/admin/tags/:id with `trendable`."""
    return await _judge(ask, "tag", ask.params.flag("trendable"))


async def publishers(ask: Ask) -> Reply:
    """GET /api/v1/admin/trends/links/publishers: publishers are not judged here, links are."""
    return ok([])


async def no_publisher(ask: Ask) -> Reply:
    """POST /api/v1/admin/trends/links/publishers/:id/approve or reject."""
    raise NotFound(GONE)


_PLACES: Final[dict[str, Kind]] = {"tags": "tag", "links": "link", "statuses": "post"}
_TRENDS: Final = "/api/v1/admin/trends"
_PUBLISHERS: Final = f"{_TRENDS}/links/publishers"

ROUTES: Final[tuple[Route, ...]] = (
    get("/api/v1/admin/tags/{id}", ordered(tag), "admin:read"),
    put("/api/v1/admin/tags/{id}", ordered(change_tag), "admin:write"),
    *(
        get(f"{_TRENDS}/{place}", ordered(_listing(kind)), "admin:read")
        for place, kind in _PLACES.items()
    ),
    *(
        post(
            f"{_TRENDS}/{place}/{{id}}/{word}",
            ordered(_judging(kind, approved=word == "approve")),
            "admin:write",
        )
        for place, kind in _PLACES.items()
        for word in ("approve", "reject")
    ),
    get(_PUBLISHERS, ordered(publishers), "admin:read"),
    post(f"{_PUBLISHERS}/{{id}}/approve", ordered(no_publisher), "admin:write"),
    post(f"{_PUBLISHERS}/{{id}}/reject", ordered(no_publisher), "admin:write"),
)
