from actors.activities.like import Like
from tests.inbox.arrivals import HOST, OUR_POST, SOLVEIG, activity, receiving


def test_a_like_is_read() -> None:
    expected = Like(uri=f"{HOST}/activities/1", actor=SOLVEIG, object=OUR_POST)
    assert receiving(activity("Like", OUR_POST)) == expected
    assert receiving(activity("Like", {"id": OUR_POST})) == expected


def test_an_emoji_makes_a_reaction_of_either_verb() -> None:
    for verb in ("Like", "EmojiReact"):
        found = receiving(activity(verb, OUR_POST, content="👍"))
        assert isinstance(found, Like)
        assert found.content == "👍"


def test_a_like_of_nothing_is_refused() -> None:
    assert getattr(receiving(activity("Like", None)), "code", "") == "no_object"
