"""Many who move in at once, on both databases."""

from dataclasses import replace

import pytest

from actors.people import Actor, HandleRow, Person
from fedi.store import settling
from fedi.store.settling import Newcomers
from tests.people import IKT, KARI, NOW, PERSON_KARI, Nordvik, ours
from tests.running import run


@pytest.fixture
def house(nordvik: Nordvik) -> Nordvik:
    return nordvik


def newcomer(number: int, username: str) -> Actor:
    return ours(number, username, username.title(), KARI.kind)


def test_all_rows_of_newcomers_are_written_and_told_of(house: Nordvik) -> None:
    new = [newcomer(1_000 + number, f"ny{number}") for number in range(250)]
    people = [
        Person(id=one.id + 5_000, username=one.username, name=one.name, actor_id=one.id)
        for one in new
    ]
    taken = run(
        house.engine.write(
            lambda tx: settling.move_in(tx, Newcomers(actors=new, people=people), NOW)
        )
    )
    assert taken == []
    assert {one.id for one in house.all(Actor)} >= {one.id for one in new}
    assert {one.id for one in house.all(Person)} >= {one.id for one in people}
    assert house.ask("SELECT count(*) FROM event WHERE kind = 'actor'") == [(250,)]
    names = [one.username for one in new]
    held = run(house.engine.read(lambda tx: settling.holders(tx, [*names, "nobody"])))
    assert held == {one.username: one.id for one in new}


def test_a_handle_that_somebody_had_before_is_told(house: Nordvik) -> None:
    house.ask("SELECT 1")
    old = HandleRow(username="gammel", actor_id=IKT.id, current=False, since=NOW)
    house.put(old)
    new = Newcomers(actors=[newcomer(1_000, "gammel"), newcomer(1_001, "ny")])

    class Taken(Exception):
        pass

    async def unit(tx: object) -> None:
        if found := await settling.move_in(tx, new, NOW):  # type: ignore[arg-type]
            raise Taken(*found)

    with pytest.raises(Taken, match="gammel"):
        run(house.engine.write(unit))
    assert not [one for one in house.all(Actor) if one.id >= 1_000]


def test_what_the_house_has_of_a_person_is_corrected(house: Nordvik) -> None:
    entries = {"name": "Kari N.", "email": "k@by.example"}
    run(house.engine.write(lambda tx: settling.correct(tx, PERSON_KARI.id, entries)))
    kari = next(one for one in house.all(Person) if one.id == PERSON_KARI.id)
    assert kari == replace(PERSON_KARI, name="Kari N.", email="k@by.example")
