"""What one does with a post: favourite, boost, bookmark, pin, mute its conversation; who did."""

from collections.abc import Awaitable, Callable

from actors.errors import Invalid, NotFound
from actors.posts import Post, Visibility
from fedi.mastodon import drafting
from fedi.mastodon.asking import Ask, By, Handler, Reply, get, joined, post
from fedi.mastodon.paging import links, page_of
from fedi.mastodon.timelines import listed, span_of
from fedi.publishing import Interacting
from fedi.store import hydrating, kept
from fedi.store.engine import Tx

GONE = "Record not found"
_BOOSTS = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
}


async def seen(ask: Ask, id: int) -> Post:
    """Return a post that the caller may see, also by the id it had while it waited for approval."""
    found = await ask.api.engine.glance(lambda tx: hydrating.post_for(tx, id, ask.viewer))
    if found is None:
        came = await drafting.instead(ask, id)
        found = await ask.api.engine.glance(lambda tx: hydrating.post_for(tx, came, ask.viewer))
    if found is None:
        raise NotFound(GONE)
    return found


async def shown(ask: Ask, id: int) -> Reply:
    """Return a post as it now is for the caller."""
    found = await ask.api.engine.glance(lambda tx: ask.api.renderer.status(tx, id, ask.viewer))
    if found is None:
        raise NotFound(GONE)
    return Reply(found)


_Act = Callable[[Ask, Interacting, Post], Awaitable[object]]


def acted(act: _Act) -> Handler:
    """Return the handler that does something with the post in the path and shows it."""

    async def handle(ask: Ask) -> Reply:
        interacting = ask.api.interacting
        original = await interacting.original(await seen(ask, ask.id()))
        await act(ask, interacting, original)
        return await shown(ask, original.id)

    return handle


async def reblog(ask: Ask) -> Reply:
    """POST /api/v1/statuses/:id/reblog. Internal posts are shared inside (client-api.md §2.9);
    what waits for approval is approved so."""
    waits = await drafting.waiting(ask, ask.id())
    if waits is not None:
        return await drafting.approve(ask, waits)
    original = await ask.api.interacting.original(await seen(ask, ask.id()))
    asked = ask.params.text("visibility") or "public"
    if asked not in _BOOSTS:
        raise Invalid("Validation failed: Visibility is not included in the list")
    boost = await ask.api.interacting.boost(ask.me, original, _BOOSTS[asked], person=ask.person.id)
    return await shown(ask, boost.id)


async def _favourite(ask: Ask, interacting: Interacting, post: Post) -> object:
    return await interacting.like(ask.me, post, person=ask.person.id)


async def _unfavourite(ask: Ask, interacting: Interacting, post: Post) -> object:
    return await interacting.unlike(ask.me, post, person=ask.person.id)


async def _unreblog(ask: Ask, interacting: Interacting, post: Post) -> object:
    return await interacting.unboost(ask.me, post, person=ask.person.id)


async def _pin(ask: Ask, interacting: Interacting, post: Post) -> object:
    return await interacting.pin(ask.me, post, person=ask.person.id)


async def _unpin(ask: Ask, interacting: Interacting, post: Post) -> object:
    return await interacting.unpin(ask.me, post, person=ask.person.id)


async def _bookmark(ask: Ask, interacting: Interacting, post: Post) -> object:
    id, me = ask.api.performer.new_id(), ask.me.id
    return await ask.api.engine.write(lambda tx: kept.bookmark(tx, id, me, post.id))


async def _unbookmark(ask: Ask, interacting: Interacting, post: Post) -> object:
    return await ask.api.engine.write(lambda tx: kept.unbookmark(tx, ask.me.id, post.id))


async def _mute(ask: Ask, interacting: Interacting, post: Post) -> object:
    root = post.context or post.uri
    return await ask.api.engine.write(lambda tx: kept.mute_thread(tx, ask.me.id, root))


async def _unmute(ask: Ask, interacting: Interacting, post: Post) -> object:
    root = post.context or post.uri
    return await ask.api.engine.write(lambda tx: kept.unmute_thread(tx, ask.me.id, root))


# -- lists


async def favourited_by(ask: Ask) -> Reply:
    """GET /api/v1/statuses/:id/favourited_by."""
    found, page = await seen(ask, ask.id()), page_of(ask, default=40, most=80)

    async def query(tx: Tx) -> Reply:
        rows = await kept.favourited_by(tx, found.id, span_of(page))
        faces = await ask.api.renderer.accounts(tx, [row[1] for row in rows], ask.viewer)
        return joined(faces, headers=links(ask, page, [row[0] for row in rows]))

    return await ask.api.engine.glance(query)


async def reblogged_by(ask: Ask) -> Reply:
    """GET /api/v1/statuses/:id/reblogged_by."""
    found, page = await seen(ask, ask.id()), page_of(ask, default=40, most=80)

    async def query(tx: Tx) -> Reply:
        rows = await kept.reblogged_by(tx, found.id, ask.viewer, span_of(page))
        faces = await ask.api.renderer.accounts(tx, [row[1] for row in rows], ask.viewer)
        return joined(faces, headers=links(ask, page, [row[0] for row in rows]))

    return await ask.api.engine.glance(query)


async def bookmarks(ask: Ask) -> Reply:
    """GET /api/v1/bookmarks."""
    page = page_of(ask)

    async def query(tx: Tx) -> Reply:
        return await listed(ask, tx, await kept.bookmarks(tx, ask.me.id, span_of(page)), page, "")

    return await ask.api.engine.glance(query)


async def favourites(ask: Ask) -> Reply:
    """GET /api/v1/favourites."""
    page = page_of(ask)

    async def query(tx: Tx) -> Reply:
        return await listed(ask, tx, await kept.favourites(tx, ask.me.id, span_of(page)), page, "")

    return await ask.api.engine.glance(query)


_ON = "/api/v1/statuses/{id}"
ROUTES = (
    post(f"{_ON}/favourite", acted(_favourite), "write:favourites"),
    post(f"{_ON}/unfavourite", acted(_unfavourite), "write:favourites"),
    post(f"{_ON}/reblog", reblog, "write:statuses"),
    post(f"{_ON}/unreblog", acted(_unreblog), "write:statuses"),
    post(f"{_ON}/bookmark", acted(_bookmark), "write:bookmarks"),
    post(f"{_ON}/unbookmark", acted(_unbookmark), "write:bookmarks"),
    post(f"{_ON}/pin", acted(_pin), "write:accounts"),
    post(f"{_ON}/unpin", acted(_unpin), "write:accounts"),
    post(f"{_ON}/mute", acted(_mute), "write:mutes"),
    post(f"{_ON}/unmute", acted(_unmute), "write:mutes"),
    get(f"{_ON}/favourited_by", favourited_by, "read:statuses", by=By.ANYONE),
    get(f"{_ON}/reblogged_by", reblogged_by, "read:statuses", by=By.ANYONE),
    get("/api/v1/bookmarks", bookmarks, "read:bookmarks"),
    get("/api/v1/favourites", favourites, "read:favourites"),
)
