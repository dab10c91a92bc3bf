"""Common questions: what departments have answered well, offered before somebody asks again.

Everyone who is signed in reads them, each as far as they may see both posts.
"""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from actors import ids
from actors.errors import NotFound
from actors.inquiries import Inquiry
from fedi.departments.asked_before import AskedBefore
from fedi.mastodon.asking import Ask
from fedi.mastodon.entities import moment
from fedi.mastodon.paging import page_of
from fedi.mastodon.timelines import span_of
from fedi.native.asking import (
    Answer,
    Body,
    Empty,
    Endpoint,
    Endpoints,
    Id,
    Moment,
    Nothing,
    Paged,
    Told,
    paged,
)  # fmt: skip
from fedi.native.questions import opened
from fedi.native.reading import wrong
from fedi.store import questions
from fedi.store.engine import Tx


class Likeness(Body):
    text: Annotated[str, Meta(max_length=5_000, description="What is about to be asked.")]
    department_id: Annotated[Id, Meta(description="Of one department alone.")] | None = None


class BestAnswer(Body):
    status_id: Annotated[Id, Meta(description="The answer, below the question.")]


class CommonQuestion(Answer):
    id: Id
    department_id: Id
    asked_at: Moment
    marked_at: Moment
    marked_by_asker: Annotated[bool, Meta(description="Else by the department.")]
    question: Annotated[msgspec.Raw, Meta(description="A Status.")]
    answer: Annotated[msgspec.Raw, Meta(description="The best answer, a Status.")]


async def every(ask: Ask, body: Paged) -> Told[list[CommonQuestion]]:
    """GET /departments/:id/common-questions."""
    page, department = page_of(ask), ask.id()

    async def look(tx: Tx) -> tuple[list[CommonQuestion], list[int]]:
        found = await questions.asked_before(tx, ask.viewer, department, span_of(page))
        inquiries = [one.inquiry for one in found]
        return await _shown(ask, tx, inquiries), [one.id for one in inquiries]

    shown, cursors = await ask.api.engine.read(look)
    return paged(ask, page, shown, cursors)


async def like(ask: Ask, body: Likeness) -> list[CommonQuestion]:
    """GET /common-questions/like."""
    department = ids.parse(body.department_id) if body.department_id is not None else None
    common = AskedBefore(ask.api.performer)
    found = await common.like(body.text, ask.viewer, department)
    return await ask.api.engine.read(lambda tx: _shown(ask, tx, found))


async def _shown(ask: Ask, tx: Tx, found: Sequence[Inquiry]) -> list[CommonQuestion]:
    wanted = [id for one in found for id in (one.post_id, one.best_id) if id is not None]
    posts = await ask.api.renderer.statuses_by_id(tx, wanted, ask.viewer)
    return [
        CommonQuestion(
            id=ids.text(one.id),
            department_id=ids.text(one.department_id),
            asked_at=moment(one.asked),
            marked_at=moment(one.best or 0),
            marked_by_asker=one.best_by == one.asker_id,
            question=msgspec.Raw(posts[one.post_id]),
            answer=msgspec.Raw(posts[one.best_id]),
        )
        for one in found
        if one.best_id is not None and one.post_id in posts and one.best_id in posts
    ]


async def mark(ask: Ask, body: BestAnswer) -> Empty:
    """POST /questions/:id/best."""
    await opened(ask)
    common = AskedBefore(ask.api.performer)
    await common.mark(ask.id(), _answer(body), by=ask.person.id)
    return Empty()


async def unmark(ask: Ask, body: Nothing) -> Empty:
    """DELETE /questions/:id/best."""
    await opened(ask)
    await AskedBefore(ask.api.performer).mark(ask.id(), None, by=ask.person.id)
    return Empty()


async def solved(ask: Ask, body: BestAnswer) -> Empty:
    """POST /statuses/:id/best."""
    await _own(ask)
    common = AskedBefore(ask.api.performer)
    await common.solved(ask.me, ask.id(), _answer(body), by=ask.person.id)
    return Empty()


async def unsolved(ask: Ask, body: Nothing) -> Empty:
    """DELETE /statuses/:id/best."""
    await _own(ask)
    common = AskedBefore(ask.api.performer)
    await common.solved(ask.me, ask.id(), None, by=ask.person.id)
    return Empty()


async def _own(ask: Ask) -> None:
    """Raise what it means where the person may not write as the actor that asked."""
    ask.must_write()
    id = ask.id()
    if await ask.api.engine.glance(lambda tx: ask.api.renderer.status(tx, id, ask.viewer)) is None:
        raise NotFound("There is no such question of yours.")


def _answer(body: BestAnswer) -> int:
    found = ids.parse(body.status_id)
    if found is None:
        raise wrong("status_id", "is no id")
    return found


_READ, _WRITE = "fedi:read:questions", "fedi:write:questions"
ENDPOINTS: Final[Endpoints] = (
    Endpoint(
        method="GET",
        path="/departments/{id}/common-questions",
        summary="What a department has answered well, the newest first",
        handler=every,
        scope=_READ,
        body=Paged,
        answer=list[CommonQuestion],
    ),
    Endpoint(
        method="GET",
        path="/common-questions/like",
        summary="What was asked before in much the same words, the likest first",
        handler=like,
        scope=_READ,
        body=Likeness,
        answer=list[CommonQuestion],
    ),
    Endpoint(
        method="POST",
        path="/questions/{id}/best",
        summary="Say for the department which answer is the best",
        handler=mark,
        scope=_WRITE,
        body=BestAnswer,
        answer=Empty,
    ),
    Endpoint(
        method="DELETE",
        path="/questions/{id}/best",
        summary="Say that none is the best answer",
        handler=unmark,
        scope=_WRITE,
        body=Nothing,
        answer=Empty,
    ),
    Endpoint(
        method="POST",
        path="/statuses/{id}/best",
        summary="Say of one's own question what solved it",
        handler=solved,
        scope=_WRITE,
        body=BestAnswer,
        answer=Empty,
    ),
    Endpoint(
        method="DELETE",
        path="/statuses/{id}/best",
        summary="Say of one's own question that nothing solved it yet",
        handler=unsolved,
        scope=_WRITE,
        body=Nothing,
        answer=Empty,
    ),
)
