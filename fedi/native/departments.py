"""Departments: the organisation as a tree, one of them with all that is known inside, changing it.

Everybody inside may read them; those who manage a department change it, and those who look after
the house make one, give it its number and its place. The whole organisation as rows of a file is
for the latter alone, since it holds people's e-mail addresses.
"""

from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from actors import ids
from actors.departments import CONTACT
from actors.errors import Forbidden, NotFound
from actors.html import plain
from actors.membership import Role
from actors.people import Actor, ActorKind, Exposure
from fedi.departments.exporting import house_of
from fedi.departments.records import ENTRIES, Records
from fedi.departments.showing import Whole, whole_of
from fedi.mastodon.asking import Ask
from fedi.mastodon.entities import moment, moment_or_none
from fedi.native.asking import Answer, Body, Endpoint, Endpoints, Id, Moment, Nothing, Told
from fedi.native.speaking import role_for, speaking_for
from fedi.organisation import NewActor, add_actor
from fedi.publishing import Changes
from fedi.store import departments

_ABSENT: Final = "There is no such department here."
Where = Literal["open", "allowed", "internal"]
Audience = Literal["public", "unlisted", "followers", "direct", "internal"]
Text = Annotated[str | None, Meta(description="Left out, it stays; empty, it goes.")]


class Node(Answer):
    """A department in the tree."""

    id: Id
    username: str
    name: str
    names: dict[str, str]
    parent_id: Id | None
    avatar: str | None
    moved_to: str | None


class Number(Answer):
    """A number in the register of organisations that the house vouches for."""

    value: str
    identifier: Annotated[str, Meta(description="ISO 6523: 0192: and nine digits.")]
    verified_at: Moment | None


class Speaker(Answer):
    """Somebody's role for a department; without dates, it has always held or holds for good."""

    username: str
    name: str
    role: Literal["reader", "contributor", "author", "approver", "manager"]
    starts_at: Moment | None
    ends_at: Moment | None


class Department(Node):
    """A department as it is known inside."""

    summary: str
    number: Number | None
    email: str | None
    phone: str | None
    website: str | None
    address: str | None
    color: str | None
    header: str | None
    exposure: Where
    default_audience: Audience
    language: str
    children: list[Node]
    roles: list[Speaker]
    last_post_id: Annotated[Id | None, Meta(description="Its newest that everybody may read.")]


class Entries(Body):
    """What is to change about a department."""

    name: str | None = None
    names: Annotated[
        dict[str, str] | None, Meta(description="By language: nb, nn, se, en. All of them anew.")
    ] = None
    summary: Text = None
    number: Text = None
    email: Text = None
    phone: Text = None
    website: Text = None
    address: Text = None
    color: Text = None
    parent_id: Annotated[str | None, Meta(description="Empty: it stands at the top.")] = None
    exposure: Where | None = None
    default_audience: Audience | None = None
    language: str | None = None


class NewDepartment(Entries, kw_only=True):
    """A department that is to be."""

    username: Annotated[str, Meta(min_length=1, max_length=30, description="Its handle.")]
    name: Annotated[str, Meta(min_length=1)]


class ExportedRow(Answer):
    """A department or a person, as a line of the file that `fedi org import` reads."""

    kind: Literal["department", "person"]
    handle: str
    values: dict[str, str]


# -- reading


async def tree(ask: Ask, body: Nothing) -> list[Node]:
    """GET /organisation."""
    _inside(ask)
    return [_node(one) for one in await ask.api.engine.read(departments.tree)]


async def one(ask: Ask, body: Nothing) -> Department:
    """GET /departments/:id."""
    _inside(ask)
    return await _whole(ask, ask.id())


async def export(ask: Ask, body: Nothing) -> list[ExportedRow]:
    """GET /organisation/export."""
    house = await house_of(ask.api.performer, ask.api.config.limits)
    return [
        ExportedRow(kind=row.kind.value, handle=row.handle, values=dict(row.values))
        for row in house.standing.rows
    ]


def _inside(ask: Ask) -> None:
    """Raise Forbidden for a guest, who sees groups and nothing else of the house."""
    if ask.me.guest:
        raise Forbidden("Guests see the groups that they are in, and nothing else here.")


async def _whole(ask: Ask, id: int) -> Department:
    now = ask.api.clock.now()

    async def query(tx: Any) -> Whole | None:
        actor = await departments.ours(tx, id)
        if actor is None or actor.kind is not ActorKind.ORGANIZATION:
            return None
        return await whole_of(tx, actor, now)

    found = await ask.api.engine.read(query)
    if found is None:
        raise NotFound(_ABSENT)
    return _shown(found)


def _node(actor: Actor) -> Node:
    return Node(**_named(actor))


def _named(actor: Actor) -> dict[str, Any]:
    return {
        "id": ids.text(actor.id),
        "username": actor.username,
        "name": actor.name,
        "names": dict(actor.names),
        "parent_id": ids.text(actor.parent_id) if actor.parent_id is not None else None,
        "avatar": actor.icon.url if actor.icon is not None else None,
        "moved_to": actor.moved_to or None,
    }


def _shown(found: Whole) -> Department:
    actor, record = found.actor, found.record
    contact: dict[str, Any] = {name: getattr(record, name) or None for name in CONTACT}
    number = Number(
        value=record.number,
        identifier=record.identifier,
        verified_at=moment_or_none(record.verified),
    )
    return Department(
        **_named(actor),
        **contact,
        summary=plain(actor.summary),
        number=number if record.number else None,
        color=record.color or None,
        header=actor.image.url if actor.image is not None else None,
        exposure=actor.exposure.value,
        default_audience=actor.default_audience,  # type: ignore[arg-type]
        language=actor.language,
        children=[_node(child) for child in found.children],
        roles=[
            Speaker(
                username=person.username,
                name=person.name,
                role=role.role.value,
                starts_at=moment(role.starts) if role.starts else None,
                ends_at=moment_or_none(role.ends),
            )
            for person, role in found.roles
        ],
        last_post_id=ids.text(found.newest) if found.newest is not None else None,
    )


# -- changing


async def change(ask: Ask, body: Entries) -> Department:
    """PATCH /departments/:id."""
    actor, person = await _managed(ask)
    await _carry_out(ask, actor, body, person)
    return await _whole(ask, actor.id)


async def create(ask: Ask, body: NewDepartment) -> Told[Department]:
    """POST /departments."""
    exposure = Exposure(body.exposure or "open")
    inside = exposure is Exposure.INTERNAL
    new = NewActor(
        kind=ActorKind.ORGANIZATION,
        username=body.username.removeprefix("@"),
        name=body.name,
        names=body.names or {},
        exposure=exposure,
        default_audience=body.default_audience or ("internal" if inside else "public"),
        discoverable=exposure is Exposure.OPEN,
        language=body.language or "nb",
    )
    await _parent(ask, body)
    actor = await add_actor(ask.api.performer, new, ask.api.config.limits)
    await _carry_out(ask, actor, body, None)
    return Told(await _whole(ask, actor.id), status=201)


async def _managed(ask: Ask) -> tuple[Actor, int | None]:
    """Return the department of the path and in whose name it is changed: by those who manage it,
    or by the house where it is somebody who looks after that."""
    if not ask.person.admin:
        return await speaking_for(ask, Role.MANAGER), ask.person.id
    actor, role = await role_for(ask, ask.id())
    if actor is None or actor.kind is not ActorKind.ORGANIZATION:
        raise NotFound(_ABSENT)
    manages = role is not None and role.role is Role.MANAGER
    return actor, ask.person.id if manages else None


async def _parent(ask: Ask, body: Entries) -> Actor | None:
    if not body.parent_id:
        return None
    id = ids.parse(body.parent_id)
    found = await ask.api.engine.glance(lambda tx: departments.ours(tx, id or 0))
    if found is None:
        raise NotFound("There is no such department to stand under.")
    return found


async def _carry_out(ask: Ask, actor: Actor, body: Entries, person: int | None) -> None:
    records, profiles = Records(ask.api.profiles), ask.api.profiles
    if body.parent_id is not None:
        await records.place(actor, await _parent(ask, body), by=person)
    given = {name: getattr(body, name) for name in ENTRIES}
    entries = {name: text for name, text in given.items() if text is not None}
    if entries:
        await records.change(actor, entries, by=person)
    changes = Changes(
        name=body.name,
        names=body.names,
        summary=body.summary,
        exposure=Exposure(body.exposure) if body.exposure is not None else None,
        default_audience=body.default_audience,
        language=body.language,
    )
    if changes != Changes():
        await profiles.edit(actor, changes, person=person)
    ask.api.callers.forget()


ENDPOINTS: Final[Endpoints] = (
    Endpoint(
        method="GET",
        path="/organisation",
        summary="All departments, with what each stands under",
        handler=tree,
        scope="fedi:read:departments",
        body=Nothing,
        answer=list[Node],
    ),
    Endpoint(
        method="GET",
        path="/organisation/export",
        summary="Departments and people as rows of a file",
        handler=export,
        scope="fedi:read:departments",
        admin=True,
        body=Nothing,
        answer=list[ExportedRow],
    ),
    Endpoint(
        method="POST",
        path="/departments",
        summary="Make a department",
        handler=create,
        scope="fedi:write:departments",
        admin=True,
        body=NewDepartment,
        answer=Department,
        status=201,
    ),
    Endpoint(
        method="GET",
        path="/departments/{id}",
        summary="A department with its number, contact, settings and roles",
        handler=one,
        scope="fedi:read:departments",
        body=Nothing,
        answer=Department,
    ),
    Endpoint(
        method="PATCH",
        path="/departments/{id}",
        summary="Change a department",
        handler=change,
        scope="fedi:write:departments",
        body=Entries,
        answer=Department,
    ),
)
