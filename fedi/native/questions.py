"""What departments were asked: the inbox of those who answer for them, and what they do with it.

With the person's own token there are the questions of all departments that they have a role for,
with a department's token its own. Posts are shown as the department sees them, since a direct one
is none of the person's; notes and who took what stay inside.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from actors import ids
from actors.audience import LocalActor
from actors.errors import NotFound
from actors.inquiries import Inquiry, State
from actors.membership import Role
from actors.people import Actor, ActorKind, Person
from fedi.departments.questions import DAY, FIGURES_MS, NOTE_CHARACTERS, Questions
from fedi.mastodon.asking import Ask
from fedi.mastodon.entities import moment, moment_or_none
from fedi.mastodon.paging import page_of
from fedi.mastodon.timelines import span_of
from fedi.native.asking import (
    Answer,
    Body,
    Endpoint,
    Endpoints,
    Id,
    Moment,
    Nothing,
    Paged,
    Told,
    paged,
)  # fmt: skip
from fedi.native.reading import wrong
from fedi.native.speaking import speaking_for
from fedi.organisation import find_person
from fedi.store import conversation, questions, speaking
from fedi.store.engine import Tx
from fedi.store.questions import Sought

_ABSENT: Final = "There is no such question."
_DEPTH: Final = (40, 200)
"""Ancestors and descendants that are shown with a question."""
Changing = Callable[[Ask, Any], Awaitable["QuestionInThread"]]


class Which(StrEnum):
    UNANSWERED = "unanswered"
    MINE = "mine"
    ANSWERED = "answered"
    DONE = "done"
    ALL = "all"


class QuestionsAsked(Paged):
    """Which questions to list."""

    which: Which = Which.UNANSWERED
    department_id: Annotated[Id, Meta(description="Of one department alone.")] | None = None


class Assignment(Body):
    person: Annotated[str, Meta(max_length=100, description="A user name; else oneself.")] = ""


class NewNote(Body):
    text: Annotated[str, Meta(min_length=1, max_length=NOTE_CHARACTERS)]


class Colleague(Answer):
    """Somebody of ours; never shown outside."""

    id: Id
    username: str
    name: str


class QuestionNote(Answer):
    id: Id
    text: str
    created_at: Moment
    by: Colleague | None


class DepartmentAsked(Answer):
    id: Id
    username: str
    name: str


class Question(Answer):
    """What a department was asked, and what became of it."""

    id: Id
    department: DepartmentAsked
    state: State
    asked_at: Moment
    latest_at: Annotated[Moment, Meta(description="When its asker last wrote in it.")]
    assigned_to: Colleague | None
    assigned_at: Moment | None
    answered_at: Moment | None
    answered_by: Annotated[Colleague | None, Meta(description="Who pressed publish.")]
    answer_id: Annotated[Id | None, Meta(description="The department's newest answer.")]
    seconds_to_first_answer: int | None
    done_at: Moment | None
    done_by: Colleague | None
    notes_count: int
    status: Annotated[msgspec.Raw, Meta(description="The post that asks, as a Status.")]


class QuestionInThread(Question):
    """A question with the conversation around it, as the department sees it."""

    notes: Annotated[list[QuestionNote], Meta(description="The oldest first; never leave.")]
    ancestors: Annotated[list[msgspec.Raw], Meta(description="Statuses, oldest first.")]
    descendants: list[msgspec.Raw]


class AnswerFigures(Answer):
    """How a department answers what it is asked: no figure is of a person."""

    waiting: int
    waiting_since: Moment | None
    days: int
    asked: int
    answered: int
    median_seconds_to_first_answer: int | None


# -- reading


async def every(ask: Ask, body: QuestionsAsked) -> Told[list[Question]]:
    """GET /questions."""
    page, now = page_of(ask), ask.api.clock.now()

    async def look(tx: Tx) -> tuple[list[Question], list[int]]:
        departments = await _departments(ask, tx, now)
        if body.department_id is not None:
            wanted = ids.parse(body.department_id)
            departments = {id: one for id, one in departments.items() if id == wanted}
        if not departments:
            return [], []
        found = await questions.page(tx, _sought(ask, body, list(departments)), span_of(page))
        shown = await _shown(ask, tx, found, departments)
        return [one for one in shown if one is not None], [one.id for one in found]

    shown, cursors = await ask.api.engine.read(look)
    return paged(ask, page, shown, cursors)


def _sought(ask: Ask, body: QuestionsAsked, departments: list[int]) -> Sought:
    match body.which:
        case Which.ALL:
            return Sought(departments=departments)
        case Which.MINE:
            state, mine = State.OPEN.value, ask.person.id
            return Sought(departments=departments, state=state, assigned_to=mine)
        case Which.UNANSWERED:
            return Sought(departments=departments, state=State.OPEN.value)
        case other:
            return Sought(departments=departments, state=other.value)


async def _departments(ask: Ask, tx: Tx, now: int) -> dict[int, Actor]:
    """Return the departments whose questions this token opens: with the person's own all that
    they have a role for, with a department's that one."""
    held = await speaking.roles_held(tx, ask.person, now)
    own = ask.me.id == ask.person.actor_id
    return {
        actor.id: actor
        for actor, _ in held
        if actor.kind is ActorKind.ORGANIZATION and (own or actor.id == ask.me.id)
    }


async def one(ask: Ask, body: Nothing) -> QuestionInThread:
    """GET /questions/:id."""
    return await _told(ask, ask.id())


async def _told(ask: Ask, id: int) -> QuestionInThread:
    now = ask.api.clock.now()

    async def look(tx: Tx) -> QuestionInThread | None:
        departments = await _departments(ask, tx, now)
        found = await questions.one(tx, id)
        if found is None or found.department_id not in departments:
            return None
        shown = (await _shown(ask, tx, [found], departments))[0]
        return await _in_thread(ask, tx, found, shown) if shown is not None else None

    found = await ask.api.engine.read(look)
    if found is None:
        raise NotFound(_ABSENT)
    return found


async def _in_thread(ask: Ask, tx: Tx, found: Inquiry, shown: Question) -> QuestionInThread:
    viewer, renderer = LocalActor(found.department_id), ask.api.renderer
    above = await conversation.ancestors(tx, found.post_id, viewer, _DEPTH[0])
    below = await conversation.descendants(tx, found.post_id, viewer, _DEPTH[1])
    notes = (await questions.notes(tx, [found.id]))[found.id]
    known = await questions.people(tx, [note.person_id for note in notes])
    return QuestionInThread(
        **msgspec.structs.asdict(shown),
        notes=[
            QuestionNote(
                id=ids.text(note.id),
                text=note.text,
                created_at=moment(note.created),
                by=_colleague(known, note.person_id),
            )
            for note in notes
        ],
        ancestors=[msgspec.Raw(o) for o in await renderer.statuses(tx, above, viewer)],
        descendants=[msgspec.Raw(o) for o in await renderer.statuses(tx, below, viewer)],
    )


async def _shown(
    ask: Ask, tx: Tx, found: Sequence[Inquiry], departments: Mapping[int, Actor]
) -> list[Question | None]:
    """Return questions as answers; None for one whose post has just gone."""
    posts: dict[tuple[int, int], bytes] = {}
    for department in {one.department_id for one in found}:
        wanted = [one.post_id for one in found if one.department_id == department]
        made = await ask.api.renderer.statuses_by_id(tx, wanted, LocalActor(department))
        posts |= {(department, id): status for id, status in made.items()}
    notes = await questions.counted_notes(tx, [one.id for one in found])
    named = [(one.assigned_to, one.answered_by, one.closed_by) for one in found]
    known = await questions.people(tx, [id for three in named for id in three])
    shown: list[Question | None] = []
    for one in found:
        status = posts.get((one.department_id, one.post_id))
        made_of = (one, departments[one.department_id], known, notes[one.id])
        shown.append(None if status is None else _question(*made_of, status))
    return shown


def _question(
    one: Inquiry, department: Actor, known: Mapping[int, Person], notes: int, status: bytes
) -> Question:
    first = one.first_answered
    return Question(
        id=ids.text(one.id),
        department=DepartmentAsked(
            id=ids.text(department.id), username=department.username, name=department.name
        ),
        state=one.state,
        asked_at=moment(one.asked),
        latest_at=moment(one.latest),
        assigned_to=_colleague(known, one.assigned_to),
        assigned_at=moment_or_none(one.assigned),
        answered_at=moment_or_none(one.answered),
        answered_by=_colleague(known, one.answered_by),
        answer_id=ids.text(one.answer_id) if one.answer_id is not None else None,
        seconds_to_first_answer=None if first is None else (first - one.asked) // 1000,
        done_at=moment_or_none(one.closed),
        done_by=_colleague(known, one.closed_by),
        notes_count=notes,
        status=msgspec.Raw(status),
    )


def _colleague(known: Mapping[int, Person], id: int | None) -> Colleague | None:
    found = known.get(id) if id is not None else None
    if found is None:
        return None
    return Colleague(id=ids.text(found.id), username=found.username, name=found.name)


async def figures(ask: Ask, body: Nothing) -> AnswerFigures:
    """GET /departments/:id/questions/figures."""
    department = await speaking_for(ask, Role.READER)
    found = await Questions(ask.api.performer).figures(department.id)
    return AnswerFigures(
        waiting=found.waiting,
        waiting_since=moment_or_none(found.oldest),
        days=FIGURES_MS // DAY,
        asked=found.asked,
        answered=found.answered,
        median_seconds_to_first_answer=None if found.median is None else found.median // 1000,
    )


# -- changing


async def assign(ask: Ask, body: Assignment) -> QuestionInThread:
    """POST /questions/:id/assign."""
    to = ask.person
    await opened(ask)
    if body.person and body.person != to.username:
        try:
            to = await find_person(ask.api.performer, body.person)
        except NotFound:
            raise wrong("person", "is nobody here") from None
    await Questions(ask.api.performer).assign(ask.id(), to.id, by=ask.person.id)
    return await _told(ask, ask.id())


async def give_back(ask: Ask, body: Nothing) -> QuestionInThread:
    """DELETE /questions/:id/assign."""
    await opened(ask)
    await Questions(ask.api.performer).assign(ask.id(), None, by=ask.person.id)
    return await _told(ask, ask.id())


async def note(ask: Ask, body: NewNote) -> QuestionInThread:
    """POST /questions/:id/notes."""
    await opened(ask)
    await Questions(ask.api.performer).note(ask.id(), body.text, by=ask.person.id)
    return await _told(ask, ask.id())


async def done(ask: Ask, body: Nothing) -> QuestionInThread:
    """POST /questions/:id/done."""
    await opened(ask)
    await Questions(ask.api.performer).done(ask.id(), by=ask.person.id)
    return await _told(ask, ask.id())


async def reopen(ask: Ask, body: Nothing) -> QuestionInThread:
    """POST /questions/:id/reopen."""
    await opened(ask)
    await Questions(ask.api.performer).reopen(ask.id(), by=ask.person.id)
    return await _told(ask, ask.id())


async def opened(ask: Ask) -> None:
    """Raise NotFound for a question that this token doesn't open, whatever its person may."""
    id, now = ask.id(), ask.api.clock.now()

    async def look(tx: Tx) -> bool:
        found = await questions.one(tx, id)
        return found is not None and found.department_id in await _departments(ask, tx, now)

    if not await ask.api.engine.glance(look):
        raise NotFound(_ABSENT)


_READ, _WRITE = "fedi:read:questions", "fedi:write:questions"


def _to(
    method: str, path: str, summary: str, handler: Changing, body: type[Body] = Nothing
) -> Endpoint[Any, Any]:
    """Return an endpoint that changes a question and answers with it."""
    return Endpoint(
        method=method,
        path=f"/questions/{{id}}/{path}",
        summary=summary,
        handler=handler,
        scope=_WRITE,
        body=body,
        answer=QuestionInThread,
    )


ENDPOINTS: Final[Endpoints] = (
    Endpoint(
        method="GET",
        path="/questions",
        summary="What departments were asked, the newest first",
        handler=every,
        scope=_READ,
        body=QuestionsAsked,
        answer=list[Question],
    ),
    Endpoint(
        method="GET",
        path="/questions/{id}",
        summary="A question, its conversation and what colleagues noted",
        handler=one,
        scope=_READ,
        body=Nothing,
        answer=QuestionInThread,
    ),
    Endpoint(
        method="GET",
        path="/departments/{id}/questions/figures",
        summary="How a department has answered in the last thirty days",
        handler=figures,
        scope=_READ,
        body=Nothing,
        answer=AnswerFigures,
    ),
    _to("POST", "assign", "Take a question, or give it to a colleague", assign, Assignment),
    _to("DELETE", "assign", "Give a question back to all", give_back),
    _to("POST", "notes", "Note something for colleagues", note, NewNote),
    _to("POST", "done", "Say that a question needs no answer", done),
    _to("POST", "reopen", "Say that a question waits after all", reopen),
)
