"""What a department is asked, as posts come and go: who waits, who answered, and who is told that
a colleague was quicker."""

import asyncio
from dataclasses import replace

import pytest

from actors.effects import Done, Refusal
from actors.inquiries import Inquiry, State
from actors.membership import Membership, Role
from actors.people import Actor, Person
from actors.posts import Post, Visibility
from actors.verbs import Create, Delete
from fedi.publishing.crossing import HEARD_MS, hearing
from tests.people import (
    ALICE,
    BOB,
    IKT,
    KARI,
    LEDERGRUPPEN,
    MINUTE,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
    note,
)
from tests.running import run

QUESTION = "https://mastodon.test/notes/q1"


@pytest.fixture
def desk(nordvik: Nordvik) -> Nordvik:
    """Kari and Ola both answer for Ledergruppen."""
    nordvik.put(
        *(
            Membership(person_id=one.id, actor_id=LEDERGRUPPEN.id, role=Role.AUTHOR)
            for one in (PERSON_KARI, PERSON_OLA)
        )
    )
    return nordvik


def asked(nordvik: Nordvik, uri: str = QUESTION, by: Actor = ALICE, **rest: str) -> Inquiry:
    """Have somebody elsewhere ask Ledergruppen; return the newest question."""
    nordvik.clock.time += MINUTE
    said = note(by, uri, Visibility.PUBLIC, LEDERGRUPPEN, **rest)
    said = replace(said, published=nordvik.clock.time)
    nordvik.done(nordvik.create(said))
    return nordvik.all(Inquiry)[-1]


def saying(nordvik: Nordvik, to: str, by: Person | None, author: Actor = LEDERGRUPPEN) -> Create:
    said = note(author, nordvik.post_uri(author), reply_to=to)
    id = nordvik.urls.parse(said.uri)
    assert id is not None
    return Create(
        uri=nordvik.urls.activity(id.id),
        actor=author.uri,
        note=said,
        visibility=Visibility.PUBLIC,
        person=by.id if by is not None else None,
    )


def answers(nordvik: Nordvik, to: str, by: Person | None) -> Post | str:
    """Have somebody answer as Ledergruppen; return the answer, or with what they were stopped."""
    create = saying(nordvik, to, by)
    outcome = run(nordvik.performer.once(create, hearing(create, None)))
    if isinstance(outcome, Refusal):
        return outcome.code
    assert isinstance(outcome, Done)
    return nordvik.post(create.note.uri)


def state(nordvik: Nordvik, number: int = 0) -> State:
    return State(nordvik.all(Inquiry)[number].state)


def test_what_names_a_department_is_a_question_to_it(desk: Nordvik) -> None:
    made = asked(desk)
    assert (made.department_id, made.asker_id, made.state) == (
        LEDERGRUPPEN.id, ALICE.id, State.OPEN,
    )  # fmt: skip
    assert made.post_id == made.latest_id == desk.post(QUESTION).id
    assert made.asked == desk.clock.time


def test_what_answers_a_department_is_one_too_and_from_inside_as_well(desk: Nordvik) -> None:
    said = desk.says(LEDERGRUPPEN)
    asked(desk, reply_to=said.uri)
    desk.says(OLA, Visibility.INTERNAL, reply_to=said.uri)
    desk.says(KARI, Visibility.DIRECT, LEDERGRUPPEN, IKT)
    found = [(one.asker_id, one.department_id) for one in desk.all(Inquiry)]
    assert sorted(found) == sorted([
        (ALICE.id, LEDERGRUPPEN.id), (OLA.id, LEDERGRUPPEN.id),
        (KARI.id, LEDERGRUPPEN.id), (KARI.id, IKT.id),
    ])  # fmt: skip


def test_what_is_said_to_people_or_by_the_department_itself_is_none(desk: Nordvik) -> None:
    said = desk.says(LEDERGRUPPEN)
    desk.says(LEDERGRUPPEN, Visibility.PUBLIC, KARI, reply_to=said.uri)
    desk.says(OLA, Visibility.INTERNAL, KARI)
    desk.done(desk.create(note(ALICE, QUESTION, Visibility.PUBLIC, OLA)))
    assert desk.all(Inquiry) == []


def test_whom_the_department_blocks_asks_it_nothing(desk: Nordvik) -> None:
    desk.blocks(LEDERGRUPPEN, ALICE)
    desk.done(desk.create(note(ALICE, QUESTION, Visibility.PUBLIC, LEDERGRUPPEN, KARI)))
    assert desk.all(Inquiry) == []


def test_a_post_that_comes_twice_is_one_question(desk: Nordvik) -> None:
    made = asked(desk)
    desk.done(desk.create(note(ALICE, QUESTION, Visibility.PUBLIC, LEDERGRUPPEN), reader=KARI))
    assert desk.all(Inquiry) == [made]


def test_an_answer_says_who_and_when(desk: Nordvik) -> None:
    made = asked(desk)
    desk.clock.time += 5 * MINUTE
    answer = answers(desk, QUESTION, PERSON_KARI)
    assert isinstance(answer, Post)
    (found,) = desk.all(Inquiry)
    assert (found.state, found.answer_id, found.answered_by) == (
        State.ANSWERED, answer.id, PERSON_KARI.id,
    )  # fmt: skip
    assert found.first_answered - made.asked == 5 * MINUTE


def test_an_answer_to_a_post_below_it_answers_it_too(desk: Nordvik) -> None:
    asked(desk)
    said = note(BOB, "https://mastodon.test/notes/b", Visibility.PUBLIC, reply_to=QUESTION)
    desk.done(desk.create(said))
    assert state(desk) is State.OPEN
    assert isinstance(answers(desk, said.uri, PERSON_OLA), Post)
    assert state(desk) is State.ANSWERED


def test_another_departments_answer_is_none(desk: Nordvik) -> None:
    asked(desk)
    desk.done(saying(desk, QUESTION, None, IKT))
    desk.done(saying(desk, QUESTION, None, KARI))
    assert state(desk) is State.OPEN


def test_who_asks_on_opens_it_again_and_the_first_answer_stays_the_first(desk: Nordvik) -> None:
    asked(desk)
    answer = answers(desk, QUESTION, PERSON_KARI)
    assert isinstance(answer, Post)
    first = desk.all(Inquiry)[0].first_answered
    more = asked(desk, "https://mastodon.test/notes/q2", reply_to=answer.uri)
    (found,) = desk.all(Inquiry)
    assert (found.state, found.first_answered) == (State.OPEN, first)
    assert more.latest_id == desk.post("https://mastodon.test/notes/q2").id
    # What was there before, and comes once more, opens nothing.
    assert isinstance(answers(desk, "https://mastodon.test/notes/q2", PERSON_KARI), Post)
    desk.done(desk.create(note(ALICE, QUESTION, Visibility.PUBLIC, LEDERGRUPPEN), reader=KARI))
    assert state(desk) is State.ANSWERED


def test_somebody_else_below_it_asks_a_question_of_their_own(desk: Nordvik) -> None:
    asked(desk)
    asked(desk, "https://mastodon.test/notes/b", BOB, reply_to=QUESTION)
    assert [one.asker_id for one in desk.all(Inquiry)] == [ALICE.id, BOB.id]


def test_a_second_answer_meets_the_first_and_goes_through_when_meant(desk: Nordvik) -> None:
    asked(desk)
    assert isinstance(answers(desk, QUESTION, PERSON_KARI), Post)
    refusal = run(desk.performer.once(saying(desk, QUESTION, PERSON_OLA)))
    assert isinstance(refusal, Refusal)
    assert "Kari Nordmann" in refusal.sentence
    assert refusal.about == "Kari Nordmann"
    assert answers(desk, QUESTION, PERSON_OLA) == "stop_answered"
    assert isinstance(answers(desk, QUESTION, PERSON_OLA), Post)
    assert desk.all(Inquiry)[0].answered_by == PERSON_OLA.id


def test_the_one_who_answered_goes_on_and_so_does_everybody_later(desk: Nordvik) -> None:
    asked(desk)
    assert isinstance(answers(desk, QUESTION, PERSON_KARI), Post)
    assert isinstance(answers(desk, QUESTION, PERSON_KARI), Post)
    desk.clock.time += 10 * MINUTE
    assert isinstance(answers(desk, QUESTION, PERSON_OLA), Post)


def test_one_that_a_colleague_has_taken_stops_the_others_once(desk: Nordvik) -> None:
    made = asked(desk)
    desk.put(replace(made, assigned_to=PERSON_KARI.id, assigned=NOW))
    assert answers(desk, QUESTION, PERSON_OLA) == "stop_taken"
    desk.clock.time += HEARD_MS
    assert answers(desk, QUESTION, PERSON_OLA) == "stop_taken"  # long ago
    assert isinstance(answers(desk, QUESTION, PERSON_OLA), Post)
    assert state(desk) is State.ANSWERED


def test_one_that_a_colleague_has_taken_is_theirs_to_answer(desk: Nordvik) -> None:
    made = asked(desk)
    desk.put(replace(made, assigned_to=PERSON_KARI.id, assigned=NOW))
    assert isinstance(answers(desk, QUESTION, PERSON_KARI), Post)


def test_what_was_told_is_told_anew_when_a_colleague_does_more(desk: Nordvik) -> None:
    made = asked(desk)
    desk.put(replace(made, assigned_to=PERSON_KARI.id, assigned=NOW))
    assert answers(desk, QUESTION, PERSON_OLA) == "stop_taken"
    assert isinstance(answers(desk, QUESTION, PERSON_KARI), Post)
    assert answers(desk, QUESTION, PERSON_OLA) == "stop_answered"


def test_what_was_written_for_later_meets_nobody(desk: Nordvik) -> None:
    asked(desk)
    assert isinstance(answers(desk, QUESTION, PERSON_KARI), Post)
    desk.done(replace(saying(desk, QUESTION, PERSON_OLA), meant=True))


def test_a_question_goes_with_its_post(desk: Nordvik) -> None:
    asked(desk)
    desk.done(Delete(uri=desk.uri(ALICE), actor=ALICE.uri, object=QUESTION))
    assert desk.all(Inquiry) == []


def test_an_answer_taken_back_leaves_it_unanswered(desk: Nordvik) -> None:
    asked(desk)
    answer = answers(desk, QUESTION, PERSON_KARI)
    assert isinstance(answer, Post)
    desk.done(Delete(uri=desk.uri(LEDERGRUPPEN), actor=LEDERGRUPPEN.uri, object=answer.uri))
    (found,) = desk.all(Inquiry)
    assert (found.state, found.answer_id, found.first_answered) == (State.OPEN, None, None)


def test_what_was_asked_on_and_taken_back_leaves_it_answered(desk: Nordvik) -> None:
    asked(desk)
    answer = answers(desk, QUESTION, PERSON_KARI)
    assert isinstance(answer, Post)
    more = "https://mastodon.test/notes/q2"
    asked(desk, more, reply_to=answer.uri)
    desk.done(Delete(uri=desk.uri(ALICE), actor=ALICE.uri, object=more))
    (found,) = desk.all(Inquiry)
    assert (found.state, found.latest_id) == (State.ANSWERED, found.post_id)


def test_of_two_answers_at_the_same_instant_one_meets_the_other(desk: Nordvik) -> None:
    asked(desk)
    both = [saying(desk, QUESTION, one) for one in (PERSON_KARI, PERSON_OLA)]

    async def at_once() -> list[object]:
        return list(await asyncio.gather(*(desk.performer.once(one) for one in both)))

    outcomes = run(at_once())
    refused = [one.code for one in outcomes if isinstance(one, Refusal)]
    assert refused == ["stop_answered"]
    assert sum(isinstance(one, Done) for one in outcomes) == 1
