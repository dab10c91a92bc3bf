from actors.activities.move import Move
from tests.inbox.arrivals import MALLORY, SOLVEIG, activity, receiving

NEW = "https://ny.example/users/solveig"


def test_an_actor_moves_itself() -> None:
    found = receiving(activity("Move", SOLVEIG, target=NEW))
    assert isinstance(found, Move)
    assert (found.actor, found.object, found.target) == (SOLVEIG, SOLVEIG, NEW)


def test_s23_signer_actor_and_object_of_a_move_are_one() -> None:
    other = activity("Move", MALLORY, target=NEW)
    assert getattr(receiving(other), "code", "") == "not_owner"
    itself = activity("Move", SOLVEIG, target=NEW)
    assert getattr(receiving(itself, signer=MALLORY), "code", "") == "not_signer"


def test_s23_a_move_needs_another_target() -> None:
    for target in (None, SOLVEIG, "ny"):
        found = receiving(activity("Move", SOLVEIG, target=target))
        assert getattr(found, "code", "") == "no_target"
