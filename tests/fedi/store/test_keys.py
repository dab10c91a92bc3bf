"""Keys of ours: listed, those out of use last; and made when somebody first needs them, once."""

import asyncio
from dataclasses import replace

import pytest

from actors.audience import Nobody
from actors.people import Key, KeyKind
from actors.posts import Visibility
from fedi.store.engine import opened
from fedi.store.keys import OwnKeys, has_none, held, of_ours
from fedi.store.reads import HouseReads
from tests.people import ALICE, IKT, LEDERGRUPPEN, NOW, Nordvik, key_of
from tests.running import run


@pytest.fixture
def house(nordvik: Nordvik) -> Nordvik:
    return nordvik


def test_our_keys_are_listed_and_others_are_not(house: Nordvik) -> None:
    old = replace(key_of(LEDERGRUPPEN), uri="urn:old", created=1, retired=NOW)
    house.put(old, Key(uri="urn:alice", actor_id=ALICE.id, kind=old.kind, public="x"))
    listed = run(house.engine.read(of_ours))
    assert {name for name, _ in listed} >= {"ledergruppen", "kari"}
    assert "urn:alice" not in {key.uri for _, key in listed}
    one = run(house.engine.read(lambda tx: of_ours(tx, LEDERGRUPPEN.id)))
    assert [key.retired for _, key in one] == [None, NOW]


def without_keys(house: Nordvik) -> None:
    run(house.engine.write(lambda tx: tx.run("DELETE FROM actor_key")))


def test_the_pair_is_made_when_its_actor_is_first_read(house: Nordvik) -> None:
    without_keys(house)
    reads = HouseReads(house.engine)
    first = run(reads.actor(LEDERGRUPPEN.id, Nobody()))
    again = run(reads.actor(LEDERGRUPPEN.id, Nobody()))
    assert first is not None
    assert {key.kind for key in first.keys} == {KeyKind.RSA, KeyKind.ED25519}
    assert again == first
    assert run(house.engine.read(lambda tx: has_none(tx, IKT.id)))


def test_two_processes_that_make_the_pair_at_once_end_with_one(
    house: Nordvik, database: str
) -> None:
    without_keys(house)

    async def at_once() -> list[tuple[Key, ...]]:
        async with opened(database) as other:
            mine, theirs = OwnKeys(house.engine), OwnKeys(other)
            return await asyncio.gather(
                mine.of(IKT), mine.of(IKT), theirs.of(IKT), theirs.by_id(IKT.id)
            )

    found = run(at_once())
    assert all(one == found[0] for one in found)
    assert sorted(key.uri for key in found[0]) == [
        f"{IKT.uri}#ed25519-key-1",
        f"{IKT.uri}#main-key",
    ]
    assert len(house.all(Key)) == 2


def test_a_first_public_post_has_a_proof_whose_key_stays(house: Nordvik) -> None:
    without_keys(house)
    house.says(LEDERGRUPPEN, Visibility.PUBLIC)
    (made,) = house.all(Key)
    assert made.kind is KeyKind.ED25519
    pair = run(OwnKeys(house.engine).of(LEDERGRUPPEN))
    assert made in pair
    assert len(pair) == 2


def test_who_has_changed_keys_gets_no_first_pair_again(house: Nordvik) -> None:
    without_keys(house)
    one = OwnKeys(house.engine)
    first = run(one.of(IKT))
    newer = [replace(key, uri=f"{key.uri}-2", created=NOW) for key in first]
    house.put(*(replace(key, retired=NOW) for key in first), *newer)
    assert len(run(one.of(IKT))) == 4
    assert run(one.by_id(ALICE.id)) == ()
    assert len(run(house.engine.read(lambda tx: held(tx, IKT.id)))) == 4
