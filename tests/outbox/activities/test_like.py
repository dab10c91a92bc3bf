"""Like, leaving."""

from actors.verbs import Like
from outbox.activities.like import write
from tests.outbox.cast import ALICE, LEDERGRUPPEN, URLS

LIKED = Like(uri=URLS.activity(1), actor=LEDERGRUPPEN.uri, object="https://mastodon.test/1")


def test_a_like_is_told_to_the_author_and_to_nobody_else() -> None:
    like = write(LIKED, URLS, (ALICE.uri,))
    assert (like["to"], like["cc"]) == ([ALICE.uri], [])
    assert "content" not in like


def test_a_reaction_is_a_like_with_an_emoji() -> None:
    reaction = Like(uri=LIKED.uri, actor=LIKED.actor, object=LIKED.object, content="🎉")
    like = write(reaction, URLS, ())
    assert (like["type"], like["content"]) == ("Like", "🎉")
