"""How a Follow may be named is tested for both answers in test_accept.py."""

from actors.activities.reject import Reject
from tests.inbox.arrivals import HOST, SECRETARIAT, SOLVEIG, activity, receiving


def test_a_follower_is_removed_by_a_reject_of_a_follow_without_id() -> None:
    follow = {"type": "Follow", "actor": SECRETARIAT, "object": SOLVEIG}
    assert receiving(activity("Reject", follow)) == Reject(
        uri=f"{HOST}/activities/1", actor=SOLVEIG, object="", follower=SECRETARIAT
    )
