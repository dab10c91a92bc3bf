"""What a department says when, whose every post two look at, and who stands behind a post."""

from typing import Annotated, Final

from msgspec import Meta

from actors import ids
from actors.audience import LocalActor
from actors.errors import NotFound
from actors.membership import Role, may_draft
from fedi.mastodon.asking import Ask
from fedi.mastodon.drafting import departments
from fedi.mastodon.entities import moment, moment_or_none
from fedi.native.asking import (
    Answer,
    Body,
    Endpoint,
    Endpoints,
    Id,
    Moment,
    Nothing,
    When,
    ms_of,
)  # fmt: skip
from fedi.native.drafting import people_of
from fedi.native.questions import Colleague
from fedi.native.reading import wrong
from fedi.native.speaking import speaking_for
from fedi.publishing.wishes import wish_of
from fedi.store import drafts, hydrating, planned, roles
from fedi.store.engine import Tx
from fedi.store.planned import Planned

LONGEST_MS: Final = 366 * 86_400_000


class Period(Body):
    """From a moment up to another, a year at most."""

    since: When
    until: When


class CalendarEntry(Answer):
    """Something that a department says: `kind` is published, scheduled, or the state of a draft."""

    kind: str
    id: Annotated[Id, Meta(description="Of the status, the scheduled status or the draft.")]
    at: Moment
    text: str
    audience: str
    by: Annotated[Colleague | None, Meta(description="Who wrote it.")]
    problem: Annotated[str, Meta(description="Why it could not be published.")]


class FourEyes(Body):
    on: bool


class FourEyesSet(Answer):
    on: bool
    approvers: Annotated[int, Meta(description="How many may approve for it.")]


class StandsBehind(Answer):
    """Who wrote a post of ours and who let it be published; never told outside."""

    status_id: Id
    written_by: Colleague | None
    published_at: Moment
    approved_by: Colleague | None
    approved_at: Moment | None


async def calendar(ask: Ask, body: Period) -> list[CalendarEntry]:
    """GET /departments/:id/calendar."""
    actor = await speaking_for(ask, Role.CONTRIBUTOR)
    start, end = ms_of(body.since), ms_of(body.until)
    if not 0 <= end - start <= LONGEST_MS:
        raise wrong("until", "lies before the start, or more than a year after it")

    async def query(tx: Tx) -> list[CalendarEntry]:
        found = await planned.between(tx, actor.id, start, end)
        people = await people_of(tx, [one.person_id for one in found])
        return [_entry(one, people.get(one.person_id or 0)) for one in found]

    return await ask.api.engine.read(query)


def _entry(one: Planned, by: Colleague | None) -> CalendarEntry:
    text, audience = one.text, one.visibility
    if one.kind != "published":
        wish = wish_of(one.text)
        text, audience = wish.text, wish.visibility
    return CalendarEntry(
        kind=one.kind,
        id=ids.text(one.id),
        at=moment(one.at),
        text=text,
        audience=audience,
        by=by,
        problem=one.problem,
    )


async def four_eyes(ask: Ask, body: Nothing) -> FourEyesSet:
    """GET /departments/:id/four_eyes."""
    actor = await speaking_for(ask, Role.CONTRIBUTOR)
    now = ask.api.clock.now()

    async def query(tx: Tx) -> FourEyesSet:
        on = await drafts.four_eyes(tx, actor.id)
        return FourEyesSet(on=on, approvers=len(await drafts.approvers(tx, actor.id, now)))

    return await ask.api.engine.read(query)


async def set_four_eyes(ask: Ask, body: FourEyes) -> FourEyesSet:
    """PUT /departments/:id/four_eyes."""
    actor = await speaking_for(ask, Role.MANAGER)
    count = await departments(ask).four_eyes(actor, body.on, by=ask.person.id)
    return FourEyesSet(on=body.on, approvers=count)


async def stands_behind(ask: Ask, body: Nothing) -> StandsBehind:
    """GET /statuses/:id/authorship."""
    id, person = ask.id(), ask.person

    async def query(tx: Tx) -> StandsBehind | None:
        post = await hydrating.post_for(tx, id, ask.viewer)
        if post is None:
            post = await hydrating.post_for(tx, id, LocalActor(person.actor_id))
        if post is None or not post.local or post.boost_of is not None:
            return None
        now = ask.api.clock.now()
        if not may_draft(await roles.effective(tx, person.id, post.author_id, now), now):
            return None
        came = next(iter(await drafts.of_post(tx, post.id)), None)
        came = came if came is not None and came.edits_id is None else None
        approved = came.approved_by if came is not None else None
        people = await people_of(tx, [post.acting_person, approved])
        return StandsBehind(
            status_id=ids.text(post.id),
            written_by=people.get(post.acting_person or 0),
            published_at=moment(post.published),
            approved_by=people.get(approved or 0),
            approved_at=moment_or_none(came.approved) if came is not None else None,
        )

    found = await ask.api.engine.read(query)
    if found is None:
        raise NotFound("There is no such post of a department that you speak for.")
    return found


ENDPOINTS: Final[Endpoints] = (
    Endpoint(
        method="GET",
        path="/departments/{id}/calendar",
        summary="What a department says in a period: published, scheduled, waiting for approval",
        handler=calendar,
        scope="fedi:read:drafts",
        body=Period,
        answer=list[CalendarEntry],
    ),
    Endpoint(
        method="GET",
        path="/departments/{id}/four_eyes",
        summary="Whether two people look at all that a department says",
        handler=four_eyes,
        scope="fedi:read:drafts",
        body=Nothing,
        answer=FourEyesSet,
    ),
    Endpoint(
        method="PUT",
        path="/departments/{id}/four_eyes",
        summary="Have two people look at all that a department says, or no more",
        handler=set_four_eyes,
        scope="fedi:write:drafts",
        body=FourEyes,
        answer=FourEyesSet,
    ),
    Endpoint(
        method="GET",
        path="/statuses/{id}/authorship",
        summary="Who wrote a department's post, and who approved it",
        handler=stands_behind,
        scope="fedi:read:drafts",
        body=Nothing,
        answer=StandsBehind,
    ),
)
