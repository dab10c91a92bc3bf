"""What those who keep order see of accounts, and closing and opening them again."""

from fedi.store import moderation
from fedi.store.moderation import Sought
from fedi.store.timelines import Span
from tests.fedi.store.units import read, write
from tests.people import (
    ALICE,
    BOB,
    EVERYONE,
    HOUSE,
    KARI,
    LEDERGRUPPEN,
    NOW,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
)

ALL = Span(limit=40)


def found(nordvik: Nordvik, sought: Sought | None = None, span: Span = ALL) -> list[int]:
    cases = read(nordvik, moderation.accounts, sought or Sought(), span)
    return [case.actor.id for case in cases]


def test_all_but_the_house_itself_are_listed_both_ways(nordvik: Nordvik) -> None:
    ids = sorted((actor.id for actor in EVERYONE if actor is not HOUSE), reverse=True)
    assert found(nordvik) == ids
    assert found(nordvik, span=Span(limit=2, below=ids[1])) == ids[2:4]
    assert found(nordvik, span=Span(limit=2, above=ids[-1], upward=True)) == ids[-3:-1]


def test_accounts_are_sought_by_beginnings_and_kinds(nordvik: Nordvik) -> None:
    assert found(nordvik, Sought(username="AL", local=False)) == [ALICE.id]
    assert found(nordvik, Sought(domain="mastodon.")) == [BOB.id, ALICE.id]
    assert found(nordvik, Sought(name="kari")) == [KARI.id]
    assert found(nordvik, Sought(username="%")) == found(nordvik, Sought(username="_")) == []
    assert found(nordvik, Sought(staff=True)) == []
    assert found(nordvik, Sought(email="x")) == []
    cases = read(nordvik, moderation.by_ids, [KARI.id, ALICE.id, 999])
    assert {id: case.person for id, case in cases.items()} == {
        KARI.id: PERSON_KARI,
        ALICE.id: None,
    }
    assert read(nordvik, moderation.by_ids, []) == {}
    assert PERSON_OLA.actor_id in found(nordvik, Sought(local=True, staff=False))


def test_a_closed_account_is_opened_again_and_each_is_told_once(nordvik: Nordvik) -> None:
    by = {"by": LEDERGRUPPEN.id, "person": PERSON_KARI.id}
    for change, expected in (
        (moderation.suspend, [True, False]),
        (moderation.unsuspend, [True, False]),
    ):
        assert [write(nordvik, change, ALICE.id, NOW, **by) for _ in range(2)] == expected
        closed = change is moderation.suspend
        assert (ALICE.id in found(nordvik, Sought(suspended=True))) is closed
        assert (ALICE.id in found(nordvik, Sought(suspended=False))) is not closed
    told = nordvik.ask("SELECT actor_id, subject_id, person_id FROM event WHERE kind = 'actor'")
    assert told == [(LEDERGRUPPEN.id, ALICE.id, PERSON_KARI.id)] * 2
