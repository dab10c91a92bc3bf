from actors.activities.block import Block
from tests.inbox.arrivals import HOST, MALLORY, SECRETARIAT, SOLVEIG, activity, receiving


def test_a_block_of_one_of_ours_is_read() -> None:
    expected = Block(uri=f"{HOST}/activities/1", actor=SOLVEIG, object=SECRETARIAT)
    assert receiving(activity("Block", SECRETARIAT)) == expected


def test_a_block_of_another_is_none_of_our_business() -> None:
    assert getattr(receiving(activity("Block", MALLORY)), "code", "") == "not_here"
