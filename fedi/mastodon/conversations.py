"""Conversations: direct posts by thread, read and put away; and all of them as one timeline."""

from typing import Final

import msgspec

from actors import ids
from actors.errors import NotFound
from fedi.mastodon.asking import Ask, Reply, delete, empty, get, joined, post
from fedi.mastodon.paging import links, page_of
from fedi.mastodon.timelines import listed, span_of
from fedi.store import direct
from fedi.store.direct import Conversation
from fedi.store.engine import Tx
from fedi.store.timelines import Span

GONE: Final = "Record not found"


async def _json(ask: Ask, tx: Tx, found: list[Conversation]) -> list[bytes]:
    me, renderer = ask.me.id, ask.api.renderer
    last = [one.last for one in found]
    who = await direct.participants(tx, last, me)
    faces = await renderer.faces(
        tx, list(dict.fromkeys(id for one in who.values() for id in one)), ask.viewer
    )
    posts = await renderer.statuses_by_id(tx, last, ask.viewer, context="notifications")
    shown = []
    for one in found:
        if one.last not in posts:
            continue
        head = msgspec.json.encode({"id": ids.text(one.first), "unread": one.unread})
        people = b",".join(faces[id] for id in who[one.last] if id in faces)
        shown.append(
            head[:-1] + b',"accounts":[' + people + b'],"last_status":' + posts[one.last] + b"}"
        )
    return shown


async def conversations(ask: Ask) -> Reply:
    """GET /api/v1/conversations; cursors are the newest posts' ids."""
    page = page_of(ask)

    async def query(tx: Tx) -> Reply:
        found = await direct.conversations(tx, ask.me.id, span_of(page))
        shown = await _json(ask, tx, found)
        return joined(shown, headers=links(ask, page, [one.last for one in found]))

    return await ask.api.engine.read(query)


async def _own(ask: Ask, tx: Tx) -> Conversation:
    for one in await direct.conversations(tx, ask.me.id, Span(limit=1), first=ask.id()):
        return one
    raise NotFound(GONE)


async def read(ask: Ask) -> Reply:
    """POST /api/v1/conversations/:id/read."""
    return await _marked(ask, unread=False)


async def unread(ask: Ask) -> Reply:
    """POST /api/v1/conversations/:id/unread."""
    return await _marked(ask, unread=True)


async def _marked(ask: Ask, *, unread: bool) -> Reply:
    async def unit(tx: Tx) -> bytes:
        one = await _own(ask, tx)
        await direct.read(tx, ask.me.id, one.root, 0 if unread else one.last)
        shown = await _json(ask, tx, [await _own(ask, tx)])
        if not shown:
            raise NotFound(GONE)
        return shown[0]

    return Reply(await ask.api.engine.write(unit))


async def drop(ask: Ask) -> Reply:
    """DELETE /api/v1/conversations/:id: out of the list; the posts stay."""

    async def unit(tx: Tx) -> None:
        one = await _own(ask, tx)
        await direct.hide(tx, ask.me.id, one.root, one.last)

    await ask.api.engine.write(unit)
    return empty()


async def timeline(ask: Ask) -> Reply:
    """GET /api/v1/timelines/direct, which older apps still ask."""
    page = page_of(ask)

    async def query(tx: Tx) -> Reply:
        rows = await direct.timeline(tx, ask.me.id, span_of(page))
        return await listed(ask, tx, rows, page, "")

    return await ask.api.engine.read(query)


_ON: Final = "/api/v1/conversations"
ROUTES: Final = (
    get(_ON, conversations, "read:statuses"),
    post(f"{_ON}/{{id}}/read", read, "write:conversations"),
    post(f"{_ON}/{{id}}/unread", unread, "write:conversations"),
    delete(f"{_ON}/{{id}}", drop, "write:conversations"),
    get("/api/v1/timelines/direct", timeline, "read:statuses"),
)
