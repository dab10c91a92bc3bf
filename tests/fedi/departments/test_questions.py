"""What people do with what their department was asked, and how soon it answers."""

from dataclasses import replace

import pytest

from actors.errors import Forbidden, Invalid, NotFound
from actors.inquiries import Inquiry, State
from actors.membership import Membership, Role
from fedi.departments.questions import Questions
from fedi.store import questions
from fedi.store.questions import Sought
from fedi.store.timelines import Span
from tests.people import (
    ALICE,
    BOB,
    HOUR,
    LEDERGRUPPEN,
    MALLORY,
    MINUTE,
    NOW,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
)
from tests.people import IKT as OTHER
from tests.running import run


@pytest.fixture
def desk(nordvik: Nordvik) -> Questions:
    """Kari is an author of Ledergruppen, Ola a reader (as the cast has it)."""
    return Questions(nordvik.performer)


def asked(nordvik: Nordvik, **values: object) -> Inquiry:
    """Put a question that Alice asked Ledergruppen."""
    post = nordvik.says(ALICE)
    made = Inquiry(
        id=nordvik.performer.new_id(),
        department_id=LEDERGRUPPEN.id,
        post_id=post.id,
        asker_id=ALICE.id,
        asked=nordvik.clock.time,
        latest_id=post.id,
        latest=nordvik.clock.time,
    )
    made = replace(made, **values)  # type: ignore[arg-type]
    nordvik.put(made)
    return made


def page(nordvik: Nordvik, state: str = "", to: int | None = None) -> list[int]:
    sought = Sought(departments=[LEDERGRUPPEN.id], state=state, assigned_to=to)
    found = run(nordvik.engine.read(lambda tx: questions.page(tx, sought, Span(limit=20))))
    return [one.id for one in found]


def test_one_takes_a_question_hands_it_on_and_gives_it_back(
    nordvik: Nordvik, desk: Questions
) -> None:
    nordvik.put(
        Membership(person_id=PERSON_OLA.id, actor_id=LEDERGRUPPEN.id, role=Role.CONTRIBUTOR)
    )
    made, me = asked(nordvik), PERSON_KARI.id
    run(desk.assign(made.id, me, by=me))
    assert page(nordvik, "open", me) == [made.id]
    found = run(desk.assign(made.id, PERSON_OLA.id, by=me))
    assert (found.assigned_to, found.assigned_by, found.assigned) == (PERSON_OLA.id, me, NOW)
    assert run(desk.assign(made.id, None, by=me)) == made


def test_it_is_given_to_nobody_who_may_not_write(nordvik: Nordvik, desk: Questions) -> None:
    made = asked(nordvik)
    for whom in (PERSON_OLA.id, 999):
        with pytest.raises(Invalid):
            run(desk.assign(made.id, whom, by=PERSON_KARI.id))
    nordvik.put(replace(PERSON_KARI, departed=NOW))
    with pytest.raises(Invalid):
        run(desk.assign(made.id, PERSON_KARI.id, by=None))


def test_a_reader_changes_nothing_and_to_strangers_it_is_not_there(
    nordvik: Nordvik, desk: Questions
) -> None:
    made, ola = asked(nordvik), PERSON_OLA.id
    for change in (
        desk.assign(made.id, None, by=ola),
        desk.done(made.id, by=ola),
        desk.reopen(made.id, by=ola),
        desk.note(made.id, "Hei", by=ola),
    ):
        with pytest.raises(Forbidden):
            run(change)
    elsewhere = asked(nordvik, department_id=OTHER.id)
    with pytest.raises(NotFound):
        run(desk.done(elsewhere.id, by=ola))
    with pytest.raises(NotFound):
        run(desk.done(999, by=None))
    role = Membership(
        person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, role=Role.MANAGER, ends=NOW
    )
    nordvik.put(role)
    with pytest.raises(NotFound):
        run(desk.note(made.id, "Hei", by=PERSON_KARI.id))


def test_what_needs_no_answer_is_done_until_it_is_opened_again(
    nordvik: Nordvik, desk: Questions
) -> None:
    made = asked(nordvik)
    found = run(desk.done(made.id, by=PERSON_KARI.id))
    assert (found.state, found.closed, found.closed_by) == (State.DONE, NOW, PERSON_KARI.id)
    assert (page(nordvik, "open"), page(nordvik, "done")) == ([], [made.id])
    assert run(desk.reopen(made.id, by=PERSON_KARI.id)) == made


def test_each_change_is_an_event_that_says_who(nordvik: Nordvik, desk: Questions) -> None:
    made = asked(nordvik)
    run(desk.assign(made.id, PERSON_KARI.id, by=PERSON_KARI.id))
    run(desk.note(made.id, "Ringte ham", by=PERSON_KARI.id))
    rows = nordvik.ask(
        "SELECT actor_id, subject_id, person_id FROM event WHERE kind = 'question'"
        " ORDER BY position"
    )
    assert rows == [(LEDERGRUPPEN.id, made.id, PERSON_KARI.id)] * 2


def test_notes_are_kept_in_their_order_and_within_bounds(nordvik: Nordvik, desk: Questions) -> None:
    made = asked(nordvik)
    run(desk.note(made.id, " Ringte ham ", by=PERSON_KARI.id))
    run(desk.note(made.id, "Svarer i morgen", by=None))
    for text in ("  ", "x" * 5001):
        with pytest.raises(Invalid):
            run(desk.note(made.id, text, by=PERSON_KARI.id))
    found = run(nordvik.engine.read(lambda tx: questions.notes(tx, [made.id])))[made.id]
    assert [(one.person_id, one.text) for one in found] == [
        (PERSON_KARI.id, "Ringte ham"), (None, "Svarer i morgen"),
    ]  # fmt: skip


def test_pages_have_what_the_department_may_see_the_newest_first(nordvik: Nordvik) -> None:
    first, second = asked(nordvik), asked(nordvik)
    asked(nordvik, department_id=OTHER.id)
    gone = asked(nordvik, asker_id=MALLORY.id)
    run(
        nordvik.engine.write(
            lambda tx: tx.run("UPDATE post SET deleted = ? WHERE id = ?", (NOW, gone.post_id))
        )
    )
    assert page(nordvik) == [second.id, first.id]
    sought = Sought(departments=[LEDERGRUPPEN.id])
    below = run(
        nordvik.engine.read(lambda tx: questions.page(tx, sought, Span(limit=20, below=second.id)))
    )
    assert [one.id for one in below] == [first.id]


@pytest.mark.parametrize(
    ("minutes", "median"), [((), None), ((4,), 4), ((4, 8), 6), ((90, 4, 8), 8)]
)
def test_the_time_to_a_first_answer_is_the_one_in_the_middle(
    nordvik: Nordvik, desk: Questions, minutes: tuple[int, ...], median: int | None
) -> None:
    asked(nordvik, asker_id=BOB.id)
    for number in minutes:
        asked(nordvik, state=State.ANSWERED, first_answered=NOW + number * MINUTE)
    old = NOW - 31 * 24 * HOUR
    asked(nordvik, state=State.ANSWERED, asked=old, first_answered=old + MINUTE)
    found = run(desk.figures(LEDERGRUPPEN.id))
    assert (found.waiting, found.oldest) == (1, NOW)
    assert (found.asked, found.answered) == (len(minutes) + 1, len(minutes))
    assert found.median == (None if median is None else median * MINUTE)
