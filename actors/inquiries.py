"""An inquiry: what a department was asked, as a record, and each thing that can happen to it.

Pure values: every function returns the inquiry as it is afterwards. When they are called stands in
questions.py (what posts mean) and fedi/departments/questions.py (what people do). Times in ms.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    DONE = "done"  # without an answer: a thank you, a mistake, settled by telephone


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What `asker` asked `department` by a post; persons stay inside.

    `latest` is when the asker's newest post in it came, `answered` when the department's newest
    answer went, `first_answered` when the first one did, by which its time is measured. `best` is
    when an answer was marked as the best one, by the actor `best_by`.
    """

    id: int
    department_id: int
    post_id: int
    asker_id: int
    asked: int
    state: State = State.OPEN
    latest_id: int
    latest: int
    assigned_to: int | None = None
    assigned_by: int | None = None
    assigned: int | None = None
    answer_id: int | None = None
    answered: int | None = None
    answered_by: int | None = None
    first_answered: int | None = None
    closed: int | None = None
    closed_by: int | None = None
    best_id: int | None = None
    best: int | None = None
    best_by: int | None = None

    @property
    def is_open(self) -> bool:
        return self.state is State.OPEN


def assign(inquiry: Inquiry, to: int | None, by: int | None, now: int) -> Inquiry:
    """Give it to a person, or back to all (None)."""
    if to is None:
        return replace(inquiry, assigned_to=None, assigned_by=None, assigned=None)
    return replace(inquiry, assigned_to=to, assigned_by=by, assigned=now)


def answer(inquiry: Inquiry, post_id: int, by: int | None, now: int) -> Inquiry:
    """A post of the department's answers it."""
    first = inquiry.first_answered
    return replace(
        inquiry,
        state=State.ANSWERED,
        answer_id=post_id,
        answered=now,
        answered_by=by,
        first_answered=now if first is None else first,
        closed=None,
        closed_by=None,
    )


def close(inquiry: Inquiry, by: int | None, now: int) -> Inquiry:
    """It needs no answer."""
    return replace(inquiry, state=State.DONE, closed=now, closed_by=by)


def reopen(inquiry: Inquiry) -> Inquiry:
    """It waits for an answer, again."""
    return replace(inquiry, state=State.OPEN, closed=None, closed_by=None)


def ask_on(inquiry: Inquiry, post_id: int, now: int) -> Inquiry:
    """Its asker writes once more; what was there before, or comes late, changes nothing."""
    if post_id <= inquiry.latest_id:
        return inquiry
    return replace(reopen(inquiry), latest_id=post_id, latest=now)


def mark_best(inquiry: Inquiry, post_id: int | None, by: int, now: int) -> Inquiry:
    """An answer is the best one, whoever wrote it: nothing waits then. None takes that back."""
    if post_id is None:
        return replace(inquiry, best_id=None, best=None, best_by=None)
    settled = close(inquiry, None, now) if inquiry.is_open else inquiry
    return replace(settled, best_id=post_id, best=now, best_by=by)


def without(inquiry: Inquiry, post_id: int) -> Inquiry | None:
    """A post is gone: with its question all of it (None), with its answer that it was answered,
    with what its asker wrote later that it waits again."""
    if inquiry.post_id == post_id:
        return None
    left = inquiry
    if left.best_id == post_id:
        left = mark_best(left, None, 0, 0)
    if left.answer_id == post_id:
        left = replace(
            left,
            state=State.OPEN if left.state is State.ANSWERED else left.state,
            answer_id=None,
            answered=None,
            answered_by=None,
            first_answered=None,
        )
    if left.latest_id == post_id:
        left = replace(
            left,
            state=State.ANSWERED if left.is_open and left.answer_id is not None else left.state,
            latest_id=left.post_id,
            latest=left.asked,
        )
    return left
