"""Reject, leaving."""

from actors.verbs import Reject
from outbox.activities.reject import write
from tests.outbox.cast import ALICE, LEDERGRUPPEN, URLS


def test_a_reject_holds_the_follow_as_mastodon_wants_it() -> None:
    follow = "https://mastodon.test/follows/1"
    no = Reject(uri=URLS.activity(1), actor=LEDERGRUPPEN.uri, object=follow, follower=ALICE.uri)
    reject = write(no, URLS, ())
    assert (reject["type"], reject["to"]) == ("Reject", [ALICE.uri])
    assert reject["object"] == {
        "type": "Follow",
        "id": follow,
        "actor": ALICE.uri,
        "object": LEDERGRUPPEN.uri,
    }


def test_a_reject_of_an_unknown_follower_names_the_follow() -> None:
    no = Reject(uri=URLS.activity(1), actor=LEDERGRUPPEN.uri, object="https://a.test/f")
    assert write(no, URLS, ())["object"] == "https://a.test/f"
