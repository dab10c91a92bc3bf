"""Drafts as they are kept: on both engines, and by whom they may be approved at a moment."""

from dataclasses import replace

from actors.drafts import DraftState, SharedDraft, Step
from actors.membership import Delegation, Membership, Role
from actors.people import Person
from fedi.store import drafts, roles
from fedi.store.engine import Engine
from fedi.store.timelines import Span
from tests.people import DAY, LEDERGRUPPEN, NOW, PERSON_KARI, PERSON_OLA, Nordvik
from tests.running import run

DRAFT = SharedDraft(
    id=7, actor_id=LEDERGRUPPEN.id, author_id=PERSON_OLA.id, state=DraftState.PENDING,
    wish="{}", html="<p>Hei</p>", named=(1, 2), wished=NOW + DAY, created=NOW, changed=NOW,
)  # fmt: skip


def keep(engine: Engine, *rows: SharedDraft) -> None:
    for row in rows:
        run(engine.write(lambda tx, row=row: drafts.add(tx, row)))  # type: ignore[misc]


def approvers(nordvik: Nordvik) -> list[str]:
    now = nordvik.clock.now()
    found = run(nordvik.engine.read(lambda tx: drafts.approvers(tx, LEDERGRUPPEN.id, now)))
    return [one.username for one in found]


def role(person: Person, role: Role, **dates: int) -> Membership:
    return Membership(person_id=person.id, actor_id=LEDERGRUPPEN.id, role=role, **dates)


def test_a_draft_comes_back_as_it_was_kept(engine: Engine) -> None:
    keep(engine, DRAFT)
    assert run(engine.read(lambda tx: drafts.one(tx, 7))) == DRAFT
    assert run(engine.read(lambda tx: drafts.some(tx, [7, 8]))) == [DRAFT]
    assert run(engine.read(lambda tx: drafts.one(tx, 8))) is None


def test_of_two_who_change_it_the_later_is_told(engine: Engine) -> None:
    keep(engine, DRAFT)
    first, second = (replace(DRAFT, version=2, html=text) for text in ("a", "b"))
    assert run(engine.write(lambda tx: drafts.become(tx, DRAFT, first)))
    assert not run(engine.write(lambda tx: drafts.become(tx, DRAFT, second)))
    assert run(engine.read(lambda tx: drafts.one(tx, 7))) == first


def test_it_is_published_once_and_lets_its_words_go(engine: Engine) -> None:
    keep(engine, DRAFT)
    done = [
        run(engine.write(lambda tx: drafts.published(tx, DRAFT, 99, PERSON_KARI.id, NOW + 1)))
        for _ in range(2)
    ]
    assert done == [True, False]
    (found,) = run(engine.read(lambda tx: drafts.of_post(tx, 99)))
    assert (found.state, found.wish, found.html, found.named) == (DraftState.PUBLISHED, "", "", ())
    steps = run(engine.read(lambda tx: drafts.steps(tx, 7)))
    assert [(one.step, one.number) for one in steps] == [(Step.PUBLISH, 1)]
    last = run(engine.read(lambda tx: drafts.last_step(tx, 7)))
    assert last == steps[-1]


def test_a_page_has_those_in_the_states_asked_for(engine: Engine) -> None:
    states = (DraftState.OPEN, DraftState.PENDING, DraftState.PUBLISHED)
    keep(engine, *(replace(DRAFT, id=n, state=states[n % 3]) for n in range(1, 10)))
    found = run(
        engine.read(lambda tx: drafts.of_actor(tx, DRAFT.actor_id, states[:2], Span(limit=3)))
    )
    assert [one.id for one in found] == [9, 7, 6]
    assert run(engine.read(lambda tx: drafts.count(tx, DRAFT.actor_id))) == 6


def test_who_may_approve_changes_with_roles_dates_and_stand_ins(nordvik: Nordvik) -> None:
    assert approvers(nordvik) == []
    nordvik.put(role(PERSON_KARI, Role.APPROVER, ends=NOW + DAY))
    assert approvers(nordvik) == ["kari"]
    covered = Delegation(
        actor_id=LEDERGRUPPEN.id, absent_id=PERSON_KARI.id, stand_in_id=PERSON_OLA.id,
        starts=NOW, ends=NOW + 9 * DAY,
    )  # fmt: skip
    run(nordvik.engine.write(lambda tx: roles.delegate(tx, covered)))
    assert approvers(nordvik) == ["kari", "ola"]
    nordvik.put(replace(PERSON_OLA, departed=NOW))
    assert approvers(nordvik) == ["kari"]
    nordvik.clock.time = NOW + DAY
    assert approvers(nordvik) == []


def test_four_eyes_are_on_or_off(engine: Engine) -> None:
    seen = []
    for on in (False, True, True, False):
        run(engine.write(lambda tx, on=on: drafts.set_four_eyes(tx, 5, on, None, NOW)))  # type: ignore[misc]
        seen.append(run(engine.read(lambda tx: drafts.four_eyes(tx, 5))))
    assert seen == [False, True, True, False]
