import pytest

from actors.activities.add import Add
from actors.activities.remove import Remove
from tests.inbox.arrivals import HOST, SOLVEIG, activity, note, receiving

PINNED = f"{SOLVEIG}/collections/featured"
POST = f"{HOST}/posts/1"


@pytest.mark.parametrize(("verb", "record"), [("Add", Add), ("Remove", Remove)])
def test_a_post_is_pinned_and_unpinned(verb: str, record: type[Add] | type[Remove]) -> None:
    expected = record(uri=f"{HOST}/activities/1", actor=SOLVEIG, object=POST, target=PINNED)
    assert receiving(activity(verb, POST, target=PINNED)) == expected
    assert receiving(activity(verb, note(), target={"id": PINNED})) == expected


@pytest.mark.parametrize("verb", ["Add", "Remove"])
def test_another_hosts_collection_is_not_the_actors(verb: str) -> None:
    for target in ("https://ond.example/featured", None):
        found = receiving(activity(verb, POST, target=target))
        assert getattr(found, "code", "") == "not_owner"


@pytest.mark.parametrize("verb", ["Add", "Remove"])
def test_hashtags_and_nothing_are_refused(verb: str) -> None:
    tag = {"type": "Hashtag", "name": "#a", "href": f"{HOST}/tags/a"}
    for object, code in ((tag, "unsupported_object"), (None, "no_object")):
        found = receiving(activity(verb, object, target=PINNED))
        assert getattr(found, "code", "") == code
