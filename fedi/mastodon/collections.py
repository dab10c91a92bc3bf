"""Collections: accounts that one recommends, under a name; and being in others' (API level 10).

Early apps ask under `/api/v1_alpha`, which answers the same. What may be done is in
fedi/publishing/collecting.py, what is seen in fedi/store/collections.py.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import msgspec

from actors.errors import Forbidden, Invalid, NotFound
from fedi.mastodon.asking import Ask, By, Reply, Route, delete, empty, get, ok, post, put
from fedi.mastodon.collected import collection_entities, item_entity
from fedi.mastodon.paging import limit_of, number, offset_links
from fedi.mastodon.relationships import other_of
from fedi.mastodon.tags import name_of
from fedi.publishing.collecting import Collecting
from fedi.store import collections
from fedi.store.collections import ITEMS_MAX, Collection
from fedi.store.engine import Tx

GONE: Final = "Record not found"
NAME_CHARACTERS: Final = 40
DESCRIPTION_CHARACTERS: Final = 100
DEFAULT: Final = 40
MOST: Final = 80
DEEPEST: Final = 10_000
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")


def _collecting(ask: Ask) -> Collecting:
    return Collecting(ask.api.performer)


def _window(ask: Ask) -> tuple[int, int]:
    """Return (limit, offset)."""
    offset = number(ask.params.text("offset") or "")
    return limit_of(ask, DEFAULT, MOST), max(0, min(offset, DEEPEST))


async def _listed(ask: Ask, tx: Tx, found: Sequence[Collection], window: tuple[int, int]) -> Reply:
    shown = await collection_entities(tx, found, ask.viewer, ask.api.urls)
    limit, offset = window
    headers = offset_links(ask, offset, limit, len(found))
    return ok({"collections": shown}, headers=headers)


async def of_account(ask: Ask) -> Reply:
    """GET /api/v1/accounts/:id/collections."""
    owner, window = await other_of(ask), _window(ask)

    async def query(tx: Tx) -> Reply:
        found = await collections.of_actor(tx, owner.id, ask.viewer, *window)
        return await _listed(ask, tx, found, window)

    return await ask.api.engine.glance(query)


async def holding(ask: Ask) -> Reply:
    """GET /api/v1/accounts/:id/in_collections: one's own account alone."""
    if ask.id() != ask.me.id:
        await other_of(ask)
        raise Forbidden("This action is not allowed")
    window = _window(ask)

    async def query(tx: Tx) -> Reply:
        return await _listed(ask, tx, await collections.holding(tx, ask.me.id, *window), window)

    return await ask.api.engine.glance(query)


async def show(ask: Ask) -> Reply:
    """GET /api/v1/collections/:id, with its owner and the accounts in it."""
    id = ask.id()

    async def query(tx: Tx) -> Reply:
        found = (await collections.seen(tx, [id], ask.viewer)).get(id)
        if found is None:
            raise NotFound(GONE)
        shown = (await collection_entities(tx, [found], ask.viewer, ask.api.urls))[0]
        who = [found.actor_id, *(int(one.account_id or 0) for one in shown.items)]
        faces = await ask.api.renderer.accounts(tx, list(dict.fromkeys(who)), ask.viewer)
        body = b'{"accounts":[' + b",".join(faces) + b'],"collection":'
        return Reply(body + msgspec.json.encode(shown) + b"}")

    return await ask.api.engine.glance(query)


def _asked(ask: Ask, of: Collection) -> Collection:
    """Return a collection with the changes that a request asks for."""
    name, text = ask.params.text("name"), ask.params.text("description")
    language, tag = ask.params.text("language"), ask.params.text("tag_name")
    sensitive, discoverable = ask.params.flag("sensitive"), ask.params.flag("discoverable")
    new = replace(
        of,
        name=of.name if name is None else name.strip(),
        description=of.description if text is None else text.strip(),
        language=of.language if language is None else language,
        sensitive=of.sensitive if sensitive is None else sensitive,
        discoverable=of.discoverable if discoverable is None else discoverable,
        tag=of.tag if tag is None else name_of(tag)[1] if tag.strip("# ") else "",
    )
    if not new.name:
        raise Invalid("Validation failed: Name can't be blank")
    if len(new.name) > NAME_CHARACTERS:
        raise Invalid(f"Validation failed: Name is too long (maximum is {NAME_CHARACTERS})")
    if len(new.description) > DESCRIPTION_CHARACTERS:
        most = DESCRIPTION_CHARACTERS
        raise Invalid(f"Validation failed: Description is too long (maximum is {most})")
    if new.language and _LANGUAGE.fullmatch(new.language) is None:
        raise Invalid("Validation failed: Language is invalid")
    return new


async def _wrapped(ask: Ask, one: Collection) -> Reply:
    shown = await ask.api.engine.glance(
        lambda tx: collection_entities(tx, [one], ask.viewer, ask.api.urls)
    )
    return ok({"collection": shown[0]})


async def create(ask: Ask) -> Reply:
    """POST /api/v1/collections, with `account_ids[]` to begin with."""
    new = _asked(ask, Collection(id=0, actor_id=ask.me.id, name=""))
    accounts = ask.ids("account_ids")
    if len(accounts) > ITEMS_MAX:
        raise Invalid(f"Validation failed: No more than {ITEMS_MAX} accounts in a collection")
    made = await _collecting(ask).make(ask.me, new, accounts, person=ask.person.id)
    return await _wrapped(ask, made)


async def change(ask: Ask) -> Reply:
    """PATCH (or PUT) /api/v1/collections/:id."""
    id = ask.id()
    found = await ask.api.engine.glance(lambda tx: collections.seen(tx, [id], ask.viewer))
    if id not in found:
        raise NotFound(GONE)
    new = _asked(ask, found[id])
    changed = await _collecting(ask).change(ask.me, new, person=ask.person.id)
    return await _wrapped(ask, changed)


async def drop(ask: Ask) -> Reply:
    """DELETE /api/v1/collections/:id."""
    await _collecting(ask).drop(ask.me, ask.id(), person=ask.person.id)
    return empty()


async def add(ask: Ask) -> Reply:
    """POST /api/v1/collections/:collection_id/items with `account_id`."""
    accounts = ask.ids("account_id")
    if not ask.params.text("account_id"):
        raise Invalid("`account_id` parameter is missing")
    if not accounts:
        raise Invalid("This account cannot be added to collections")
    id = ask.id("collection_id")
    made = await _collecting(ask).add(ask.me, id, accounts[0], person=ask.person.id)
    return ok({"collection_item": item_entity(made)})


async def remove(ask: Ask) -> Reply:
    """DELETE /api/v1/collections/:collection_id/items/:id."""
    id, item = ask.id("collection_id"), ask.id()
    await _collecting(ask).remove(ask.me, id, item, person=ask.person.id)
    return empty()


async def revoke(ask: Ask) -> Reply:
    """POST /api/v1/collections/:collection_id/items/:id/revoke: take oneself off."""
    id, item = ask.id("collection_id"), ask.id()
    await _collecting(ask).revoke(ask.me, id, item, person=ask.person.id)
    return empty()


_READ, _WRITE = "read:collections", "write:collections"


def _under(base: str) -> tuple[Route, ...]:
    one = f"{base}/collections/{{id}}"
    items = f"{base}/collections/{{collection_id}}/items"
    return (
        get(f"{base}/accounts/{{id}}/collections", of_account, _READ, by=By.ANYONE),
        get(f"{base}/accounts/{{id}}/in_collections", holding, _READ),
        post(f"{base}/collections", create, _WRITE),
        get(one, show, _READ, by=By.ANYONE),
        put(one, change, _WRITE),
        delete(one, drop, _WRITE),
        post(items, add, _WRITE),
        delete(f"{items}/{{id}}", remove, _WRITE),
        post(f"{items}/{{id}}/revoke", revoke, _WRITE),
    )


ROUTES: Final = (*_under("/api/v1"), *_under("/api/v1_alpha"))
