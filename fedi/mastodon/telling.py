"""The JSON of notifications: one by one, and in groups with what they name beside them.

Records come from fedi/store/told.py; a page is made in a constant number of statements.
notifications.py asks for it, and streaming.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from actors import ids
from actors.audience import LocalActor, Viewer
from fedi.mastodon import pending
from fedi.mastodon.collected import CollectionEntity, collections_by_id
from fedi.mastodon.entities import Account, moment
from fedi.mastodon.fallbacks import Knows, NotificationFallback
from fedi.mastodon.rendering import Renderer
from fedi.mastodon.reports import report_json
from fedi.store import reports, told
from fedi.store.engine import Tx
from fedi.store.told import Group, Told, key_of

SAMPLE: Final = 8
"""Accounts that a group names; the rest by /accounts."""
_ENCODE: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What notifications of one page name: posts, collections and reports that are there for the
    reader, and the accounts of those whose kind the app doesn't know."""

    me: int
    posts: Mapping[int, bytes]
    collections: Mapping[int, CollectionEntity]
    reports: Mapping[int, bytes]
    unknown: Mapping[int, Account]
    knows: Knows | None

    def there(self, one: Told) -> bool:
        return (
            (not one.post_id or one.post_id in self.posts)
            and (not one.collection_id or one.collection_id in self.collections)
            and (not one.report_id or one.report_id in self.reports)
        )

    def fallback(self, one: Told) -> NotificationFallback | None:
        by = self.unknown.get(one.by_id)
        if self.knows is None or by is None:
            return None
        about = self.collections.get(one.collection_id)
        return self.knows.fallback(
            one.kind,
            by.display_name or by.username,
            own=one.by_id == self.me,
            details=about.name if about is not None else None,
        )


async def _sheet(
    renderer: Renderer, tx: Tx, found: Sequence[Told], me: int, knows: Knows | None
) -> _Sheet:
    viewer = LocalActor(me)
    posts = await renderer.statuses_by_id(
        tx, [one.post_id for one in found if one.post_id], viewer, context="notifications"
    )
    missing = [one.post_id for one in found if one.post_id and one.post_id not in posts]
    posts |= await pending.told(renderer, tx, missing, me, viewer)
    about = await collections_by_id(
        tx, [one.collection_id for one in found if one.collection_id], viewer, renderer.making.urls
    )
    named = await _reports(renderer, tx, [one.report_id for one in found if one.report_id], viewer)
    unknown: Mapping[int, Account] = {}
    if knows is not None:
        by = list(dict.fromkeys(one.by_id for one in found if knows.lacks(one.kind)))
        unknown = await renderer.account_entities(tx, by, viewer) if by else {}
    return _Sheet(me, posts, about, named, unknown, knows)


async def _reports(
    renderer: Renderer, tx: Tx, ids: Sequence[int], viewer: Viewer
) -> dict[int, bytes]:
    """Return reports as JSON, by id; those about an account that is gone are left out."""
    found = await reports.by_ids(tx, ids)
    if not found:
        return {}
    targets = list(dict.fromkeys(one.target_id for one in found.values()))
    faces = await renderer.faces(tx, targets, viewer)
    return {
        id: _ENCODE(report_json(one, faces[one.target_id]))
        for id, one in found.items()
        if one.target_id in faces
    }


async def render(
    renderer: Renderer, tx: Tx, found: Sequence[Told], me: int, knows: Knows | None = None
) -> list[bytes]:
    """Return notifications as JSON; those whose account, post or collection is gone are left
    out. `knows` is what the app shows of itself."""
    sheet = await _sheet(renderer, tx, found, me, knows)
    by = list(dict.fromkeys(one.by_id for one in found))
    faces = await renderer.faces(tx, by, LocalActor(me))
    return [
        _json(one, faces[one.by_id], sheet)
        for one in found
        if one.by_id in faces and sheet.there(one)
    ]


def _json(one: Told, face: bytes, sheet: _Sheet) -> bytes:
    head = _ENCODE(
        {
            "id": ids.text(one.id),
            "type": one.kind,
            "group_key": key_of(one, told.GROUPED),
            "created_at": moment(one.created),
        }
    )
    return b"".join((
        head[:-1], b',"account":', face, b',"status":', sheet.posts.get(one.post_id, b"null"),
        b',"report":', sheet.reports.get(one.report_id, b"null"),
        b',"event":null,"moderation_warning":null,"collection":',
        _ENCODE(sheet.collections.get(one.collection_id)),
        b',"fallback":', _ENCODE(sheet.fallback(one)), b"}",
    ))  # fmt: skip


async def render_groups(
    renderer: Renderer, tx: Tx, groups: Sequence[Group], me: int, knows: Knows | None = None
) -> bytes:
    """Return groups as JSON with the accounts and posts that they name (GroupedNotifications)."""
    viewer = LocalActor(me)
    sheet = await _sheet(renderer, tx, [one.members[0] for one in groups], me, knows)
    groups = [one for one in groups if sheet.there(one.members[0])]
    samples = {
        one.key: list(dict.fromkeys(member.by_id for member in one.members))[:SAMPLE]
        for one in groups
    }
    everyone = list(dict.fromkeys(id for sample in samples.values() for id in sample))
    faces = await renderer.faces(tx, everyone, viewer)
    counts = await told.counts(tx, me, groups)
    shown = [_group(one, samples[one.key], counts, sheet) for one in groups]
    return (
        b'{"accounts":[' + b",".join(faces.values())
        + b'],"statuses":[' + b",".join(sheet.posts.values())
        + b'],"notification_groups":' + _ENCODE(shown) + b"}"
    )  # fmt: skip


def _group(
    one: Group, sample: list[int], counts: Mapping[str, int], sheet: _Sheet
) -> dict[str, Any]:
    newest, oldest = one.members[0], one.members[-1]
    return {
        "group_key": one.key,
        "notifications_count": max(counts.get(one.key, 1), len(one.members)),
        "type": one.kind,
        "most_recent_notification_id": newest.id,
        "page_min_id": ids.text(oldest.id),
        "page_max_id": ids.text(newest.id),
        "latest_page_notification_at": moment(newest.created),
        "sample_account_ids": [ids.text(id) for id in sample],
        "status_id": ids.text(one.post_id) if one.post_id else None,
        "report": msgspec.Raw(sheet.reports.get(newest.report_id, b"null")),
        "event": None,
        "moderation_warning": None,
        "collection": sheet.collections.get(newest.collection_id),
        "fallback": sheet.fallback(newest),
    }
