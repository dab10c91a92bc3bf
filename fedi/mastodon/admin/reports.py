"""Reports as those who keep order see them: read, settled, opened again."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from actors import ids
from actors.errors import NotFound
from fedi.mastodon.admin.accounts import account_json
from fedi.mastodon.admin.ordering import GONE, ordered
from fedi.mastodon.asking import Ask, Handler, Reply, Route, get, ok, post, put
from fedi.mastodon.collected import collections_by_id
from fedi.mastodon.entities import moment, moment_or_none
from fedi.mastodon.paging import links, page_of
from fedi.store import moderation, reports
from fedi.store.engine import Tx
from fedi.store.reports import Reported


async def _report_json(ask: Ask, tx: Tx, found: list[Reported]) -> list[dict[str, Any]]:
    who = {actor.id for one in found for actor in (one.by, one.target)}
    cases = await account_json(ask, tx, list((await moderation.by_ids(tx, list(who))).values()))
    posts = await ask.api.renderer.statuses_by_id(
        tx, [id for one in found for id in one.report.post_ids], ask.viewer
    )
    gathered = await collections_by_id(
        tx, [id for one in found for id in one.report.collection_ids], ask.viewer, ask.api.urls
    )
    return [
        {
            "id": ids.text(one.report.id),
            "action_taken": one.report.closed is not None,
            "action_taken_at": moment_or_none(one.report.closed),
            "category": one.report.category,
            "comment": one.report.comment,
            "forwarded": one.report.forwarded,
            "created_at": moment(one.report.created),
            "updated_at": moment(one.report.closed or one.report.created),
            "account": cases[one.by.id],
            "target_account": cases[one.target.id],
            "assigned_account": None,
            "action_taken_by_account": None,
            "statuses": [msgspec.Raw(posts[id]) for id in one.report.post_ids if id in posts],
            "collections": [gathered[id] for id in one.report.collection_ids if id in gathered],
            "rules": [],
        }
        for one in found
        if one.by.id in cases and one.target.id in cases
    ]


async def all_reports(ask: Ask) -> Reply:
    """GET /api/v1/admin/reports, with `resolved`, `account_id` and `target_account_id`."""
    page = page_of(ask, default=100, most=200)
    resolved = bool(ask.params.flag("resolved"))
    by = ids.parse(ask.params.text("account_id") or "")
    about = ids.parse(ask.params.text("target_account_id") or "")

    async def query(tx: Tx) -> Reply:
        rows = await reports.listed(tx, closed=resolved, before=page.below, limit=page.limit)
        found = [
            one
            for one in rows
            if (by is None or one.by.id == by) and (about is None or one.target.id == about)
        ]
        shown = await _report_json(ask, tx, found)
        return ok(shown, headers=links(ask, page, [one.report.id for one in rows]))

    return await ask.api.engine.read(query)


async def report(ask: Ask) -> Reply:
    """GET /api/v1/admin/reports/:id."""
    id = ask.id()

    async def query(tx: Tx) -> Reply:
        found = await reports.find(tx, id)
        shown = await _report_json(ask, tx, [found] if found is not None else [])
        if not shown:
            raise NotFound(GONE)
        return ok(shown[0])

    return await ask.api.engine.read(query)


def settled(act: Callable[[Tx, int, int], Awaitable[object]]) -> Handler:
    """Return the handler that does something with a report and shows it."""

    async def handle(ask: Ask) -> Reply:
        id, now = ask.id(), ask.api.clock.now()

        async def unit(tx: Tx) -> None:
            if await reports.find(tx, id) is None:
                raise NotFound(GONE)
            await act(tx, id, now)

        await ask.api.engine.write(unit)
        return await report(ask)

    return handle


async def _resolve(tx: Tx, id: int, now: int) -> object:
    return await reports.close(tx, id, now)


async def _reopen(tx: Tx, id: int, now: int) -> object:
    return await reports.reopen(tx, id)


async def _same(tx: Tx, id: int, now: int) -> object:
    """Whoever keeps order here sees all reports; none is anybody's own."""
    return None


_REPORTS: Final = "/api/v1/admin/reports"
_READ, _WRITE = "admin:read:reports", "admin:write:reports"
ROUTES: Final[tuple[Route, ...]] = (
    get(_REPORTS, ordered(all_reports), _READ),
    get(f"{_REPORTS}/{{id}}", ordered(report), _READ),
    put(f"{_REPORTS}/{{id}}", ordered(settled(_same)), _WRITE),
    post(f"{_REPORTS}/{{id}}/assign_to_self", ordered(settled(_same)), _WRITE),
    post(f"{_REPORTS}/{{id}}/unassign", ordered(settled(_same)), _WRITE),
    post(f"{_REPORTS}/{{id}}/resolve", ordered(settled(_resolve)), _WRITE),
    post(f"{_REPORTS}/{{id}}/reopen", ordered(settled(_reopen)), _WRITE),
)
