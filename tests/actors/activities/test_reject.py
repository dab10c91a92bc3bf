"""What a Reject means: no to a request, or the end of a follow that held."""

from actors.people import Actor
from actors.relationships import Relation
from actors.verbs import Accept, Follow, Reject
from tests.people import ALICE, BOB, IKT, KARI, LEDERGRUPPEN, MALLORY, Nordvik


def reject(house: Nordvik, who: Actor, follow: str, follower: str = "") -> Reject:
    return Reject(uri=house.uri(who), actor=who.uri, object=follow, follower=follower)


def test_a_request_of_ours_is_gone_when_it_is_turned_down(house: Nordvik) -> None:
    follow = Follow(uri=house.uri(KARI), actor=KARI.uri, object=ALICE.uri)
    house.done(follow)
    house.done(reject(house, ALICE, follow.uri))
    assert house.all(Relation) == []


def test_a_follow_that_held_can_be_ended_by_the_one_followed(house: Nordvik) -> None:
    follow = house.follows(KARI, ALICE)
    house.done(reject(house, ALICE, follow.uri))
    assert house.state(KARI, ALICE) == ""


def test_nobody_else_can_end_a_follow(house: Nordvik) -> None:
    follow = house.follows(KARI, ALICE)
    assert house.refused(reject(house, MALLORY, follow.uri)) == "not_yours"
    assert house.refused(reject(house, BOB, "https://mastodon.test/x", KARI.uri)) == (
        "no_such_follow"
    )
    assert house.state(KARI, ALICE) == "accepted"


def test_our_no_goes_to_who_asked_and_clears_the_request(house: Nordvik) -> None:
    follow = Follow(uri=house.uri(ALICE), actor=ALICE.uri, object=IKT.uri)
    house.done(follow)
    house.done(reject(house, IKT, follow.uri))
    assert house.all(Relation) == []
    assert house.delivered() == [("Reject", ALICE.inbox)]
    assert house.told(IKT) == []


def test_a_yes_after_the_no_brings_nothing_back(house: Nordvik) -> None:
    follow = Follow(uri=house.uri(KARI), actor=KARI.uri, object=ALICE.uri)
    house.done(follow)
    house.done(reject(house, ALICE, follow.uri))
    late = Accept(uri=house.uri(ALICE), actor=ALICE.uri, object=follow.uri, follower=KARI.uri)
    house.done(late)
    assert house.all(Relation) == []


def test_a_follower_is_sent_away_by_name_when_the_id_is_not_known(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    house.done(reject(house, ALICE, "", KARI.uri))
    assert house.state(KARI, ALICE) == ""


def test_one_of_ours_sends_another_of_ours_away_without_a_word_outside(house: Nordvik) -> None:
    follow = house.follows(KARI, LEDERGRUPPEN)
    house.done(reject(house, LEDERGRUPPEN, follow.uri))
    assert house.state(KARI, LEDERGRUPPEN) == ""
    assert house.sent() == []
