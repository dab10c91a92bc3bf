"""The rows of what was asked: up a thread, about a post, by page, with their notes."""

from dataclasses import replace

from actors.inquiries import Inquiry, State
from actors.posts import Post, Visibility
from fedi.store import questions
from fedi.store.questions import Note, Sought
from fedi.store.timelines import Span
from tests.people import (
    ALICE,
    BOB,
    IKT,
    LEDERGRUPPEN,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
)
from tests.running import run


def asked(nordvik: Nordvik, post: Post, id: int, **values: object) -> Inquiry:
    made = Inquiry(
        id=id,
        department_id=LEDERGRUPPEN.id,
        post_id=post.id,
        asker_id=post.author_id,
        asked=NOW,
        latest_id=post.id,
        latest=NOW,
    )
    made = replace(made, **values)  # type: ignore[arg-type]
    nordvik.put(made)
    return made


def test_questions_up_a_thread_come_the_nearest_first(nordvik: Nordvik) -> None:
    top = nordvik.says(ALICE)
    middle = nordvik.says(BOB, reply_to=top.uri)
    below = nordvik.says(OLA, Visibility.INTERNAL, reply_to=middle.uri)
    first, second = asked(nordvik, top, 5), asked(nordvik, middle, 6)
    other = asked(nordvik, top, 4, department_id=IKT.id)
    found = run(nordvik.engine.write(lambda tx: questions.above(tx, below.id)))
    assert found == (second, other, first)
    assert run(nordvik.engine.write(lambda tx: questions.above(tx, top.id))) == (other, first)
    # What only looks ahead asks the same, and changes nothing.
    assert run(nordvik.engine.read(lambda tx: questions.above(tx, below.id))) == found


def test_posts_that_answer_in_a_circle_end(nordvik: Nordvik) -> None:
    one = nordvik.says(ALICE)
    two = nordvik.says(BOB, reply_to=one.uri)
    nordvik.put(replace(one, in_reply_to=two.id))
    made = asked(nordvik, one, 5)
    assert run(nordvik.engine.write(lambda tx: questions.above(tx, two.id))) == (made,)


def test_what_a_post_has_to_do_with_is_found_whatever_it_is_of_it(nordvik: Nordvik) -> None:
    post, more, answer = (nordvik.says(ALICE) for _ in range(3))
    made = asked(nordvik, post, 5, latest_id=more.id, answer_id=answer.id, best_id=answer.id)
    for one in (post, more, answer):
        assert run(nordvik.engine.write(lambda tx, one=one: questions.about(tx, one.id))) == (made,)  # type: ignore[misc]
    assert run(nordvik.engine.write(lambda tx: questions.about(tx, 99))) == ()


def test_one_post_asks_a_department_once(nordvik: Nordvik) -> None:
    post = nordvik.says(ALICE)
    made = asked(nordvik, post, 5)
    found = run(nordvik.engine.read(lambda tx: questions.by_post(tx, LEDERGRUPPEN.id, post.id)))
    assert found == made
    missing = run(nordvik.engine.read(lambda tx: questions.by_post(tx, IKT.id, post.id)))
    assert missing is None


def test_a_page_is_chosen_by_state_and_by_whose_it_is(nordvik: Nordvik) -> None:
    open_ = asked(nordvik, nordvik.says(ALICE), 5, assigned_to=PERSON_KARI.id)
    done = asked(nordvik, nordvik.says(ALICE), 6, state=State.DONE, best_id=1)

    def page(**sought: object) -> list[int]:
        wish = Sought(departments=[LEDERGRUPPEN.id, IKT.id], **sought)  # type: ignore[arg-type]
        span = Span(limit=9, above=0, upward=True)
        return [one.id for one in run(
            nordvik.engine.read(lambda tx: questions.page(tx, wish, span))
        )]  # fmt: skip

    assert page() == [done.id, open_.id]
    assert (page(state="open"), page(state="done")) == ([5], [6])
    assert (page(assigned_to=PERSON_KARI.id), page(assigned_to=PERSON_OLA.id)) == ([5], [])
    assert page(best=True) == [6]


def test_one_that_the_department_may_not_see_is_not_there(nordvik: Nordvik) -> None:
    post = nordvik.says(ALICE)
    made = asked(nordvik, post, 5)
    assert run(nordvik.engine.read(lambda tx: questions.one(tx, 5))) == made
    nordvik.put(replace(post, deleted=NOW))
    assert run(nordvik.engine.read(lambda tx: questions.one(tx, 5))) is None
    assert run(nordvik.engine.read(lambda tx: questions.waiting(tx, [LEDERGRUPPEN.id], NOW))) == []


def test_what_is_erased_takes_notes_with_it(nordvik: Nordvik) -> None:
    post = nordvik.says(ALICE)
    asked(nordvik, post, 5)
    note = Note(id=9, question_id=5, person_id=None, text="Ringte", created=NOW)
    run(nordvik.engine.write(lambda tx: questions.add_note(tx, note)))
    run(nordvik.engine.write(lambda tx: questions.tell(tx, 5, None, 1, NOW + 1)))
    counted = run(nordvik.engine.read(lambda tx: questions.counted_notes(tx, [5, 6])))
    assert counted == {5: 1, 6: 0}
    run(nordvik.engine.write(lambda tx: questions.erase(tx, [post.id])))
    for table in ("question", "question_note", "question_told"):
        assert nordvik.ask(f"SELECT 1 FROM {table}") == []


def test_what_was_told_is_known_until_it_is_over_and_then_forgotten(nordvik: Nordvik) -> None:
    run(nordvik.engine.write(lambda tx: questions.tell(tx, 5, PERSON_KARI.id, 1, NOW + 1)))

    def known(person: int | None, mark: int, now: int) -> bool:
        return run(nordvik.engine.read(lambda tx: questions.was_told(tx, 5, person, mark, now)))

    assert known(PERSON_KARI.id, 1, NOW)
    assert not known(PERSON_KARI.id, 1, NOW + 1)
    assert not known(PERSON_KARI.id, 2, NOW)
    assert not known(None, 1, NOW)
    assert run(nordvik.engine.write(lambda tx: questions.forget_told(tx, NOW + 1))) == 1


def test_what_a_person_took_goes_back_where_it_is_open(nordvik: Nordvik) -> None:
    mine = {"assigned_to": PERSON_KARI.id, "assigned": NOW}
    open_ = asked(nordvik, nordvik.says(ALICE), 5, **mine)
    asked(nordvik, nordvik.says(ALICE), 6, state=State.ANSWERED, **mine)
    found = run(nordvik.engine.write(lambda tx: questions.give_back(tx, PERSON_KARI.id)))
    assert found == [open_]
    run(nordvik.engine.write(lambda tx: questions.release(tx, PERSON_KARI.id, IKT.id)))
    assert nordvik.all(Inquiry)[0].assigned_to == PERSON_KARI.id
    run(nordvik.engine.write(lambda tx: questions.release(tx, PERSON_KARI.id, LEDERGRUPPEN.id)))
    assert [one.assigned_to for one in nordvik.all(Inquiry)] == [None, PERSON_KARI.id]


def test_people_and_posts_are_found_many_at_once(nordvik: Nordvik) -> None:
    post = nordvik.says(ALICE)
    people = run(nordvik.engine.read(lambda tx: questions.people(tx, [PERSON_KARI.id, None, 99])))
    assert list(people) == [PERSON_KARI.id]
    assert list(run(nordvik.engine.read(lambda tx: questions.posts(tx, [post.id, 99])))) == [
        post.id
    ]
