"""Notifications: one by one (v1), in groups (v2), and held back until they are asked for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import msgspec

from actors import ids
from actors.errors import Invalid, NotFound
from fedi.mastodon.asking import Ask, Reply, delete, empty, get, joined, ok, post, put
from fedi.mastodon.entities import moment
from fedi.mastodon.fallbacks import knows_of
from fedi.mastodon.paging import Page, limit_of, links, page_of
from fedi.mastodon.telling import render, render_groups
from fedi.mastodon.timelines import span_of
from fedi.store import kept, told
from fedi.store.engine import Tx
from fedi.store.timelines import Span
from fedi.store.told import SORTS, Choice, Group, Policy, Request, Told, groups

GONE: Final = "Record not found"
WIDE: Final = 80
COUNTED: Final = (100, 1_000)
"""Unread ones counted by default and at most."""
ANSWERS: Final = ("accept", "filter", "drop")


def choice_of(ask: Ask) -> Choice:
    """Return which notifications a request asks for."""
    by = ask.params.text("account_id")
    return Choice(
        kinds=tuple(ask.params.texts("types")[:32]),
        without=tuple(ask.params.texts("exclude_types")[:32]),
        by_id=(ids.parse(by) or 0) if by else None,
        held=bool(ask.params.flag("include_filtered")),
    )


async def listed(ask: Ask) -> Reply:
    """GET /api/v1/notifications."""
    page, choice = page_of(ask, default=40, most=80), choice_of(ask)
    knows = knows_of(ask)

    async def query(tx: Tx) -> Reply:
        found = await told.listed(tx, ask.me.id, choice, span_of(page), ask.api.clock.now())
        shown = await render(ask.api.renderer, tx, found, ask.me.id, knows)
        return joined(shown, headers=links(ask, page, [one.id for one in found]))

    return await ask.api.engine.glance(query)


async def show(ask: Ask) -> Reply:
    """GET /api/v1/notifications/:id."""
    id, now = ask.id(), ask.api.clock.now()

    async def query(tx: Tx) -> list[bytes]:
        found = await told.one(tx, ask.me.id, id, now)
        if found is None:
            return []
        return await render(ask.api.renderer, tx, [found], ask.me.id, knows_of(ask))

    shown = await ask.api.engine.glance(query)
    if not shown:
        raise NotFound(GONE)
    return Reply(shown[0])


async def clear(ask: Ask) -> Reply:
    """POST /api/v1/notifications/clear."""
    await ask.api.engine.write(lambda tx: told.clear(tx, ask.me.id))
    return empty()


async def dismiss(ask: Ask) -> Reply:
    """POST /api/v1/notifications/:id/dismiss (and the older /dismiss?id=)."""
    id = ask.id() if "id" in ask.path_params else ids.parse(ask.params.text("id") or "") or 0
    await ask.api.engine.write(lambda tx: told.dismiss(tx, ask.me.id, [id]))
    return empty()


async def dismiss_several(ask: Ask) -> Reply:
    """DELETE /api/v1/notifications/destroy_multiple with `ids[]`."""
    gone = ask.ids("ids")[:200]
    await ask.api.engine.write(lambda tx: told.dismiss(tx, ask.me.id, gone))
    return empty()


async def unread_count(ask: Ask) -> Reply:
    """GET /api/v1/notifications/unread_count: those above the marker."""
    limit, choice = _most_counted(ask), choice_of(ask)

    async def query(tx: Tx) -> int:
        places = await kept.places(tx, ask.me.id, ("notifications",))
        after = places[0].last_id if places else 0
        return await told.unread(tx, ask.me.id, choice, after, limit, ask.api.clock.now())

    return ok({"count": await ask.api.engine.glance(query)})


def _most_counted(ask: Ask) -> int:
    return limit_of(ask, *COUNTED)


# -- groups


async def unread_groups(ask: Ask) -> Reply:
    """GET /api/v2/notifications/unread_count: groups above the marker."""
    limit, choice = _most_counted(ask), choice_of(ask)
    kinds = ask.params.texts("grouped_types") or list(told.GROUPED)

    async def query(tx: Tx) -> int:
        places = await kept.places(tx, ask.me.id, ("notifications",))
        span = Span(limit=COUNTED[1], above=places[0].last_id if places else -1)
        found = await told.listed(tx, ask.me.id, choice, span, ask.api.clock.now())
        return min(len(groups(found, kinds)), limit)

    return ok({"count": await ask.api.engine.glance(query)})


async def grouped(ask: Ask) -> Reply:
    """GET /api/v2/notifications."""
    page, choice = page_of(ask, default=40, most=80), choice_of(ask)
    kinds = ask.params.texts("grouped_types") or list(told.GROUPED)

    async def query(tx: Tx) -> Reply:
        wide = replace(span_of(page), limit=page.limit * 4)
        found = await told.listed(tx, ask.me.id, choice, wide, ask.api.clock.now())
        chosen = page.nearest(groups(found, kinds))
        members = [member for group in chosen for member in group.members]
        body = await _grouped(ask, tx, chosen)
        return replace(body, headers=links(ask, _filled(page, chosen), [m.id for m in members]))

    return await ask.api.engine.glance(query)


def _filled(page: Page, chosen: list[Group]) -> Page:
    """Return the page as its links count it: rows are groups, cursors are notifications."""
    return page if len(chosen) >= page.limit else replace(page, limit=1 << 30)


async def _grouped(ask: Ask, tx: Tx, chosen: list[Group]) -> Reply:
    return Reply(await render_groups(ask.api.renderer, tx, chosen, ask.me.id, knows_of(ask)))


async def _members(ask: Ask, tx: Tx, limit: int = WIDE) -> list[Told]:
    found = await told.members(
        tx,
        ask.me.id,
        ask.path_params["group_key"],
        replace(span_of(page_of(ask)), limit=limit),
        ask.api.clock.now(),
    )
    if not found:
        raise NotFound(GONE)
    return found


async def group(ask: Ask) -> Reply:
    """GET /api/v2/notifications/:group_key."""

    async def query(tx: Tx) -> Reply:
        found = await _members(ask, tx)
        first = found[0]
        whole = Group(
            key=ask.path_params["group_key"],
            kind=first.kind,
            post_id=first.post_id,
            members=tuple(found),
        )
        return await _grouped(ask, tx, [whole])

    return await ask.api.engine.glance(query)


async def group_accounts(ask: Ask) -> Reply:
    """GET /api/v2/notifications/:group_key/accounts."""
    page = page_of(ask, default=40, most=80)

    async def query(tx: Tx) -> Reply:
        found = await _members(ask, tx, page.limit)
        who = list(dict.fromkeys(one.by_id for one in found))
        faces = await ask.api.renderer.accounts(tx, who, ask.viewer)
        return joined(faces, headers=links(ask, page, [one.id for one in found]))

    return await ask.api.engine.glance(query)


async def dismiss_group(ask: Ask) -> Reply:
    """POST /api/v2/notifications/:group_key/dismiss."""

    async def unit(tx: Tx) -> None:
        found = await _members(ask, tx, 10_000)
        await told.dismiss(tx, ask.me.id, [one.id for one in found])

    await ask.api.engine.write(unit)
    return empty()


# -- policy and requests


async def _policy(ask: Ask, tx: Tx) -> tuple[Policy, dict[str, int]]:
    chosen = await told.policy(tx, ask.me.id)
    every = replace(span_of(page_of(ask)), limit=200)
    waiting = await told.requests(tx, ask.me.id, every, ask.api.clock.now())
    summary = {
        "pending_requests_count": len(waiting),
        "pending_notifications_count": sum(one.count for one in waiting),
    }
    return chosen, summary


async def policy(ask: Ask) -> Reply:
    """GET /api/v2/notifications/policy."""
    chosen, summary = await ask.api.engine.glance(lambda tx: _policy(ask, tx))
    return ok({**{sort: getattr(chosen, sort) for sort in SORTS}, "summary": summary})


async def change_policy(ask: Ask) -> Reply:
    """PATCH (or PUT) /api/v2/notifications/policy."""
    asked = {sort: value for sort in SORTS if (value := ask.params.text(sort)) is not None}
    for sort, value in asked.items():
        if value not in ANSWERS:
            raise Invalid(f"Validation failed: {sort} must be one of {', '.join(ANSWERS)}")

    async def unit(tx: Tx) -> None:
        now = await told.policy(tx, ask.me.id)
        await told.set_policy(tx, ask.me.id, replace(now, **asked))

    await ask.api.engine.write(unit)
    return await policy(ask)


_V1: Final = {
    "filter_not_following": "for_not_following",
    "filter_not_followers": "for_not_followers",
    "filter_new_accounts": "for_new_accounts",
    "filter_private_mentions": "for_private_mentions",
}


async def policy_v1(ask: Ask) -> Reply:
    """GET /api/v1/notifications/policy, with yes and no for filter and accept."""
    chosen, summary = await ask.api.engine.glance(lambda tx: _policy(ask, tx))
    shown = {name: getattr(chosen, sort) != "accept" for name, sort in _V1.items()}
    return ok({**shown, "summary": summary})


async def change_policy_v1(ask: Ask) -> Reply:
    """PUT /api/v1/notifications/policy."""
    asked = {
        sort: "filter" if flag else "accept"
        for name, sort in _V1.items()
        if (flag := ask.params.flag(name)) is not None
    }

    async def unit(tx: Tx) -> None:
        now = await told.policy(tx, ask.me.id)
        await told.set_policy(tx, ask.me.id, replace(now, **asked))

    await ask.api.engine.write(unit)
    return await policy_v1(ask)


async def _requests(ask: Ask, tx: Tx, found: Sequence[Request]) -> list[bytes]:
    renderer = ask.api.renderer
    faces = await renderer.faces(tx, [one.by_id for one in found], ask.viewer)
    posts = await renderer.statuses_by_id(
        tx, [one.post_id for one in found if one.post_id], ask.viewer
    )
    shown = []
    for one in found:
        if one.by_id not in faces:
            continue
        head = msgspec.json.encode(
            {
                "id": ids.text(one.by_id),
                "created_at": moment(one.first),
                "updated_at": moment(ids.moment(one.last)),
                "notifications_count": str(one.count),
            }
        )
        shown.append(b"".join((
            head[:-1], b',"account":', faces[one.by_id],
            b',"last_status":', posts.get(one.post_id, b"null"), b"}",
        )))  # fmt: skip
    return shown


async def requests(ask: Ask) -> Reply:
    """GET /api/v1/notifications/requests."""
    page = page_of(ask, default=40, most=80)

    async def query(tx: Tx) -> Reply:
        found = await told.requests(tx, ask.me.id, span_of(page), ask.api.clock.now())
        shown = await _requests(ask, tx, found)
        return joined(shown, headers=links(ask, page, [one.last for one in found]))

    return await ask.api.engine.glance(query)


async def request(ask: Ask) -> Reply:
    """GET /api/v1/notifications/requests/:id; ids are the senders'."""
    id = ask.id()

    async def query(tx: Tx) -> list[bytes]:
        span = span_of(page_of(ask))
        found = await told.requests(tx, ask.me.id, span, ask.api.clock.now(), by_id=id)
        return await _requests(ask, tx, found)

    shown = await ask.api.engine.glance(query)
    if not shown:
        raise NotFound(GONE)
    return Reply(shown[0])


async def _answer(ask: Ask, state: str) -> Reply:
    who = [ask.id()] if "id" in ask.path_params else ask.ids("id")
    if not who:
        raise NotFound(GONE)
    now = ask.api.clock.now()
    found = await ask.api.engine.write(lambda tx: told.answer(tx, ask.me.id, who[:200], state, now))
    if not found and "id" in ask.path_params:
        raise NotFound(GONE)
    return empty()


async def accept(ask: Ask) -> Reply:
    """POST /api/v1/notifications/requests/:id/accept, or /accept with `id[]`."""
    return await _answer(ask, "accepted")


async def put_away(ask: Ask) -> Reply:
    """POST /api/v1/notifications/requests/:id/dismiss, or /dismiss with `id[]`."""
    return await _answer(ask, "dismissed")


async def merged(ask: Ask) -> Reply:
    """GET /api/v1/notifications/requests/merged: what is accepted is there at once."""
    return ok({"merged": True})


_V1_ON: Final = "/api/v1/notifications"
_V2_ON: Final = "/api/v2/notifications"
_READ, _WRITE = "read:notifications", "write:notifications"
ROUTES: Final = (
    get(_V1_ON, listed, _READ),
    get(f"{_V1_ON}/unread_count", unread_count, _READ),
    post(f"{_V1_ON}/clear", clear, _WRITE),
    post(f"{_V1_ON}/dismiss", dismiss, _WRITE),
    get(f"{_V1_ON}/policy", policy_v1, _READ),
    put(f"{_V1_ON}/policy", change_policy_v1, _WRITE),
    get(f"{_V1_ON}/requests", requests, _READ),
    get(f"{_V1_ON}/requests/merged", merged, _READ),
    post(f"{_V1_ON}/requests/accept", accept, _WRITE),
    post(f"{_V1_ON}/requests/dismiss", put_away, _WRITE),
    get(f"{_V1_ON}/requests/{{id}}", request, _READ),
    post(f"{_V1_ON}/requests/{{id}}/accept", accept, _WRITE),
    post(f"{_V1_ON}/requests/{{id}}/dismiss", put_away, _WRITE),
    delete(f"{_V1_ON}/destroy_multiple", dismiss_several, _WRITE),
    get(f"{_V1_ON}/{{id}}", show, _READ),
    delete(f"{_V1_ON}/{{id}}", dismiss, _WRITE),
    post(f"{_V1_ON}/{{id}}/dismiss", dismiss, _WRITE),
    get(_V2_ON, grouped, _READ),
    get(f"{_V2_ON}/unread_count", unread_groups, _READ),
    post(f"{_V2_ON}/clear", clear, _WRITE),
    get(f"{_V2_ON}/policy", policy, _READ),
    put(f"{_V2_ON}/policy", change_policy, _WRITE),
    get(f"{_V2_ON}/{{group_key}}", group, _READ),
    get(f"{_V2_ON}/{{group_key}}/accounts", group_accounts, _READ, _WRITE),
    post(f"{_V2_ON}/{{group_key}}/dismiss", dismiss_group, _WRITE),
)
