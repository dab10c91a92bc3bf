"""Reports: telling those who keep order about somebody, and perhaps their server."""

from typing import Any, Final

import msgspec

from actors import ids
from actors.errors import Invalid, NotFound
from actors.people import Actor
from actors.posts import Post
from actors.relationships import Report
from fedi.mastodon.asking import Ask, Reply, ok, post
from fedi.mastodon.entities import moment, moment_or_none
from fedi.store import collections, hydrating
from fedi.store.collections import Collection
from fedi.store.engine import Tx

GONE: Final = "Record not found"
CATEGORIES: Final = ("spam", "legal", "violation", "other")
MOST_POSTS: Final = 50
MOST_COLLECTIONS: Final = 10


async def create(ask: Ask) -> Reply:
    """POST /api/v1/reports."""
    params = ask.params
    about = ids.parse(params.text("account_id") or "")
    category = params.text("category") or ("violation" if "rule_ids" in params else "other")
    if category not in CATEGORIES:
        raise Invalid("Validation failed: Category is not included in the list")
    wanted = ask.ids("status_ids")[:MOST_POSTS]
    named = ask.ids("collection_ids")[:MOST_COLLECTIONS]

    async def query(tx: Tx) -> tuple[Actor | None, list[Post], list[Collection]]:
        found = [await hydrating.post_for(tx, one, ask.viewer) for one in wanted]
        there = list((await collections.seen(tx, named, ask.viewer)).values())
        known = [one for one in found if one is not None]
        return await hydrating.actor(tx, about or 0, ask.viewer), known, there

    other, posts, gathered = await ask.api.engine.read(query)
    if other is None:
        raise NotFound(GONE)
    report = await ask.api.interacting.report(
        ask.me,
        other,
        [
            *(one for one in posts if one.author_id == other.id),
            *(one for one in gathered if one.actor_id == other.id),
        ],
        params.text("comment") or "",
        category=category,
        forward=bool(params.flag("forward")) and not other.local,
        person=ask.person.id,
    )
    face = await ask.api.engine.glance(
        lambda tx: ask.api.renderer.account(tx, other.id, ask.viewer)
    )
    shown = report_json(report, face or b"null")
    return ok({**shown, "rule_ids": params.texts("rule_ids")[:50] or None})


def report_json(report: Report, face: bytes) -> dict[str, Any]:
    """Return a report as apps read it; `face` is the JSON of the account that it is about."""
    return {
        "id": ids.text(report.id),
        "action_taken": report.closed is not None,
        "action_taken_at": moment_or_none(report.closed),
        "category": report.category,
        "comment": report.comment,
        "forwarded": report.forwarded,
        "created_at": moment(report.created),
        "status_ids": [ids.text(id) for id in report.post_ids],
        "rule_ids": None,
        "collection_ids": [ids.text(id) for id in report.collection_ids] or None,
        "target_account": msgspec.Raw(face),
    }


ROUTES: Final = (post("/api/v1/reports", create, "write:reports"),)
