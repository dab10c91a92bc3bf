"""Posts for later wait by actor, are leased when due, and stay with why where they can't go."""

from dataclasses import replace

from fedi.store import scheduled
from fedi.store.scheduled import Scheduled
from fedi.store.timelines import Span
from tests.fedi.store.units import everything, read, write
from tests.people import KARI, NOW, OLA, Nordvik

ONE = Scheduled(id=1, actor_id=KARI.id, person_id=120, app_id=None, due=NOW + 5, params="{}")


def test_they_are_each_actors_own_and_paged_both_ways(nordvik: Nordvik) -> None:
    for id in (1, 2, 3):
        write(nordvik, scheduled.add, replace(ONE, id=id, app_id=id))
    write(nordvik, scheduled.add, replace(ONE, id=4, actor_id=OLA.id))

    def page(span: Span) -> list[int]:
        return [one.id for one in read(nordvik, scheduled.of_actor, KARI.id, span)]

    assert page(Span(limit=9)) == [3, 2, 1]
    assert page(Span(limit=1, below=3)) == [2]
    assert page(Span(limit=2, above=0, upward=True)) == [2, 1]
    assert read(nordvik, scheduled.count, KARI.id) == 3
    assert read(nordvik, scheduled.one, KARI.id, 2) == replace(ONE, id=2, app_id=2)
    assert read(nordvik, scheduled.one, KARI.id, 4) is None


def test_what_is_due_is_taken_by_one_until_the_lease_ends(nordvik: Nordvik) -> None:
    write(nordvik, scheduled.add, ONE)
    assert not read(nordvik, scheduled.is_due, NOW + 4)
    assert write(nordvik, scheduled.lease, NOW + 4, NOW + 20) == []
    assert read(nordvik, scheduled.is_due, NOW + 5)
    assert write(nordvik, scheduled.lease, NOW + 5, NOW + 20) == [ONE]
    assert write(nordvik, scheduled.lease, NOW + 6, NOW + 20) == []
    assert write(nordvik, scheduled.lease, NOW + 20, NOW + 40) == [ONE]


def test_what_cannot_be_published_stays_with_why(nordvik: Nordvik) -> None:
    write(nordvik, scheduled.add, ONE)
    write(nordvik, scheduled.lease, NOW + 5, NOW + 20)
    write(nordvik, scheduled.failed, 1, "Ingen svarte.", NOW + 9)
    (again,) = write(nordvik, scheduled.lease, NOW + 9, NOW + 20)
    assert again.problem == "Ingen svarte."
    write(nordvik, scheduled.failed, 1, "Du har ingen rolle.", None)
    assert not read(nordvik, scheduled.is_due, NOW + 10**12)
    write(nordvik, scheduled.move, 1, NOW + 30)
    found = read(nordvik, scheduled.one, KARI.id, 1)
    assert found is not None
    assert (found.due, found.problem) == (NOW + 30, "")


def test_what_is_taken_back_leaves_nothing(nordvik: Nordvik) -> None:
    empty = everything(nordvik, "scheduled")
    write(nordvik, scheduled.add, ONE)
    assert write(nordvik, scheduled.drop, 1)
    assert not write(nordvik, scheduled.drop, 1)
    assert everything(nordvik, "scheduled") == empty
