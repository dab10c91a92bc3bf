"""A department's new key, as a server that verifies with the old one meets it."""

import pytest

from tests.peers.house import House
from tests.peers.lab import Peer, eventually

pytestmark = [pytest.mark.peers, pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_new_key_is_made_known_before_it_is_used(house: House, fedify: Peer) -> None:
    fedify.do("follow", who=house.handle())
    fedify.sees("Accept", actor=house.actor())
    before = fedify.sees("Create", object=house.post("Med gammel nøkkel."))["signature"]["key"]
    house.rotate_key()
    told = fedify.sees("Update", object=house.actor())["signature"]
    assert told["key"] == before

    def new_key_used() -> bool:
        arrived = fedify.sees("Create", object=house.post("Med ny nøkkel?"))
        assert arrived["signature"]["verified"]
        return bool(arrived["signature"]["key"] != before)

    eventually(new_key_used, "a post signed with the new key")
