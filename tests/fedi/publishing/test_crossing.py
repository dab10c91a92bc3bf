"""What is noted of a colleague's answer, in the unit that stops the second, and for how long."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from actors.effects import Done, Refusal
from actors.inquiries import Inquiry
from actors.membership import Membership, Role
from actors.verbs import Create
from fedi.publishing.crossing import HEARD_MS, hearing
from fedi.store.unit import UnitStore
from outbox.acts import Acting
from tests.people import ALICE, LEDERGRUPPEN, NOW, PERSON_KARI, PERSON_OLA, Nordvik, note
from tests.running import run


def answering(nordvik: Nordvik) -> Create:
    """What Ola answers to a question that Kari has taken."""
    for one in (PERSON_KARI, PERSON_OLA):
        nordvik.put(Membership(person_id=one.id, actor_id=LEDERGRUPPEN.id, role=Role.AUTHOR))
    post = nordvik.says(ALICE)
    nordvik.put(
        Inquiry(
            id=5,
            department_id=LEDERGRUPPEN.id,
            post_id=post.id,
            asker_id=ALICE.id,
            asked=NOW,
            latest_id=post.id,
            latest=NOW,
            assigned_to=PERSON_KARI.id,
            assigned=NOW,
        )
    )
    said = note(LEDERGRUPPEN, nordvik.post_uri(LEDERGRUPPEN), reply_to=post.uri)
    id = nordvik.urls.parse(said.uri)
    assert id is not None
    return Create(
        uri=nordvik.urls.activity(id.id),
        actor=LEDERGRUPPEN.uri,
        note=said,
        person=PERSON_OLA.id,
    )


def noting(calls: list[str]) -> Callable[[UnitStore, Done | Refusal], Awaitable[None]]:
    async def also(store: UnitStore, outcome: Done | Refusal) -> None:
        calls.append(type(outcome).__name__)

    return also


def test_that_one_was_told_is_noted_with_the_refusal_and_once(nordvik: Nordvik) -> None:
    create, calls = answering(nordvik), list[str]()
    heard = hearing(create, noting(calls))
    assert isinstance(run(nordvik.performer.once(create, heard)), Refusal)
    assert nordvik.ask("SELECT question_id, person_id, mark, until FROM question_told") == [
        (5, PERSON_OLA.id, NOW, NOW + HEARD_MS)
    ]
    assert isinstance(run(nordvik.performer.once(create, heard)), Done)
    assert calls == ["Refusal", "Done"]


def test_another_refusal_notes_nothing(nordvik: Nordvik) -> None:
    create = replace(answering(nordvik), person=99)
    assert isinstance(run(nordvik.performer.once(create, hearing(create, None))), Refusal)
    assert nordvik.ask("SELECT 1 FROM question_told") == []


def test_what_answers_nothing_is_left_as_it_is(nordvik: Nordvik) -> None:
    also = noting([])
    said = nordvik.create(note(ALICE, "https://mastodon.test/notes/1"))
    act = Acting(actor=LEDERGRUPPEN, urls=nordvik.urls, id=1)
    for activity in (said, act.follow(ALICE)):
        assert hearing(activity, also) is also
