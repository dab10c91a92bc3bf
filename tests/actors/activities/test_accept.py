"""What an Accept means: the one who was asked says yes."""

from actors.people import Actor
from actors.posts import Visibility
from actors.relationships import NotificationKind, Relation
from actors.verbs import Accept, Block, Follow, Undo
from tests.people import (
    ALICE,
    BOB,
    IKT,
    KARI,
    MALLORY,
    MINUTE,
    NOW,
    OLA,
    PERSON_OLA,
    Nordvik,
    note,
)


def asks(house: Nordvik, who: Actor, whom: Actor) -> Follow:
    follow = Follow(uri=house.uri(who), actor=who.uri, object=whom.uri)
    house.done(follow)
    return follow


def accept(house: Nordvik, who: Actor, follow: str, follower: str = "") -> Accept:
    return Accept(uri=house.uri(who), actor=who.uri, object=follow, follower=follower)


def test_our_follow_holds_once_it_is_accepted(house: Nordvik) -> None:
    follow = asks(house, KARI, ALICE)
    house.done(accept(house, ALICE, follow.uri))
    assert house.state(KARI, ALICE) == "accepted"
    assert house.ask("SELECT uri, why FROM wanted") == [(ALICE.featured, "featured")]


def test_only_the_one_who_was_asked_can_say_yes(house: Nordvik) -> None:
    follow = asks(house, KARI, ALICE)
    assert house.refused(accept(house, MALLORY, follow.uri)) == "not_yours"
    assert house.refused(accept(house, BOB, follow.uri, KARI.uri)) == "not_yours"
    assert house.state(KARI, ALICE) == "pending"


def test_nobody_is_made_to_follow_who_never_asked(house: Nordvik) -> None:
    answer = accept(house, MALLORY, "https://evil.test/1", KARI.uri)
    assert house.refused(answer) == "no_such_follow"
    assert house.all(Relation) == []


def test_a_yes_to_what_was_taken_back_is_no_yes(house: Nordvik) -> None:
    follow = asks(house, KARI, ALICE)
    house.done(Undo(uri=house.uri(KARI), actor=KARI.uri, object=follow.uri, kind="Follow"))
    house.done(accept(house, ALICE, follow.uri, KARI.uri))
    assert house.state(KARI, ALICE) == ""


def test_a_yes_to_what_nobody_asks_any_more_is_taken_back_there(house: Nordvik) -> None:
    follow = asks(house, KARI, ALICE)
    house.done(Block(uri=house.uri(ALICE), actor=ALICE.uri, object=KARI.uri))
    house.done(accept(house, ALICE, follow.uri, KARI.uri))
    undo = house.bodies()[-1]
    assert (undo["type"], undo["object"]["id"]) == ("Undo", follow.uri)


def test_what_came_before_the_yes_is_kept_and_shown_after_it(house: Nordvik) -> None:
    follow = asks(house, KARI, ALICE)
    written = note(ALICE, "https://mastodon.test/n/1", Visibility.FOLLOWERS, published=NOW + 1)
    house.clock.time += MINUTE
    house.done(house.create(written))
    assert house.home(KARI) == []
    house.done(accept(house, ALICE, follow.uri))
    assert house.home(KARI) == [house.post(written.uri).id]


def test_a_second_yes_changes_nothing(house: Nordvik) -> None:
    follow = asks(house, KARI, ALICE)
    house.done(accept(house, ALICE, follow.uri))
    before = house.counts()
    house.done(accept(house, ALICE, follow.uri))
    assert house.counts() == before


def test_our_yes_goes_to_who_asked(house: Nordvik) -> None:
    follow = asks(house, ALICE, IKT)
    house.done(accept(house, IKT, follow.uri))
    assert house.state(ALICE, IKT) == "accepted"
    assert house.delivered() == [("Accept", ALICE.inbox)]
    assert house.bodies()[-1]["object"] == {
        "type": "Follow",
        "id": follow.uri,
        "actor": ALICE.uri,
        "object": IKT.uri,
    }
    kinds = [kind for kind, _, _ in house.told(IKT)]
    assert kinds == [NotificationKind.FOLLOW, NotificationKind.FOLLOW_REQUEST]


def test_a_yes_between_two_of_ours_stays_inside(house: Nordvik) -> None:
    follow = asks(house, KARI, IKT)
    house.done(accept(house, IKT, follow.uri))
    assert house.state(KARI, IKT) == "accepted"
    assert house.sent() == []


def test_who_may_not_write_for_a_department_cannot_say_yes_for_it(house: Nordvik) -> None:
    follow = asks(house, ALICE, IKT)
    answer = Accept(uri=house.uri(IKT), actor=IKT.uri, object=follow.uri, person=PERSON_OLA.id)
    assert house.refused(answer) == "not_yours"


def test_a_block_is_not_accepted_as_a_follow(house: Nordvik) -> None:
    house.blocks(OLA, ALICE)
    uri = house.all(Relation)[0].uri
    assert house.refused(accept(house, ALICE, uri)) == "no_such_follow"
