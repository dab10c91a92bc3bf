"""Lists: one's own, who is on them, and the timeline of each."""

from dataclasses import replace
from typing import Final

from actors import ids
from actors.errors import Forbidden, Invalid, NotFound
from fedi.mastodon.asking import Ask, Reply, delete, empty, get, joined, ok, post, put
from fedi.mastodon.entities import Entity
from fedi.mastodon.paging import links, page_of
from fedi.mastodon.relationships import other_of
from fedi.mastodon.timelines import listed, span_of
from fedi.store import acquaintances, lists
from fedi.store.engine import Tx
from fedi.store.lists import List

GONE: Final = "Record not found"
REPLIES: Final = ("followed", "list", "none")
TITLE_CHARACTERS: Final = 256
EVERYONE: Final = 500


class ListEntity(Entity, kw_only=True):
    id: str
    title: str
    replies_policy: str
    exclusive: bool


def _shown(one: List) -> ListEntity:
    return ListEntity(
        id=ids.text(one.id),
        title=one.title,
        replies_policy=one.replies,
        exclusive=one.exclusive,
    )


async def _there(ask: Ask, name: str = "id") -> List:
    """Return a list of the caller's, or a group as one."""
    id = ask.id(name)
    found = await ask.api.engine.glance(lambda tx: lists.one(tx, ask.me.id, id))
    if found is None:
        raise NotFound(GONE)
    return found


async def _own(ask: Ask) -> List:
    """Return a list that the caller may change: a group is kept elsewhere, and joined by
    following it."""
    found = await _there(ask)
    if found.group:
        raise Forbidden("This action is not allowed")
    return found


def _asked(ask: Ask, of: List) -> List:
    """Return a list with the changes that a request asks for."""
    title, replies = ask.params.text("title"), ask.params.text("replies_policy")
    exclusive = ask.params.flag("exclusive")
    new = replace(
        of,
        title=of.title if title is None else title.strip(),
        replies=of.replies if replies is None else replies,
        exclusive=of.exclusive if exclusive is None else exclusive,
    )
    if not new.title:
        raise Invalid("Validation failed: Title can't be blank")
    if len(new.title) > TITLE_CHARACTERS:
        raise Invalid(f"Validation failed: Title is too long (maximum is {TITLE_CHARACTERS})")
    if new.replies not in REPLIES:
        raise Invalid("Validation failed: Replies policy is not included in the list")
    return new


async def every(ask: Ask) -> Reply:
    """GET /api/v1/lists."""

    async def query(tx: Tx) -> list[List]:
        me = ask.me.id
        return [*await lists.of_actor(tx, me), *await lists.groups(tx, me)]

    return ok([_shown(one) for one in await ask.api.engine.glance(query)])


async def show(ask: Ask) -> Reply:
    """GET /api/v1/lists/:id."""
    return ok(_shown(await _there(ask)))


async def create(ask: Ask) -> Reply:
    """POST /api/v1/lists."""
    new = _asked(ask, List(id=ask.api.performer.new_id(), actor_id=ask.me.id, title=""))

    async def unit(tx: Tx) -> None:
        if len(await lists.of_actor(tx, ask.me.id)) >= lists.LISTS_MAX:
            raise Invalid("Validation failed: You have reached the maximum number of lists")
        await lists.keep(tx, new)

    await ask.api.engine.write(unit)
    return ok(_shown(new))


async def change(ask: Ask) -> Reply:
    """PUT /api/v1/lists/:id."""
    new = _asked(ask, await _own(ask))
    await ask.api.engine.write(lambda tx: lists.keep(tx, new))
    return ok(_shown(new))


async def drop(ask: Ask) -> Reply:
    """DELETE /api/v1/lists/:id."""
    of = await _own(ask)
    await ask.api.engine.write(lambda tx: lists.drop(tx, of.id))
    return empty()


async def members(ask: Ask) -> Reply:
    """GET /api/v1/lists/:id/accounts; `limit=0` gives all of them."""
    of = await _there(ask)
    if ask.params.text("limit") == "0":
        ask.params = type(ask.params)({})
        page = page_of(ask, default=EVERYONE, most=EVERYONE)
    else:
        page = page_of(ask, default=40, most=80)

    async def query(tx: Tx) -> Reply:
        if of.group:
            rows = await acquaintances.related(
                tx, of.id, "follow", span_of(page), viewer=ask.viewer, toward=True
            )
        else:
            rows = await lists.members(tx, of.id, span_of(page))
        faces = await ask.api.renderer.accounts(tx, [row[1] for row in rows], ask.viewer)
        return joined(faces, headers=links(ask, page, [row[0] for row in rows]))

    return await ask.api.engine.glance(query)


async def add(ask: Ask) -> Reply:
    """POST /api/v1/lists/:id/accounts with `account_ids[]`; only those one follows."""
    of, wanted = await _own(ask), ask.ids("account_ids")[: lists.MEMBERS_MAX]

    async def unit(tx: Tx) -> None:
        known = await acquaintances.standings(tx, ask.me.id, wanted)
        follows = [one.id for one in known if one.follows == "accepted" or one.id == ask.me.id]
        if not wanted or len(follows) < len(wanted):
            raise NotFound(GONE)
        await lists.add(tx, of.id, follows)

    await ask.api.engine.write(unit)
    return empty()


async def remove(ask: Ask) -> Reply:
    """DELETE /api/v1/lists/:id/accounts with `account_ids[]`, in body or query."""
    of, gone = await _own(ask), ask.ids("account_ids")[: lists.MEMBERS_MAX]
    await ask.api.engine.write(lambda tx: lists.remove(tx, of.id, gone))
    return empty()


async def holding(ask: Ask) -> Reply:
    """GET /api/v1/accounts/:id/lists."""
    other = await other_of(ask)
    found = await ask.api.engine.glance(lambda tx: lists.holding(tx, ask.me.id, other.id))
    return ok([_shown(one) for one in found])


async def timeline(ask: Ask) -> Reply:
    """GET /api/v1/timelines/list/:list_id."""
    page, of = page_of(ask), await _there(ask, "list_id")

    async def query(tx: Tx) -> Reply:
        rows = await lists.timeline(tx, of, span_of(page))
        return await listed(ask, tx, rows, page, "home")

    return await ask.api.engine.read(query)


ROUTES: Final = (
    get("/api/v1/lists", every, "read:lists"),
    post("/api/v1/lists", create, "write:lists"),
    get("/api/v1/lists/{id}", show, "read:lists"),
    put("/api/v1/lists/{id}", change, "write:lists"),
    delete("/api/v1/lists/{id}", drop, "write:lists"),
    get("/api/v1/lists/{id}/accounts", members, "read:lists"),
    post("/api/v1/lists/{id}/accounts", add, "write:lists"),
    delete("/api/v1/lists/{id}/accounts", remove, "write:lists"),
    get("/api/v1/accounts/{id}/lists", holding, "read:lists"),
    get("/api/v1/timelines/list/{list_id}", timeline, "read:lists"),
)
