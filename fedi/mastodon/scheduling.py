"""Scheduled posts: those that wait, their time changed, and taken back."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from actors import ids
from actors.drafts import WAITING, DraftState, SharedDraft
from actors.errors import Forbidden, Invalid, NotFound
from actors.membership import Role, at_least
from fedi.mastodon import drafting
from fedi.mastodon.asking import Ask, Reply, delete, empty, get, ok, put
from fedi.mastodon.entities import moment
from fedi.mastodon.files import Files
from fedi.mastodon.paging import Page, links, page_of
from fedi.mastodon.pending import readable
from fedi.mastodon.timelines import span_of
from fedi.publishing.wishes import Wish, wish_of
from fedi.store import attachments, drafts, scheduled
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


async def _pending(tx: Tx, ask: Ask, page: Page) -> list[Scheduled]:
    """Return what is to appear later and waits for approval, for who sees that."""
    states = tuple(WAITING)
    return await _seen(tx, ask, await drafts.of_actor(tx, ask.me.id, states, span_of(page)))


async def _seen(tx: Tx, ask: Ask, found: Sequence[SharedDraft]) -> list[Scheduled]:
    mine = [(one, ask.person) for one in found if one.wished is not None
            and one.actor_id == ask.me.id and one.state in WAITING]  # fmt: skip
    return [
        Scheduled(
            id=one.id,
            actor_id=one.actor_id,
            person_id=one.author_id or 0,
            app_id=one.app_id,
            due=one.wished or 0,
            params=one.wish,
        )
        for one, _ in await readable(tx, mine, ask.api.clock.now())
    ]


def _merged(rows: list[Scheduled], more: list[Scheduled], page: Page) -> list[Scheduled]:
    """Return a page of both, newest first."""
    both = sorted([*rows, *more], key=lambda row: row.id, reverse=True)
    limit = span_of(page).limit
    return both[-limit:] if span_of(page).upward else both[:limit]


async def waiting(ask: Ask) -> Reply:
    """GET /api/v1/scheduled_statuses."""
    page = page_of(ask)

    async def query(tx: Tx) -> Reply:
        rows = await scheduled.of_actor(tx, ask.me.id, span_of(page))
        rows = _merged(rows, await _pending(tx, ask, page), page)
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
            draft = await drafts.one(tx, id)
            waits = await _seen(tx, ask, [draft]) if draft is not None else []
            found = waits[0] if waits else None
        if found is None:
            raise NotFound(GONE)
        return ok((await entities(tx, ask, [found]))[0])

    return await ask.api.engine.read(query)


async def change(ask: Ask) -> Reply:
    """PUT /api/v1/scheduled_statuses/:id."""
    due = due_of(ask.params.text("scheduled_at"))
    if due is None:
        return await shown(ask, ask.id())
    waits = await drafting.waiting(ask, ask.id())
    if waits is not None and waits.state is not DraftState.APPROVED:
        wish = wish_of(waits.wish)
        await drafting.departments(ask).change(waits, ask.person.id, wish, due=due)
        return await shown(ask, ask.id())
    await _must_move(ask)
    await ask.api.scheduling.move(ask.me, ask.id(), due)
    return await shown(ask, ask.id())


async def _must_move(ask: Ask) -> None:
    """Raise Forbidden for who may not say when something is published: of what was approved, only
    those who may approve say so."""
    id = ask.id()
    approved = await ask.api.engine.glance(lambda tx: drafts.approval(tx, id))
    role = ask.caller.role if ask.caller is not None else None
    if approved is not None and (role is None or not at_least(role, Role.APPROVER)):
        raise Forbidden("Only those who may approve for this department can do that.")
    ask.must_write()


async def drop(ask: Ask) -> Reply:
    """DELETE /api/v1/scheduled_statuses/:id."""
    id = ask.id()
    waits = await drafting.waiting(ask, id)
    if waits is not None:
        await drafting.remove(ask, waits)
        return empty()
    await _must_move(ask)

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
