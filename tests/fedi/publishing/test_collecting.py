"""What an actor does with its collections: whom it may list, how many, who does it, who is told."""

from dataclasses import replace
from typing import Any

import pytest

from actors.audience import LocalActor, Nobody
from actors.errors import FediError, Forbidden, Invalid
from actors.people import Actor
from fedi.publishing.collecting import Collecting
from fedi.store.collections import ITEMS_MAX, Collection
from tests.fedi.store.test_collections import accounts, house, items, listed, made
from tests.people import (
    ALICE,
    IKT,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
    ours,
)  # fmt: skip
from tests.running import run

__all__ = ["house"]


def test_only_who_wants_to_be_found_is_listed_and_nobody_twice(house: Nordvik) -> None:
    of = made(house, IKT, KARI)
    collecting = Collecting(house.performer)
    for one in (MALLORY, KARI):
        with pytest.raises(Invalid):
            run(collecting.add(IKT, of.id, one.id))
    house.blocks(OLA, IKT)
    with pytest.raises(Invalid):
        run(collecting.add(IKT, of.id, OLA.id))
    assert accounts(house, of, LocalActor(IKT.id)) == [KARI.id]


def test_a_collection_holds_so_many_and_one_that_is_refused_leaves_nothing(house: Nordvik) -> None:
    many = [
        ours(1_000 + n, f"n{n}", f"N {n}", KARI.kind, discoverable=True)
        for n in range(ITEMS_MAX + 1)
    ]
    house.put(*many)
    with pytest.raises(Invalid):
        made(house, IKT, *many)
    assert house.ask("SELECT count(*) FROM collection") == [(0,)]
    of = made(house, IKT, *many[:ITEMS_MAX])
    with pytest.raises(Invalid):
        run(Collecting(house.performer).add(IKT, of.id, many[-1].id))
    assert accounts(house, of, Nobody()) == [one.id for one in many[:ITEMS_MAX]]


@pytest.mark.parametrize(
    ("person", "by", "error"),
    [(PERSON_KARI, LEDERGRUPPEN, None), (PERSON_OLA, LEDERGRUPPEN, Forbidden)],
)
def test_who_may_write_for_a_department_may_gather_for_it(
    house: Nordvik, person: Any, by: Actor, error: type[FediError] | None
) -> None:
    new = Collection(id=0, actor_id=by.id, name="Folk")
    making = Collecting(house.performer).make(by, new, [], person=person.id)
    if error is None:
        assert run(making).actor_id == by.id
    else:
        with pytest.raises(error):
            run(making)


def test_being_listed_is_told_to_ours_until_it_ends(house: Nordvik) -> None:
    of = made(house, IKT, KARI, ALICE, IKT)
    assert listed(house, KARI) == [("added_to_collection", 0, of.id)]
    assert listed(house, IKT) == []
    collecting = Collecting(house.performer)
    changed = run(collecting.change(IKT, replace(of, description="Ny")))
    assert [kind for kind, _, _ in listed(house, KARI)] == [
        "collection_update",
        "added_to_collection",
    ]
    assert house.told(ALICE) == []
    mine = items(house, changed, LocalActor(KARI.id))[0]
    run(collecting.revoke(KARI, of.id, mine.id))
    assert listed(house, KARI) == house.told(KARI) == []
    with pytest.raises(Invalid):
        run(collecting.add(IKT, of.id, KARI.id))
