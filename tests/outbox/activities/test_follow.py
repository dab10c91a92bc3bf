"""Follow, leaving."""

from actors.verbs import Follow
from outbox.activities.follow import write
from tests.outbox.cast import ALICE, KARI, URLS


def test_a_follow_is_told_to_whom_it_asks() -> None:
    follow = write(Follow(uri=URLS.activity(1), actor=KARI.uri, object=ALICE.uri), URLS, ())
    assert (follow["object"], follow["to"], follow["cc"]) == (ALICE.uri, [ALICE.uri], [])
