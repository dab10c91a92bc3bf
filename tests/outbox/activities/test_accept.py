"""Accept, leaving."""

from actors.verbs import Accept
from outbox.activities.accept import write
from tests.outbox.cast import ALICE, LEDERGRUPPEN, URLS

YES = Accept(
    uri=URLS.activity(1),
    actor=LEDERGRUPPEN.uri,
    object="https://mastodon.test/follows/1",
    follower=ALICE.uri,
)


def test_an_accept_holds_the_follow_as_mastodon_wants_it() -> None:
    accept = write(YES, URLS, ())
    assert (accept["type"], accept["to"]) == ("Accept", [ALICE.uri])
    assert accept["object"] == {
        "type": "Follow",
        "id": "https://mastodon.test/follows/1",
        "actor": ALICE.uri,
        "object": LEDERGRUPPEN.uri,
    }


def test_an_accept_of_a_follow_whose_id_was_lost_goes_without_one() -> None:
    lost = Accept(uri=YES.uri, actor=YES.actor, object="", follower=ALICE.uri)
    assert write(lost, URLS, ())["object"] == {
        "type": "Follow",
        "actor": ALICE.uri,
        "object": LEDERGRUPPEN.uri,
    }


def test_an_accept_of_an_unknown_follower_names_the_follow() -> None:
    unknown = Accept(uri=YES.uri, actor=YES.actor, object=YES.object)
    assert write(unknown, URLS, ())["object"] == YES.object
