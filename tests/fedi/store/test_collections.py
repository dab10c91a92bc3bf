"""Collections in the tables: who is shown what of them, and what goes when an actor goes."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from actors.audience import LocalActor, Nobody, Viewer
from actors.errors import Forbidden, NotFound
from actors.people import Actor
from fedi.publishing.collecting import Collecting
from fedi.store import chores, collections, told
from fedi.store.collections import Collection, Item
from fedi.store.timelines import Span
from tests.people import (
    ALICE,
    BEREDSKAP,
    IKT,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    Nordvik,
    theirs,
)
from tests.running import run


@pytest.fixture
def house(nordvik: Nordvik) -> Nordvik:
    found = (LEDERGRUPPEN, IKT, BEREDSKAP, KARI, OLA, ALICE)
    nordvik.put(*(replace(one, discoverable=True) for one in found))
    return nordvik


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
