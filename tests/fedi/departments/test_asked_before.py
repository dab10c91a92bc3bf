"""Best answers, who marks them, and what is offered to who is about to ask the same."""

from dataclasses import replace

import pytest

from actors.audience import LocalActor, Nobody
from actors.errors import Forbidden, Invalid, NotFound
from actors.inquiries import Inquiry, State
from actors.people import Actor
from actors.posts import Post, Visibility
from fedi.departments.asked_before import AskedBefore
from fedi.search.words import text_of
from fedi.store import questions
from fedi.store.timelines import Span
from tests.people import (
    ALICE,
    IKT,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
)
from tests.running import run


@pytest.fixture
def before(nordvik: Nordvik) -> AskedBefore:
    return AskedBefore(nordvik.performer)


def asked(
    nordvik: Nordvik,
    text: str = "Hei",
    by: Actor = ALICE,
    visibility: Visibility = Visibility.PUBLIC,
) -> tuple[Inquiry, Post]:
    """Put a question to Ledergruppen, indexed, with an answer below it; return both."""
    post = nordvik.says(by, visibility)
    answer = nordvik.says(LEDERGRUPPEN, visibility, reply_to=post.uri)
    made = Inquiry(
        id=nordvik.performer.new_id(),
        department_id=LEDERGRUPPEN.id,
        post_id=post.id,
        asker_id=by.id,
        asked=NOW,
        latest_id=post.id,
        latest=NOW,
    )
    nordvik.put(made)
    words = text_of([text])
    run(
        nordvik.engine.write(
            lambda tx: tx.run(
                "INSERT INTO searched (post_id, words) VALUES (?, ?)", (post.id, words)
            )
        )
    )
    return made, answer


def common(nordvik: Nordvik, viewer: object = None, of: int | None = None) -> list[int]:
    eyes = viewer or LocalActor(OLA.id)
    found = run(
        nordvik.engine.read(
            lambda tx: questions.asked_before(tx, eyes, of, Span(limit=9))  # type: ignore[arg-type]
        )
    )
    return [one.inquiry.id for one in found]


def test_the_department_marks_a_best_answer_and_takes_it_back(
    nordvik: Nordvik, before: AskedBefore
) -> None:
    made, answer = asked(nordvik)
    found = run(before.mark(made.id, answer.id, by=PERSON_KARI.id))
    assert (found.best_id, found.best, found.best_by) == (answer.id, NOW, LEDERGRUPPEN.id)
    assert found.state is State.DONE  # nothing waits
    assert common(nordvik) == common(nordvik, of=LEDERGRUPPEN.id) == [made.id]
    assert common(nordvik, of=IKT.id) == []
    run(before.mark(made.id, None, by=PERSON_KARI.id))
    assert common(nordvik) == []
    with pytest.raises(Forbidden):
        run(before.mark(made.id, answer.id, by=PERSON_OLA.id))


def test_the_asker_says_what_solved_it_and_nobody_else(
    nordvik: Nordvik, before: AskedBefore
) -> None:
    made, answer = asked(nordvik, by=OLA, visibility=Visibility.INTERNAL)
    run(before.solved(OLA, made.post_id, answer.id, by=PERSON_OLA.id))
    assert nordvik.all(Inquiry)[0].best_by == OLA.id
    with pytest.raises(NotFound):
        run(before.solved(KARI, made.post_id, answer.id, by=PERSON_KARI.id))


def test_only_what_answers_it_can_be_the_best_answer(nordvik: Nordvik, before: AskedBefore) -> None:
    made, answer = asked(nordvik)
    _, elsewhere = asked(nordvik)
    nordvik.put(replace(answer, deleted=NOW))
    for id in (made.post_id, elsewhere.id, answer.id, 99):
        with pytest.raises(Invalid):
            run(before.mark(made.id, id, by=None))


def test_who_may_not_see_both_is_offered_nothing(nordvik: Nordvik, before: AskedBefore) -> None:
    inside, answer = asked(nordvik, by=OLA, visibility=Visibility.INTERNAL)
    run(before.mark(inside.id, answer.id, by=None))
    assert common(nordvik) == [inside.id]
    assert common(nordvik, Nobody()) == []
    nordvik.put(replace(answer, deleted=NOW))
    assert common(nordvik) == []


def test_what_was_asked_in_much_the_same_words_is_offered_the_likest_first(
    nordvik: Nordvik, before: AskedBefore
) -> None:
    texts = (
        "Hvordan bestiller jeg nøkkelkort til parkeringskjelleren?",
        "Hvor leverer jeg nøkkelkort når jeg slutter?",
        "Når er kantina åpen i sommer?",
    )
    made = []
    for text in texts:
        one, answer = asked(nordvik, text)
        run(before.mark(one.id, answer.id, by=None))
        made.append(one.id)

    def like(text: str) -> list[int]:
        return [one.id for one in run(before.like(text, LocalActor(OLA.id), None))]

    assert like("bestille nokkelkort til parkering")[0] == made[0]
    assert like("Er kantinen åpen?") == [made[2]]
    assert like("Noe helt annet om barnehage") == []
    assert like("  ") == []
