"""Collections in the tables: who is shown what of them, and what goes when an actor goes."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from actors.audience import LocalActor, Nobody, Viewer
from actors.errors import FediError, Forbidden, Invalid, NotFound
from actors.people import Actor
from fedi.publishing.collecting import Collecting
from fedi.store import chores, collections, told
from fedi.store.collections import ITEMS_MAX, Collection, Item
from fedi.store.engine import Engine
from fedi.store.timelines import Span
from tests.people import (
    ALICE,
    BEREDSKAP,
    IKT,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
    ours,
    theirs,
)
from tests.running import run


@pytest.fixture
def house(engine: Engine) -> Nordvik:
    house = Nordvik(engine).settle()
    found = (LEDERGRUPPEN, IKT, BEREDSKAP, KARI, OLA, ALICE)
    house.put(*(replace(one, discoverable=True) for one in found))
    return house


def made(house: Nordvik, by: Actor, *accounts: Actor, **rest: Any) -> Collection:
    new = Collection(id=0, actor_id=by.id, name="Folk", **rest)
    return run(Collecting(house.performer).make(by, new, [one.id for one in accounts]))


def items(house: Nordvik, of: Collection, viewer: Viewer) -> list[Item]:
    found = run(house.engine.read(lambda tx: collections.items(tx, [of.id], viewer)))
    return found[of.id]


def accounts(house: Nordvik, of: Collection, viewer: Viewer) -> list[int]:
    return [one.account_id for one in items(house, of, viewer)]


def is_there(house: Nordvik, of: Collection, viewer: Viewer) -> bool:
    return of.id in run(house.engine.read(lambda tx: collections.seen(tx, [of.id], viewer)))


def listed(house: Nordvik, whom: Actor) -> list[tuple[str, int, int]]:
    found = run(
        house.engine.read(lambda tx: told.listed(tx, whom.id, told.Choice(), Span(limit=10), NOW))
    )
    return [(one.kind, one.post_id, one.collection_id) for one in found]


def test_those_whose_existence_is_a_secret_are_told_to_ours_alone(house: Nordvik) -> None:
    of = made(house, IKT, BEREDSKAP, ALICE)
    assert accounts(house, of, LocalActor(KARI.id)) == [BEREDSKAP.id, ALICE.id]
    assert accounts(house, of, Nobody()) == [ALICE.id]
    secret = made(house, BEREDSKAP, IKT)
    assert is_there(house, secret, LocalActor(KARI.id))
    assert not is_there(house, secret, Nobody())


@pytest.mark.parametrize(
    "gone",
    [
        replace(KARI, discoverable=True, suspended=NOW),
        replace(KARI, discoverable=True, deleted=NOW),
    ],
)
def test_who_is_suspended_or_gone_is_left_out_and_so_are_their_own(
    house: Nordvik, gone: Actor
) -> None:
    of, own = made(house, IKT, KARI, OLA), made(house, KARI, OLA)
    house.put(gone)
    assert accounts(house, of, LocalActor(IKT.id)) == [OLA.id]
    assert not is_there(house, own, LocalActor(OLA.id))
    assert run(house.engine.read(lambda tx: collections.holding(tx, OLA.id, 10, 0))) == [of]


@pytest.mark.parametrize(("who", "whom"), [(OLA, KARI), (KARI, OLA), (IKT, OLA), (OLA, IKT)])
def test_a_block_leaves_an_account_out_whoever_set_it(
    house: Nordvik, who: Actor, whom: Actor
) -> None:
    of = made(house, IKT, OLA, LEDERGRUPPEN)
    house.blocks(who, whom)
    assert accounts(house, of, LocalActor(KARI.id)) == [LEDERGRUPPEN.id]


def test_what_still_waits_is_shown_to_the_owner_alone(house: Nordvik) -> None:
    of = made(house, IKT)
    for state in ("pending", "rejected", "revoked"):
        number = len(state)
        one = Item(
            id=number, collection_id=of.id, account_id=house.performer.new_id(),
            position=number, state=state, created=NOW,
        )  # fmt: skip
        house.put(theirs(one.account_id, state, "mastodon.test"))
        run(house.engine.write(partial(collections.put, new=one)))
    assert [one.state for one in items(house, of, LocalActor(IKT.id))] == ["pending"]
    assert items(house, of, LocalActor(KARI.id)) == []


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


def test_dropping_a_collection_takes_all_of_it(house: Nordvik) -> None:
    of = made(house, IKT, KARI)
    collecting = Collecting(house.performer)
    with pytest.raises(Forbidden):
        run(collecting.drop(KARI, of.id))
    run(collecting.drop(IKT, of.id))
    assert house.told(KARI) == []
    assert house.ask("SELECT count(*) FROM collection_item") == [(0,)]
    with pytest.raises(NotFound):
        run(collecting.drop(IKT, of.id))


def test_an_actor_that_is_erased_leaves_no_collection(house: Nordvik) -> None:
    own, other = made(house, KARI, OLA), made(house, IKT, KARI, OLA)
    run(house.engine.write(lambda tx: chores.erase_relations(tx, KARI.id, NOW)))
    assert house.ask("SELECT id FROM collection") == [(other.id,)]
    assert house.ask("SELECT account_id FROM collection_item") == [(OLA.id,)]
    assert listed(house, OLA) == [("added_to_collection", 0, other.id)]
    assert not is_there(house, own, LocalActor(OLA.id))
