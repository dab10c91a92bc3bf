"""What one actor alone hears: a notification, a conversation, as their timelines show them."""

import msgspec

from actors import ids
from actors.audience import LocalActor
from fedi.mastodon.rendering import Renderer
from fedi.mastodon.telling import render
from fedi.store import direct, told
from fedi.store.engine import Tx
from fedi.store.timelines import Span


async def notification(tx: Tx, renderer: Renderer, me: int, id: int, now: int) -> bytes | None:
    """Return a notification as JSON; None where `me` is not to be told (filtered, muted, gone)."""
    only = Span(limit=1, above=id - 1, below=id + 1)
    found = await told.listed(tx, me, told.Choice(), only, now)
    shown = await render(renderer, tx, found, me)
    return shown[0] if shown else None


async def conversation(tx: Tx, renderer: Renderer, me: int, post_id: int) -> bytes | None:
    """Return the conversation whose newest post this is, as JSON; None where there is none."""
    only = Span(limit=1, above=post_id - 1, below=post_id + 1)
    found = next(iter(await direct.conversations(tx, me, only)), None)
    if found is None:
        return None
    viewer = LocalActor(me)
    shown = await renderer.statuses(tx, [post_id], viewer, context="notifications")
    who = (await direct.participants(tx, [post_id], me))[post_id]
    faces = await renderer.faces(tx, who, viewer)
    if not shown:
        return None
    head = msgspec.json.encode({"id": ids.text(found.first), "unread": found.unread})
    people = b",".join(faces[id] for id in who if id in faces)
    return head[:-1] + b',"accounts":[' + people + b'],"last_status":' + shown[0] + b"}"
