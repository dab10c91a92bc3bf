"""Announce, leaving."""

from actors.verbs import Announce
from actors.vocabulary import PUBLIC
from outbox.activities.announce import write
from tests.outbox.cast import ALICE, LEDERGRUPPEN, NOW, URLS


def test_a_boost_names_what_it_shares_and_says_when() -> None:
    boost = Announce(
        uri=URLS.activity(1),
        actor=LEDERGRUPPEN.uri,
        object="https://mastodon.test/1",
        published=NOW,
        to=(PUBLIC,),
        cc=(LEDERGRUPPEN.followers, ALICE.uri),
    )
    announce = write(boost, URLS, ())
    assert announce["object"] == "https://mastodon.test/1"
    assert announce["published"] == "2025-11-24T16:00:00Z"
    assert announce["to"] == [PUBLIC]
    assert announce["cc"] == [LEDERGRUPPEN.followers, ALICE.uri]
