"""People who leave, for those who look after the house: their last day, and coming back.

What a leave ends and what it leaves is in fedi/departments/leavers.py. The person is named by the
user name, as on the command line.
"""

from typing import Annotated, Final

from msgspec import Meta

from actors import ids
from actors.errors import Invalid
from actors.people import Actor, Person
from fedi.departments.leavers import Leavers, Left
from fedi.mastodon.asking import Ask
from fedi.mastodon.entities import moment, moment_or_none
from fedi.native.asking import (
    Answer,
    Body,
    Empty,
    Endpoint,
    Endpoints,
    Id,
    Moment,
    Nothing,
    When,
    ms_of,
)  # fmt: skip
from fedi.native.reading import wrong
from fedi.organisation import find_person
from fedi.store import leavers
from fedi.store.leavers import Leaver


class LastDay(Body):
    on: Annotated[When | None, Meta(description="When they leave; else now.")] = None


class ToSeeTo(Answer):
    """A department or group that somebody has to see to."""

    id: Id
    username: str
    name: str


class Leave(Answer):
    """That a person leaves, and what is to be seen to then."""

    username: str
    leaves_at: Moment
    without_manager: Annotated[list[ToSeeTo], Meta(description="Nobody manages them then.")]
    planned_posts_of: Annotated[
        list[ToSeeTo], Meta(description="What they planned there waits for a colleague.")
    ]


class SomebodyLeaving(Answer):
    username: str
    name: Annotated[str, Meta(description="Their own, also when nobody else is shown it.")]
    leaves_at: Moment
    left_at: Moment | None
    name_replaced_at: Moment | None
    posts_deleted_at: Moment | None


async def every(ask: Ask, body: Nothing) -> list[SomebodyLeaving]:
    """GET /people/leavers."""
    return [_shown(*one) for one in await ask.api.engine.read(leavers.every)]


def _shown(row: Leaver, person: Person) -> SomebodyLeaving:
    return SomebodyLeaving(
        username=person.username,
        name=row.name or person.name,
        leaves_at=moment(row.leaves),
        left_at=moment_or_none(row.left_at),
        name_replaced_at=moment_or_none(row.hidden),
        posts_deleted_at=moment_or_none(row.erased),
    )


async def leave(ask: Ask, body: LastDay) -> Leave:
    """POST /people/:username/leave."""
    on = ms_of(body.on) if body.on is not None else None
    if on is not None and on < ask.api.clock.now():
        raise wrong("on", "lies in the past")
    who = await find_person(ask.api.performer, ask.path_params["username"])
    if who.id == ask.person.id and on is None:
        raise Invalid("Somebody else has to do this for you, or on a day that lies ahead.")
    left: Left = await _leavers(ask).leave(who, on=on, by=ask.person.id)
    ask.api.callers.forget()
    return Leave(
        username=who.username,
        leaves_at=moment(left.at),
        without_manager=[_to_see_to(one) for one in left.alone],
        planned_posts_of=[_to_see_to(one) for one in left.planned],
    )


async def come_back(ask: Ask, body: Nothing) -> Empty:
    """POST /people/:username/return."""
    who = await find_person(ask.api.performer, ask.path_params["username"])
    await _leavers(ask).come_back(who, by=ask.person.id)
    return Empty()


def _leavers(ask: Ask) -> Leavers:
    config = ask.api.config
    return Leavers(ask.api.profiles, config.retention, config.organisation.language)


def _to_see_to(actor: Actor) -> ToSeeTo:
    return ToSeeTo(id=ids.text(actor.id), username=actor.username, name=actor.name)


ENDPOINTS: Final[Endpoints] = (
    Endpoint(
        method="GET",
        path="/people/leavers",
        summary="Who leaves and has left",
        handler=every,
        scope="fedi:read:people",
        admin=True,
        body=Nothing,
        answer=list[SomebodyLeaving],
    ),
    Endpoint(
        method="POST",
        path="/people/{username}/leave",
        summary="Have a person leave, now or on a day ahead",
        handler=leave,
        scope="fedi:write:people",
        admin=True,
        body=LastDay,
        answer=Leave,
    ),
    Endpoint(
        method="POST",
        path="/people/{username}/return",
        summary="Have a person back, as long as their name stands",
        handler=come_back,
        scope="fedi:write:people",
        admin=True,
        body=Nothing,
        answer=Empty,
    ),
)
