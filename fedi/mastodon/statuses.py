"""Reading posts: one, many by id, the conversation around one, its source and history."""

from actors.errors import NotFound
from fedi.mastodon import drafting
from fedi.mastodon.asking import Ask, By, Reply, get, joined, ok
from fedi.store import conversation
from fedi.store.engine import Tx

GONE = "Record not found"
MOST_AT_ONCE = 40
SIGNED_IN_DEPTH = (4_096, 4_096)
"""Ancestors and descendants of a conversation that are shown to whoever is signed in."""
OUTSIDE_DEPTH = (40, 60)


async def show(ask: Ask) -> Reply:
    """GET /api/v1/statuses/:id."""
    id = ask.id()
    found = await ask.api.engine.glance(lambda tx: ask.api.renderer.status(tx, id, ask.viewer))
    return await drafting.show(ask, id) if found is None else Reply(found)


async def several(ask: Ask) -> Reply:
    """GET /api/v1/statuses?id[]=…; those that aren't there are passed over."""
    wanted = ask.ids("id")[:MOST_AT_ONCE]
    found = await ask.api.engine.glance(
        lambda tx: ask.api.renderer.statuses_by_id(tx, wanted, ask.viewer)
    )
    missing = [id for id in wanted if id not in found]
    found |= await drafting.several(ask, missing)
    return joined(found[id] for id in wanted if id in found)


async def context(ask: Ask) -> Reply:
    """GET /api/v1/statuses/:id/context."""
    id = ask.id()
    above, below = SIGNED_IN_DEPTH if ask.reader is not None else OUTSIDE_DEPTH

    waits = await drafting.waiting(ask, id)
    if waits is not None:
        return await drafting.context(ask, waits, above)
    id = await drafting.post_of(ask, id) or id

    async def query(tx: Tx) -> Reply:
        renderer = ask.api.renderer
        if await renderer.status(tx, id, ask.viewer) is None:
            raise NotFound(GONE)
        ancestors = await conversation.ancestors(tx, id, ask.viewer, above)
        descendants = await conversation.descendants(tx, id, ask.viewer, below)
        shown = await renderer.statuses_by_id(
            tx, [*ancestors, *descendants], ask.viewer, context="thread"
        )
        return Reply(
            b'{"ancestors":[' + b",".join(shown[i] for i in ancestors if i in shown)
            + b'],"descendants":[' + b",".join(shown[i] for i in descendants if i in shown) + b"]}"
        )  # fmt: skip

    return await ask.api.engine.read(query)


async def card(ask: Ask) -> Reply:
    """GET /api/v1/statuses/:id/card, gone from Mastodon; the card stands in the Status."""
    await show(ask)
    return ok({})


ROUTES = (
    get("/api/v1/statuses", several, "read:statuses", by=By.ANYONE),
    get("/api/v1/statuses/{id}", show, "read:statuses", by=By.ANYONE),
    get("/api/v1/statuses/{id}/context", context, "read:statuses", by=By.ANYONE),
)
