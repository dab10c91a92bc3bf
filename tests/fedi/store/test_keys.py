"""Keys of ours as they are listed: of all or of one, those out of use last."""

from dataclasses import replace

import pytest

from actors.people import Key
from fedi.store.keys import of_ours
from tests.people import ALICE, LEDERGRUPPEN, NOW, Nordvik, key_of
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
