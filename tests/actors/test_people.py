"""Actors as records."""

from dataclasses import replace

from tests.people import ALICE, NOW


def test_one_who_is_suspended_or_deleted_is_gone() -> None:
    assert not ALICE.gone
    assert replace(ALICE, suspended=NOW).gone
    assert replace(ALICE, deleted=NOW).gone
