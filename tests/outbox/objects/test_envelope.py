"""What every activity has."""

from actors.verbs import Follow
from outbox.objects.envelope import envelope, followers_of, inner
from tests.outbox.cast import ALICE, APPLICATION, KARI, URLS


def test_an_envelope_has_lists_of_addressees_however_few() -> None:
    follow = Follow(uri=URLS.activity(1), actor=KARI.uri, object=ALICE.uri)
    shape = envelope("Follow", follow, ALICE.uri)
    assert (shape["to"], shape["cc"]) == ([], [])
    assert (shape["id"], shape["actor"]) == (follow.uri, KARI.uri)


def test_an_inner_activity_without_an_id_has_none() -> None:
    assert "id" not in inner("Follow", "", KARI.uri, ALICE.uri)
    assert inner("Follow", "https://a.test/1", KARI.uri, ALICE.uri)["id"] == "https://a.test/1"


def test_followers_are_those_of_our_own_actors_alone() -> None:
    assert followers_of(KARI.uri, URLS) == (KARI.followers,)
    assert followers_of(APPLICATION.uri, URLS) == ()
    assert followers_of(ALICE.uri, URLS) == ()
