"""Groups: which there are, what is said, filed and linked there, and their rules.

A group of which the asker may not know is not there. Those who manage it do so with the group's
token or their own, by fedi/groups/keeping.py, as the command line does. Who is in: members.py.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from actors import ids
from actors.errors import Forbidden
from actors.grouping import Access, Posting
from actors.html import plain
from actors.people import Actor, Exposure
from fedi.groups.keeping import NewGroup, Rules
from fedi.mastodon.asking import Ask
from fedi.mastodon.grouping import groups_of
from fedi.mastodon.paging import page_of
from fedi.mastodon.timelines import span_of
from fedi.native.asking import (
    Answer,
    Body,
    Endpoint,
    Endpoints,
    Id,
    Nothing,
    Paged,
    Told,
    paged,
)
from fedi.publishing import Changes
from fedi.store import authored, groups
from fedi.store.authored import OfAuthor
from fedi.store.engine import Tx
from fedi.store.groups import Entry

_NAME: Final = Meta(min_length=1, max_length=500)
_SUMMARY: Final = Meta(max_length=5_000)


class GroupWanted(Body):
    """A group to be made; whoever makes it manages it."""

    username: Annotated[str, Meta(min_length=1, max_length=30, description="Its handle.")]
    name: Annotated[str, _NAME]
    summary: Annotated[str, _SUMMARY] = ""
    access: Access = Access.OPEN
    posting: Posting = Posting.MEMBERS
    exposure: Exposure = Exposure.INTERNAL
    listed: bool = True
    language: Annotated[str, Meta(max_length=12)] = "nb"


class GroupChanges(Body):
    """What is to change; what isn't named stays."""

    name: Annotated[str, _NAME] | None = None
    summary: Annotated[str, _SUMMARY] | None = None
    access: Access | None = None
    posting: Posting | None = None
    exposure: Exposure | None = None
    listed: bool | None = None


class GroupsWanted(Body):
    joined: Annotated[bool, Meta(description="Only those that one is a member of.")] = False


class GroupShown(Answer):
    """A group as the asker may know of it."""

    id: Id
    username: str
    name: str
    summary: str
    access: Access
    posting: Posting
    exposure: Exposure
    listed: bool
    members_count: int
    state: Annotated[str, Meta(description="How one stands to it: member, asked, invited or ''.")]
    manages: bool
    url: str


# -- which there are


def _shown(entry: Entry, managed: list[int]) -> GroupShown:
    group, rules = entry.group, entry.rules
    return GroupShown(
        id=ids.text(group.id),
        username=group.username,
        name=group.name,
        summary=plain(group.summary),
        access=rules.access,
        posting=rules.posting,
        exposure=group.exposure,
        listed=group.discoverable,
        members_count=entry.members,
        state=entry.state,
        manages=group.id in managed,
        url=group.url,
    )


async def _managed(ask: Ask) -> list[int]:
    now = ask.api.clock.now()
    return await ask.api.engine.glance(lambda tx: groups.managed_by(tx, ask.person.id, now))


async def one_of(ask: Ask, group_id: int) -> GroupShown:
    """Return a group as the asker sees it."""
    entry = await groups_of(ask).entry(ask.me, group_id)
    return _shown(entry, await _managed(ask))


async def every(ask: Ask, body: GroupsWanted) -> list[GroupShown]:
    """GET /groups."""
    managed = await _managed(ask)
    found = await groups_of(ask).entries(ask.me, joined=body.joined)
    return [_shown(one, managed) for one in found]


async def show(ask: Ask, body: Nothing) -> GroupShown:
    """GET /groups/:id."""
    return await one_of(ask, ask.id())


async def create(ask: Ask, body: GroupWanted) -> Told[GroupShown]:
    """POST /groups."""
    own(ask)
    new = NewGroup(
        username=body.username.removeprefix("@"),
        name=body.name,
        summary=body.summary,
        access=body.access,
        posting=body.posting,
        exposure=body.exposure,
        listed=body.listed,
        language=body.language,
    )
    made = await groups_of(ask).add(new, ask.person)
    return Told(await one_of(ask, made.id), status=201)


async def change(ask: Ask, body: GroupChanges) -> GroupShown:
    """PATCH /groups/:id."""
    group = await group_of(ask)
    rules = Rules(
        access=body.access,
        posting=body.posting,
        listed=body.listed,
        looks=Changes(name=body.name, summary=body.summary, exposure=body.exposure),
    )
    await groups_of(ask).change(group, rules, person=ask.person.id)
    return await one_of(ask, group.id)


def own(ask: Ask) -> None:
    """Refuse what only a person does, with a token of somebody else's."""
    if ask.me.id != ask.person.actor_id:
        raise Forbidden("Ask with your own token: a department makes no groups.")


async def group_of(ask: Ask) -> Actor:
    """Return the group in the path; NotFound where it is none that the asker may know of."""
    return (await groups_of(ask).entry(ask.me, ask.id())).group


# -- what is in it


async def belonging_to(ask: Ask) -> Actor:
    """Return the group, for whoever is in it, or manages it, or where it is open."""
    entry = await groups_of(ask).entry(ask.me, ask.id())
    closed = entry.rules.access is not Access.OPEN
    member = entry.state == "member" or ask.me.id == entry.group.id
    if closed and not member and not await groups_of(ask).manages(entry.group, ask.person.id):
        raise Forbidden("Only members see what is in this group.")
    return entry.group


async def _posts(ask: Ask, chosen: OfAuthor) -> Told[list[msgspec.Raw]]:
    group, page = await belonging_to(ask), page_of(ask)

    async def query(tx: Tx) -> Told[list[msgspec.Raw]]:
        rows = await authored.in_group(tx, ask.viewer, group.id, span_of(page), chosen)
        shown = await ask.api.renderer.statuses(tx, [row[1] for row in rows], ask.viewer)
        return paged(ask, page, [msgspec.Raw(one) for one in shown], [row[0] for row in rows])

    return await ask.api.engine.read(query)


async def posts(ask: Ask, body: Paged) -> Told[list[msgspec.Raw]]:
    """GET /groups/:id/posts."""
    return await _posts(ask, OfAuthor())


async def files(ask: Ask, body: Paged) -> Told[list[msgspec.Raw]]:
    """GET /groups/:id/files."""
    return await _posts(ask, OfAuthor(only_media=True))


async def links(ask: Ask, body: Paged) -> Told[list[msgspec.Raw]]:
    """GET /groups/:id/links."""
    return await _posts(ask, OfAuthor(linking=True))


_READ, _WRITE = "fedi:read:groups", "fedi:write:groups"
_RAW: Final = list[msgspec.Raw]
ENDPOINTS: Final[Endpoints] = (
    Endpoint(
        method="GET", path="/groups", summary="The groups there are", handler=every,
        scope=_READ, body=GroupsWanted, answer=list[GroupShown],
    ),
    Endpoint(
        method="POST", path="/groups", summary="Make a group", handler=create,
        scope=_WRITE, body=GroupWanted, answer=GroupShown, status=201,
    ),
    Endpoint(
        method="GET", path="/groups/{id}", summary="Show a group", handler=show,
        scope=_READ, body=Nothing, answer=GroupShown,
    ),
    Endpoint(
        method="PUT", path="/groups/{id}", summary="Change a group", handler=change,
        scope=_WRITE, body=GroupChanges, answer=GroupShown,
    ),
    Endpoint(
        method="GET", path="/groups/{id}/posts", summary="What was posted in a group",
        handler=posts, scope=_READ, body=Paged, answer=_RAW,
    ),
    Endpoint(
        method="GET", path="/groups/{id}/files", summary="Its posts with pictures and files",
        handler=files, scope=_READ, body=Paged, answer=_RAW,
    ),
    Endpoint(
        method="GET", path="/groups/{id}/links", summary="Its posts with links to pages",
        handler=links, scope=_READ, body=Paged, answer=_RAW,
    ),
)  # fmt: skip
