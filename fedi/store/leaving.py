"""What leaves, as rows: the body once, one fan-out row; deliveries come from fanout.py later.

A post of an internal audience gets no row here at all, whoever asks: the last guard before the
wire, behind the rules of actors/activities and actors/audience.
"""

from typing import Any

import msgspec

from actors.effects import Recipients, Send
from actors.posts import Visibility

from .unit import UnitStore


async def save_activity(
    store: UnitStore, send: Send, *, body: bytes, kind: str, visible: str
) -> None:
    """Store an activity of ours and one fan-out row for it, unless it may not leave."""
    activity_id = _id_of(store, send.activity.uri)
    changed = await store.tx.run(
        "INSERT INTO activity (id, uri, actor_id, kind, about, post_id, visible, body, created,"
        " total, delivered, failed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)"
        " ON CONFLICT DO NOTHING",
        (
            activity_id,
            send.activity.uri,
            send.actor_id,
            kind,
            send.about or send.activity.uri,
            send.post_id,
            visible,
            body,
            store.now,
        ),
    )
    if changed and visible != Visibility.INTERNAL.value:
        await _fan_out(store, activity_id, send.actor_id, send.recipients)


async def words_of(store: UnitStore, uri: str) -> dict[str, Any] | None:
    """Return an activity in the words of who did it (FEP-1b12: as it was received): one of ours
    as it was written, or the one that came in this unit."""
    row = await store.tx.one("SELECT body FROM activity WHERE uri = ?", (uri,))
    body = bytes(row[0]) if row is not None else store.raw
    try:
        words = msgspec.json.decode(body) if body else None
    except msgspec.DecodeError:
        return None
    return words if isinstance(words, dict) and words.get("id") == uri else None


async def _fan_out(
    store: UnitStore, activity_id: int, actor_id: int, recipients: Recipients
) -> None:
    await store.tx.run(
        "INSERT INTO fanout (activity_id, actor_id, recipients, position, lease_until, fence,"
        " created) VALUES (?, ?, ?, '', 0, 0, ?)",
        (activity_id, actor_id, msgspec.json.encode(recipients).decode(), store.now),
    )


def _id_of(store: UnitStore, uri: str) -> int:
    local = store.urls.parse(uri)
    return local.id if local is not None and local.kind == "activity" else store.new_id()
