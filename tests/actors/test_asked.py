"""Whose answer to a request to follow counts; what it then does is in the verbs' own tests."""

import pytest

from actors.asked import to_answer
from actors.effects import Refusal
from actors.relationships import Relation, RelationKind
from tests.people import ALICE, BOB, KARI

FOLLOW = Relation(kind=RelationKind.FOLLOW, source_id=KARI.id, target_id=ALICE.id)
BLOCK = Relation(kind=RelationKind.BLOCK, source_id=KARI.id, target_id=ALICE.id)


def test_the_one_who_was_asked_answers() -> None:
    assert to_answer(FOLLOW, KARI, ALICE) == (FOLLOW, KARI)


def test_nobody_else_answers() -> None:
    refusal = to_answer(FOLLOW, KARI, BOB)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "not_yours"


@pytest.mark.parametrize("relation", [None, BLOCK])
def test_what_is_no_follow_cannot_be_answered(relation: Relation | None) -> None:
    refusal = to_answer(relation, KARI, ALICE)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "no_such_follow"
