"""Scheduled posts: those that wait, their time changed, and taken back."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from actors import ids
from actors.errors import Invalid, NotFound
from fedi.mastodon.asking import Ask, Reply, delete, empty, get, ok, put
from fedi.mastodon.entities import moment
from fedi.mastodon.files import Files
from fedi.mastodon.paging import links, page_of
from fedi.mastodon.timelines import span_of
from fedi.publishing.wishes import Wish
from fedi.store import attachments, scheduled
from fedi.store.attachments import Attachment
from fedi.store.engine import Tx
from fedi.store.scheduled import NEVER, Scheduled

GONE: Final = "Record not found"


def due_of(text: str | None) -> int | None:
    """Return the time (Unix ms) that a text names (RFC 3339); Invalid for another text."""
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("Validation failed: Scheduled at must be a date and time") from None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return int(when.timestamp() * 1000)


async def entities(tx: Tx, ask: Ask, rows: Sequence[Scheduled]) -> list[dict[str, Any]]:
    """Return waiting posts of the caller's as apps read them, their files looked up together."""
    wishes = [msgspec.json.decode(row.params, type=Wish) for row in rows]
    named = list(dict.fromkeys(id for wish in wishes for id in wish.media))
    owned = await attachments.owned(tx, ask.me.id, named)
    return [_entity(ask, row, wish, owned) for row, wish in zip(rows, wishes, strict=True)]


def _entity(
    ask: Ask, one: Scheduled, wish: Wish, owned: Mapping[int, Attachment]
) -> dict[str, Any]:
    making = ask.api.renderer.making
    files = Files(making.urls, making.proxied)
    due = one.due if one.due < NEVER else ids.moment(one.id)
    return {
        "id": ids.text(one.id),
        "scheduled_at": moment(due),
        "params": {
            "text": wish.text,
            "poll": {
                "options": wish.choices,
                "expires_in": wish.poll_seconds,
                "multiple": wish.multiple,
                "hide_totals": False,
            }
            if wish.choices
            else None,
            "media_ids": [ids.text(id) for id in wish.media] or None,
            "sensitive": wish.sensitive,
            "spoiler_text": wish.summary or None,
            "visibility": wish.shown.get("visibility", "public"),
            "in_reply_to_id": wish.shown.get("in_reply_to_id"),
            "language": wish.language or None,
            "application_id": one.app_id or 0,
            "scheduled_at": None,
            "idempotency": None,
            "with_rate_limit": False,
            "quoted_status_id": wish.shown.get("quoted_status_id"),
            "quote_approval_policy": wish.quote_policy or "public",
        },
        "media_attachments": [
            files.attachment(ask.api.media.attachments.media(owned[id]), ids.text(id))
            for id in wish.media
            if id in owned
        ],
        "problem": one.problem or None,
    }


async def waiting(ask: Ask) -> Reply:
    """GET /api/v1/scheduled_statuses."""
    page = page_of(ask)

    async def query(tx: Tx) -> Reply:
        rows = await scheduled.of_actor(tx, ask.me.id, span_of(page))
        shown = await entities(tx, ask, rows)
        return ok(shown, headers=links(ask, page, [row.id for row in rows]))

    return await ask.api.engine.read(query)


async def show(ask: Ask) -> Reply:
    """GET /api/v1/scheduled_statuses/:id."""
    return await shown(ask, ask.id())


async def shown(ask: Ask, id: int) -> Reply:
    """Return a waiting post of the caller's."""

    async def query(tx: Tx) -> Reply:
        found = await scheduled.one(tx, ask.me.id, id)
        if found is None:
            raise NotFound(GONE)
        return ok((await entities(tx, ask, [found]))[0])

    return await ask.api.engine.read(query)


async def change(ask: Ask) -> Reply:
    """PUT /api/v1/scheduled_statuses/:id."""
    due = due_of(ask.params.text("scheduled_at"))
    if due is None:
        return await shown(ask, ask.id())
    await ask.api.scheduling.move(ask.me, ask.id(), due)
    return await shown(ask, ask.id())


async def drop(ask: Ask) -> Reply:
    """DELETE /api/v1/scheduled_statuses/:id."""
    id = ask.id()

    async def unit(tx: Tx) -> None:
        if await scheduled.one(tx, ask.me.id, id) is None:
            raise NotFound(GONE)
        await scheduled.drop(tx, id)

    await ask.api.engine.write(unit)
    return empty()


_ON: Final = "/api/v1/scheduled_statuses"
ROUTES: Final = (
    get(_ON, waiting, "read:statuses"),
    get(f"{_ON}/{{id}}", show, "read:statuses"),
    put(f"{_ON}/{{id}}", change, "write:statuses"),
    delete(f"{_ON}/{{id}}", drop, "write:statuses"),
)
