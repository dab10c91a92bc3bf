"""Who is in a group: joining and leaving, requests, invitations, and who manages it.

To join is to follow, as in every app: these endpoints say the same with a word of their own.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from actors import ids
from actors.errors import Forbidden, NotFound
from actors.people import Actor, Person
from actors.relationships import RelationState
from fedi.groups.keeping import Groups
from fedi.mastodon.asking import Ask
from fedi.mastodon.grouping import groups_of
from fedi.mastodon.paging import page_of
from fedi.mastodon.timelines import span_of
from fedi.native.asking import (
    Body,
    Empty,
    Endpoint,
    Endpoints,
    Id,
    Nothing,
    Paged,
    Told,
    paged,
)  # fmt: skip
from fedi.native.groups import GroupShown, belonging_to, group_of, one_of
from fedi.store import acquaintances, groups, hydrating
from fedi.store.engine import Tx

_Doing = Callable[[Groups, Actor, Actor, int], Awaitable[object]]


class Whom(Body):
    account_id: Annotated[Id, Meta(description="Whom it is about.")]


async def join(ask: Ask, body: Nothing) -> GroupShown:
    """POST /groups/:id/join."""
    group = await group_of(ask)
    await groups_of(ask).join(ask.me, group, person=ask.person.id)
    return await one_of(ask, group.id)


async def leave(ask: Ask, body: Nothing) -> Empty:
    """POST /groups/:id/leave."""
    await groups_of(ask).leave(ask.me, await group_of(ask), person=ask.person.id)
    return Empty()


async def _accounts(ask: Ask, state: str, group: Actor) -> Told[list[msgspec.Raw]]:
    page = page_of(ask, default=40, most=200)

    async def query(tx: Tx) -> Told[list[msgspec.Raw]]:
        rows = await acquaintances.related(
            tx, group.id, "follow", span_of(page), viewer=ask.viewer, toward=True, state=state
        )
        shown = await ask.api.renderer.accounts(tx, [row[1] for row in rows], ask.viewer)
        return paged(ask, page, [msgspec.Raw(one) for one in shown], [row[0] for row in rows])

    return await ask.api.engine.read(query)


async def members(ask: Ask, body: Paged) -> Told[list[msgspec.Raw]]:
    """GET /groups/:id/members."""
    return await _accounts(ask, RelationState.ACCEPTED.value, await belonging_to(ask))


async def requests(ask: Ask, body: Paged) -> Told[list[msgspec.Raw]]:
    """GET /groups/:id/requests."""
    group = await group_of(ask)
    if not await groups_of(ask).manages(group, ask.person.id):
        raise Forbidden("Only those who manage this group may do that.")
    return await _accounts(ask, RelationState.PENDING.value, group)


async def _whom(ask: Ask, account_id: str) -> Actor:
    id = ids.parse(account_id) or 0

    found = await ask.api.engine.glance(lambda tx: hydrating.actor(tx, id, ask.viewer))
    if found is None:
        raise NotFound("There is no such account.")
    return found


async def _let_in(does: Groups, group: Actor, other: Actor, person: int) -> object:
    return await does.let_in(group, other, person=person)


async def _let_go(does: Groups, group: Actor, other: Actor, person: int) -> object:
    if not await does.remove(group, other, person=person):
        raise NotFound("They are not in this group, and have not asked to be.")
    return None


async def _take_back(does: Groups, group: Actor, other: Actor, person: int) -> object:
    if not await does.take_back(group, other, person=person):
        raise NotFound("They are not invited.")
    return None


def _of(doing: _Doing) -> Callable[[Ask, Nothing], Awaitable[Empty]]:
    """Return the handler that does something to whom the path names."""

    async def handle(ask: Ask, body: Nothing) -> Empty:
        group, other = await group_of(ask), await _whom(ask, ask.path_params["account_id"])
        await doing(groups_of(ask), group, other, ask.person.id)
        return Empty()

    return handle


async def invite(ask: Ask, body: Whom) -> Empty:
    """POST /groups/:id/invitations."""
    group, other = await group_of(ask), await _whom(ask, body.account_id)
    await groups_of(ask).invite(group, other, ask.me, person=ask.person.id)
    return Empty()


async def invited(ask: Ask, body: Nothing) -> list[msgspec.Raw]:
    """GET /groups/:id/invitations."""
    group = await group_of(ask)
    if not await groups_of(ask).manages(group, ask.person.id):
        raise Forbidden("Only those who manage this group may do that.")

    async def query(tx: Tx) -> list[bytes]:
        waiting = [one.id for one in await groups.invited(tx, group.id)]
        return await ask.api.renderer.accounts(tx, waiting, ask.viewer)

    return [msgspec.Raw(one) for one in await ask.api.engine.read(query)]


async def _person(ask: Ask, actor: Actor) -> Person:
    found = await ask.api.engine.glance(lambda tx: groups.person_of(tx, actor.id))
    if found is None:
        raise NotFound("There is no such person here.")
    return found


async def managers(ask: Ask, body: Nothing) -> list[msgspec.Raw]:
    """GET /groups/:id/managers."""
    group, now = await group_of(ask), ask.api.clock.now()

    async def query(tx: Tx) -> list[bytes]:
        found = await groups.managers(tx, group.id, now)
        return await ask.api.renderer.accounts(tx, found, ask.viewer)

    return [msgspec.Raw(one) for one in await ask.api.engine.read(query)]


async def let_manage(ask: Ask, body: Whom) -> Empty:
    """POST /groups/:id/managers."""
    group = await group_of(ask)
    who = await _person(ask, await _whom(ask, body.account_id))
    await groups_of(ask).let_manage(group, who, person=ask.person.id)
    return Empty()


async def end_managing(ask: Ask, body: Nothing) -> Empty:
    """DELETE /groups/:id/managers/:account_id."""
    group = await group_of(ask)
    who = await _person(ask, await _whom(ask, ask.path_params["account_id"]))
    await groups_of(ask).end_managing(group, who, person=ask.person.id)
    return Empty()


_READ, _WRITE = "fedi:read:groups", "fedi:write:groups"
_RAW: Final = list[msgspec.Raw]
ENDPOINTS: Final[Endpoints] = (
    Endpoint(
        method="POST", path="/groups/{id}/join", summary="Join a group, or ask to", handler=join,
        scope=_WRITE, body=Nothing, answer=GroupShown,
    ),
    Endpoint(
        method="POST", path="/groups/{id}/leave", summary="Leave a group", handler=leave,
        scope=_WRITE, body=Nothing, answer=Empty,
    ),
    Endpoint(
        method="GET", path="/groups/{id}/members", summary="Who is in a group", handler=members,
        scope=_READ, body=Paged, answer=_RAW,
    ),
    Endpoint(
        method="DELETE", path="/groups/{id}/members/{account_id}", summary="Let a member go",
        handler=_of(_let_go), scope=_WRITE, body=Nothing, answer=Empty,
    ),
    Endpoint(
        method="GET", path="/groups/{id}/requests", summary="Who asks to join", handler=requests,
        scope=_READ, body=Paged, answer=_RAW,
    ),
    Endpoint(
        method="POST", path="/groups/{id}/requests/{account_id}/accept", summary="Let somebody in",
        handler=_of(_let_in), scope=_WRITE, body=Nothing, answer=Empty,
    ),
    Endpoint(
        method="POST", path="/groups/{id}/requests/{account_id}/reject",
        summary="Turn somebody down", handler=_of(_let_go), scope=_WRITE, body=Nothing,
        answer=Empty,
    ),
    Endpoint(
        method="GET", path="/groups/{id}/invitations", summary="Who is invited", handler=invited,
        scope=_READ, body=Nothing, answer=_RAW,
    ),
    Endpoint(
        method="POST", path="/groups/{id}/invitations", summary="Invite somebody", handler=invite,
        scope=_WRITE, body=Whom, answer=Empty,
    ),
    Endpoint(
        method="DELETE", path="/groups/{id}/invitations/{account_id}",
        summary="Take an invitation back", handler=_of(_take_back), scope=_WRITE, body=Nothing,
        answer=Empty,
    ),
    Endpoint(
        method="GET", path="/groups/{id}/managers", summary="Who manages a group",
        handler=managers, scope=_READ, body=Nothing, answer=_RAW,
    ),
    Endpoint(
        method="POST", path="/groups/{id}/managers", summary="Let somebody manage a group",
        handler=let_manage, scope=_WRITE, body=Whom, answer=Empty,
    ),
    Endpoint(
        method="DELETE", path="/groups/{id}/managers/{account_id}",
        summary="Let somebody manage it no more", handler=end_managing, scope=_WRITE,
        body=Nothing, answer=Empty,
    ),
)  # fmt: skip
