"""Records of departments and the tree, on both databases."""

from dataclasses import replace

import pytest

from actors.departments import Department
from fedi.store import departments
from tests.people import ALICE, ALLE, BEREDSKAP, IKT, KARI, LEDERGRUPPEN, NOW, SAMARBEID, Nordvik
from tests.running import run

RECORD = Department(
    actor_id=IKT.id, number="012345674", verified=NOW, color="#112233", created=NOW, updated=NOW
)


@pytest.fixture
def house(nordvik: Nordvik) -> Nordvik:
    return nordvik


def put(house: Nordvik, *new: Department) -> None:
    for one in new:
        run(house.engine.write(lambda tx, one=one: departments.put(tx, one)))


def test_a_record_comes_back_as_it_was_kept(house: Nordvik) -> None:
    put(house, RECORD, replace(RECORD, phone="22 00 00 00"))
    read = house.engine.read
    assert run(read(lambda tx: departments.record(tx, IKT.id))) == replace(
        RECORD, phone="22 00 00 00"
    )
    assert run(read(lambda tx: departments.record(tx, KARI.id))) is None
    assert set(run(read(departments.records))) == {IKT.id}
    ids = [*range(1_000), IKT.id]
    assert set(run(read(lambda tx: departments.records(tx, ids)))) == {IKT.id}
    assert run(read(lambda tx: departments.by_number(tx, "012345674"))) == IKT.id
    assert run(read(lambda tx: departments.by_number(tx, ""))) is None
    assert run(read(lambda tx: departments.color(tx, IKT.id))) == "#112233"


def test_many_may_have_no_number_and_no_two_the_same(house: Nordvik) -> None:
    put(house, replace(RECORD, number=""), replace(RECORD, actor_id=LEDERGRUPPEN.id, number=""))
    put(house, RECORD)
    with pytest.raises(Exception, match=r"(?i)unique"):
        put(house, replace(RECORD, actor_id=LEDERGRUPPEN.id))


def test_the_tree_is_read_up_and_down(house: Nordvik) -> None:
    house.put(
        replace(IKT, parent_id=LEDERGRUPPEN.id),
        replace(SAMARBEID, parent_id=IKT.id),
        replace(BEREDSKAP, parent_id=LEDERGRUPPEN.id, deleted=NOW),
    )
    read = house.engine.read
    assert [one.id for one in run(read(departments.tree))] == [
        IKT.id,
        LEDERGRUPPEN.id,
        SAMARBEID.id,
    ]
    below = run(read(lambda tx: departments.children(tx, LEDERGRUPPEN.id)))
    assert [one.id for one in below] == [IKT.id]
    up = run(read(lambda tx: departments.above(tx, SAMARBEID.id)))
    assert up == [IKT.id, LEDERGRUPPEN.id]
    assert run(house.engine.write(lambda tx: departments.reparent(tx, IKT.id, None))) == 1
    assert run(read(lambda tx: departments.above(tx, SAMARBEID.id))) == []


def test_a_circle_that_somebody_made_is_walked_once(house: Nordvik) -> None:
    house.put(replace(IKT, parent_id=SAMARBEID.id), replace(SAMARBEID, parent_id=IKT.id))
    up = run(house.engine.read(lambda tx: departments.above(tx, IKT.id)))
    assert up == [SAMARBEID.id, IKT.id]


def test_what_a_picture_is_made_of_is_ours_alone(house: Nordvik) -> None:
    put(house, RECORD)
    read = house.engine.read
    found = run(read(lambda tx: departments.drawn(tx, IKT.id)))
    assert found is not None
    assert (found.name, found.color, found.open) == (IKT.name, "#112233", True)
    assert run(read(lambda tx: departments.drawn(tx, ALICE.id))) is None
    inside = run(read(lambda tx: departments.drawn(tx, BEREDSKAP.id)))
    assert inside is not None
    assert not inside.open


def test_departments_that_say_nothing_of_themselves_are_named(house: Nordvik) -> None:
    assert run(house.engine.read(departments.bare)) == ["ikt", "ledergruppen"]
    put(house, RECORD)
    house.put(replace(LEDERGRUPPEN, moved_to="https://elsewhere.test/1"), ALLE)
    assert run(house.engine.read(departments.bare)) == []
