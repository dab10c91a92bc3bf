"""What Add and Remove have in common is tested in test_add.py."""

from actors.activities.remove import Remove
from tests.inbox.arrivals import HOST, SOLVEIG, activity, receiving


def test_a_post_is_unpinned_by_its_id() -> None:
    pinned, post = f"{SOLVEIG}/collections/featured", f"{HOST}/posts/1"
    assert receiving(activity("Remove", post, target=pinned)) == Remove(
        uri=f"{HOST}/activities/1", actor=SOLVEIG, object=post, target=pinned
    )
