"""Hashtags as entities: a page of them in a constant number of statements, history included.

A hashtag has no row of its own; its id is made of its name, so that it is always the same.
"""

import hashlib
from collections.abc import Sequence

from actors import ids
from actors.audience import LocalActor, Viewer
from fedi.mastodon.api import Api
from fedi.mastodon.entities import Entity
from fedi.store import featured, followed, trends
from fedi.store.engine import Tx
from fedi.store.trends import Used


class TagHistory(Entity, kw_only=True):
    """One day; all of it texts, as Mastodon has it. `day` in Unix seconds."""

    day: str
    uses: str
    accounts: str


class Tag(Entity, kw_only=True):
    id: str
    name: str
    url: str
    history: list[TagHistory]
    following: bool | None = None
    featuring: bool | None = None


async def tag_entities(tx: Tx, names: Sequence[str], viewer: Viewer, api: Api) -> list[Tag]:
    """Return hashtags by their folded names, in that order, as `viewer` may know of them: written
    as in the newest post they may see, counted over what they may see."""
    shown = await trends.shown_tags(tx, names, viewer)
    history = await trends.tag_history(tx, names, viewer, api.clock.now())
    reader = viewer.actor_id if isinstance(viewer, LocalActor) else None
    followed_names = await followed.names(tx, reader) if reader is not None else set()
    featured_names = await featured.ids(tx, reader) if reader is not None else {}
    return [
        Tag(
            id=tag_id(name),
            name=shown.get(name, name),
            url=api.urls.tag(name),
            history=history_entities(history[name]),
            following=None if reader is None else name in followed_names,
            featuring=None if reader is None else name in featured_names,
        )
        for name in names
    ]


def tag_id(name: str) -> str:
    """Return the id of a hashtag by its folded name."""
    digest = hashlib.sha256(name.encode("utf-8", "replace")).digest()
    return ids.text(int.from_bytes(digest[:7], "big") | 1 << 56)


def history_entities(days: Sequence[Used]) -> list[TagHistory]:
    """Return days as apps read them."""
    return [
        TagHistory(day=str(one.at // 1000), uses=str(one.uses), accounts=str(one.accounts))
        for one in days
    ]
