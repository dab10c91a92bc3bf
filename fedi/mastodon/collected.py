"""The JSON of collections and of what is in them, for whoever shows them: collections.py, and
notifications about them."""

from collections.abc import Mapping, Sequence

from actors import ids
from actors.audience import Viewer
from actors.hashtags import hashtag_key
from actors.urls import Urls
from fedi.mastodon.entities import Entity, StatusTag, moment
from fedi.store import collections
from fedi.store.collections import Collection, Item
from fedi.store.engine import Tx


class CollectionItemEntity(Entity, kw_only=True):
    id: str
    account_id: str | None
    state: str
    created_at: str


class CollectionEntity(Entity, kw_only=True):
    """`item_count` counts what its reader is shown."""

    id: str
    uri: str
    url: str | None
    account_id: str
    name: str
    description: str
    language: str | None
    local: bool
    sensitive: bool
    discoverable: bool
    tag: StatusTag | None
    item_count: int
    items: list[CollectionItemEntity]
    created_at: str
    updated_at: str


def item_entity(one: Item) -> CollectionItemEntity:
    """Return an account's place in a collection, as apps read it."""
    return CollectionItemEntity(
        id=ids.text(one.id),
        account_id=ids.text(one.account_id),
        state=one.state,
        created_at=moment(one.created),
    )


def _entity(one: Collection, items: Sequence[Item], urls: Urls) -> CollectionEntity:
    tag = StatusTag(name=one.tag, url=urls.tag(hashtag_key(one.tag))) if one.tag else None
    return CollectionEntity(
        id=ids.text(one.id),
        uri=urls.collection(one.id),
        url=None,
        account_id=ids.text(one.actor_id),
        name=one.name,
        description=one.description,
        language=one.language or None,
        local=True,
        sensitive=one.sensitive,
        discoverable=one.discoverable,
        tag=tag,
        item_count=len(items),
        items=[item_entity(item) for item in items],
        created_at=moment(one.created),
        updated_at=moment(one.updated),
    )


async def collection_entities(
    tx: Tx, found: Sequence[Collection], viewer: Viewer, urls: Urls
) -> list[CollectionEntity]:
    """Return collections as a viewer is shown them, in one statement more."""
    items = await collections.items(tx, [one.id for one in found], viewer)
    return [_entity(one, items[one.id], urls) for one in found]


async def collections_by_id(
    tx: Tx, wanted: Sequence[int], viewer: Viewer, urls: Urls
) -> Mapping[int, CollectionEntity]:
    """Return those of these collections that are there for a viewer."""
    if not wanted:
        return {}
    found = list((await collections.seen(tx, list(dict.fromkeys(wanted)), viewer)).values())
    shown = await collection_entities(tx, found, viewer, urls)
    return {one.id: entity for one, entity in zip(found, shown, strict=True)}
