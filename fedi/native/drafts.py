"""Drafts of a department: written together, handed in, returned, approved (docs/approval.md).

Whoever speaks for the department, if only as a contributor, sees them all; what one may do with
one of them stands in `may`. The same rules as in apps and on the command line.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from actors import ids
from actors.audience import LocalActor
from actors.drafts import DraftState, SharedDraft
from actors.errors import NotFound
from actors.membership import Role, may_draft
from actors.people import Actor
from actors.posts import Visibility
from fedi.departments.drafting import Outdated
from fedi.departments.drafts import Drafts
from fedi.mastodon.asking import Ask
from fedi.mastodon.composing import language_of
from fedi.mastodon.drafting import departments
from fedi.mastodon.entities import moment
from fedi.mastodon.paging import page_of
from fedi.mastodon.timelines import span_of
from fedi.native.asking import (
    Body,
    Empty,
    Endpoint,
    Endpoints,
    Nothing,
    Told,
    ms_of,
    paged,
)  # fmt: skip
from fedi.native.drafting import (
    ChangedDraft,
    DraftComment,
    DraftInFull,
    DraftReason,
    DraftShown,
    DraftStep,
    DraftsWanted,
    NewDraft,
    ReadDraft,
    people_of,
    shown,
)  # fmt: skip
from fedi.native.reading import wrong
from fedi.native.speaking import speaking_for
from fedi.publishing.wishes import Wish, wish_of
from fedi.store import drafts, hydrating, roles
from fedi.store.engine import Tx

_ABSENT: Final = "There is no such draft."
_ON_THE_WAY: Final = (
    DraftState.OPEN, DraftState.PENDING, DraftState.RETURNED, DraftState.APPROVED,
)  # fmt: skip
_Doing = Callable[[Ask, Any], Awaitable[DraftShown]]


# -- finding


async def find(ask: Ask) -> tuple[SharedDraft, Actor]:
    """Return the draft that the path names, and its department; NotFound to all who do not speak
    for it."""
    id, person = ask.id(), ask.person

    async def look(tx: Tx) -> tuple[SharedDraft, Actor] | None:
        draft = await drafts.one(tx, id)
        if draft is None or ask.me.id not in (draft.actor_id, person.actor_id):
            return None
        now = ask.api.clock.now()
        role = await roles.effective(tx, person.id, draft.actor_id, now)
        actor = await hydrating.actor(tx, draft.actor_id)
        return (draft, actor) if actor is not None and may_draft(role, now) else None

    here = await ask.api.engine.glance(look)
    if here is None:
        raise NotFound(_ABSENT)
    return here


async def _told(ask: Ask, draft: SharedDraft) -> DraftShown:
    return (await ask.api.engine.read(lambda tx: shown(ask, tx, [draft])))[0]


async def _wish(ask: Ask, actor: Actor, body: NewDraft, old: Wish | None = None) -> Wish:
    """Return what a request wants said; what it answers must be the department's to see."""
    reply = ""
    if body.in_reply_to_id is not None:
        parent = ids.parse(body.in_reply_to_id) or 0
        viewer = LocalActor(actor.id)
        post = await ask.api.engine.glance(lambda tx: hydrating.post_for(tx, parent, viewer))
        if post is None:
            raise wrong("in_reply_to_id", "is no post that the department sees")
        reply = (await ask.api.interacting.original(post)).uri
    elif old is not None:
        reply = old.reply_to
    if not body.text.strip() and not body.media_ids:
        raise wrong("text", "can't be blank", "ERR_BLANK")
    audience = Visibility(body.audience or actor.default_audience)
    return Wish(
        text=body.text,
        visibility=audience.value,
        summary=body.spoiler_text,
        sensitive=body.sensitive,
        language=language_of(body.language),
        reply_to=reply,
        media=[id for id in map(ids.parse, body.media_ids) if id is not None],
        choices=list(body.poll.options) if body.poll is not None else [],
        multiple=body.poll.multiple if body.poll is not None else False,
        poll_seconds=body.poll.expires_in if body.poll is not None else 0,
        quote=old.quote if old is not None else "",
        quote_policy=old.quote_policy if old is not None else "",
        shown=old.shown if old is not None else {},
        edit_number=old.edit_number if old is not None else 0,
    )


# -- what is asked


async def every(ask: Ask, body: DraftsWanted) -> Told[list[DraftShown]]:
    """GET /departments/:id/drafts."""
    actor, page = await speaking_for(ask, Role.CONTRIBUTOR), page_of(ask)
    states = _ON_THE_WAY if body.state is None else (body.state,)

    async def query(tx: Tx) -> tuple[list[DraftShown], list[int]]:
        rows = await drafts.of_actor(tx, actor.id, states, span_of(page))
        return await shown(ask, tx, rows), [row.id for row in rows]

    found, cursors = await ask.api.engine.read(query)
    return paged(ask, page, found, cursors)


async def begin(ask: Ask, body: NewDraft) -> Told[DraftShown]:
    """POST /departments/:id/drafts."""
    actor = await speaking_for(ask, Role.CONTRIBUTOR)
    due = ms_of(body.scheduled_at) if body.scheduled_at is not None else None
    wish = await _wish(ask, actor, body)
    made = await departments(ask).begin(actor, ask.person.id, wish, due=due)
    return Told(await _told(ask, made), status=201)


async def show(ask: Ask, body: Nothing) -> DraftInFull:
    """GET /drafts/:id."""
    draft, _ = await find(ask)

    async def query(tx: Tx) -> DraftInFull:
        steps = await drafts.steps(tx, draft.id)
        people = await people_of(tx, [one.person_id for one in steps])
        history = [
            DraftStep(
                step=one.step,
                by=people.get(one.person_id or 0),
                at=moment(one.at),
                comment=one.comment,
                text=wish_of(one.wish).text if one.wish else "",
            )
            for one in steps
        ]
        one = (await shown(ask, tx, [draft]))[0]
        fields = {name: getattr(one, name) for name in one.__struct_fields__}
        return DraftInFull(**fields, history=history)

    return await ask.api.engine.read(query)


async def change(ask: Ask, body: ChangedDraft) -> DraftShown:
    """PUT /drafts/:id."""
    draft, actor = await find(ask)
    if body.version != draft.version:
        raise Outdated(draft)
    due = ms_of(body.scheduled_at) if body.scheduled_at is not None else None
    wish = await _wish(ask, actor, body, wish_of(draft.wish) if draft.wish else None)
    return await _told(ask, await departments(ask).change(draft, ask.person.id, wish, due=due))


async def withdraw(ask: Ask, body: Nothing) -> Empty:
    """DELETE /drafts/:id."""
    draft, _ = await find(ask)
    await departments(ask).withdraw(draft, ask.person.id)
    return Empty()


async def _read(ask: Ask, body: ReadDraft) -> tuple[SharedDraft, Drafts]:
    draft, _ = await find(ask)
    if body.version is not None and body.version != draft.version:
        raise Outdated(draft)
    return draft, departments(ask)


async def hand_in(ask: Ask, body: ReadDraft) -> DraftShown:
    """POST /drafts/:id/hand_in."""
    draft, doing = await _read(ask, body)
    return await _told(ask, await doing.hand_in(draft, ask.person.id))


async def approve(ask: Ask, body: ReadDraft) -> DraftShown:
    """POST /drafts/:id/approve."""
    draft, doing = await _read(ask, body)
    return await _told(ask, await doing.approve(draft, ask.person.id))


async def send_back(ask: Ask, body: DraftComment) -> DraftShown:
    """POST /drafts/:id/return."""
    draft, _ = await find(ask)
    done = await departments(ask).send_back(draft, ask.person.id, body.comment)
    return await _told(ask, done)


async def comment(ask: Ask, body: DraftComment) -> DraftShown:
    """POST /drafts/:id/comment."""
    draft, _ = await find(ask)
    return await _told(ask, await departments(ask).comment(draft, ask.person.id, body.comment))


async def reject(ask: Ask, body: DraftReason) -> DraftShown:
    """POST /drafts/:id/reject."""
    draft, _ = await find(ask)
    return await _told(ask, await departments(ask).reject(draft, ask.person.id, body.comment))


def _doing(
    path: str, summary: str, handler: object, body: type[Body]
) -> "Endpoint[Body, DraftShown]":
    return Endpoint(
        method="POST",
        path=f"/drafts/{{id}}/{path}",
        summary=summary,
        handler=handler,  # type: ignore[arg-type]
        scope="fedi:write:drafts",
        body=body,
        answer=DraftShown,
    )


ENDPOINTS: Final[Endpoints] = (
    Endpoint(
        method="GET",
        path="/departments/{id}/drafts",
        summary="The drafts of a department",
        handler=every,
        scope="fedi:read:drafts",
        body=DraftsWanted,
        answer=list[DraftShown],
    ),
    Endpoint(
        method="POST",
        path="/departments/{id}/drafts",
        summary="Begin a draft that all who speak for the department see and change",
        handler=begin,
        scope="fedi:write:drafts",
        body=NewDraft,
        answer=DraftShown,
        status=201,
    ),
    Endpoint(
        method="GET",
        path="/drafts/{id}",
        summary="A draft, and what was done with it",
        handler=show,
        scope="fedi:read:drafts",
        body=Nothing,
        answer=DraftInFull,
    ),
    Endpoint(
        method="PUT",
        path="/drafts/{id}",
        summary="Change a draft; 409 where somebody was quicker, whose words stay",
        handler=change,
        scope="fedi:write:drafts",
        body=ChangedDraft,
        answer=DraftShown,
    ),
    Endpoint(
        method="DELETE",
        path="/drafts/{id}",
        summary="Take a draft back",
        handler=withdraw,
        scope="fedi:write:drafts",
        body=Nothing,
        answer=Empty,
    ),
    _doing("hand_in", "Say that a draft is done", hand_in, ReadDraft),
    _doing("approve", "Publish what a colleague wrote, now or at its time", approve, ReadDraft),
    _doing("return", "Send a draft back with a comment", send_back, DraftComment),
    _doing("comment", "Say something about a draft", comment, DraftComment),
    _doing("reject", "Publish a draft never", reject, DraftReason),
)
