from actors.activities.follow import Follow
from tests.inbox.arrivals import HOST, MALLORY, PUBLIC, SECRETARIAT, SOLVEIG, activity, receiving


def test_a_follow_of_one_of_ours_is_read() -> None:
    expected = Follow(uri=f"{HOST}/activities/1", actor=SOLVEIG, object=SECRETARIAT)
    assert receiving(activity("Follow", SECRETARIAT)) == expected
    assert receiving(activity("Follow", {"id": SECRETARIAT, "type": "Person"})) == expected
    assert receiving(activity("Follow", [SECRETARIAT])) == expected


def test_a_follow_of_another_or_of_everybody_is_refused() -> None:
    for object in (MALLORY, PUBLIC, None, ""):
        assert getattr(receiving(activity("Follow", object)), "code", "") == "not_here"
