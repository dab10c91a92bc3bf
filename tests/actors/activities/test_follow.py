"""What a Follow means, from abroad, to abroad and between two of ours."""

from dataclasses import replace

import pytest

from actors.effects import Need
from actors.people import Actor
from actors.relationships import Relation, RelationState
from actors.verbs import Accept, Block, Follow, Undo
from tests.people import (
    ALICE,
    BEREDSKAP,
    BOB,
    DAY,
    IKT,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
)


def follow(house: Nordvik, who: Actor, whom: Actor, person: int | None = None) -> Follow:
    return Follow(uri=house.uri(who), actor=who.uri, object=whom.uri, person=person)


def test_a_follow_from_abroad_is_answered_at_once(house: Nordvik) -> None:
    asked = follow(house, ALICE, LEDERGRUPPEN)
    house.done(asked)
    relation = house.follow_of(ALICE, LEDERGRUPPEN)
    assert relation is not None
    assert (relation.state, relation.uri) == (RelationState.ACCEPTED, asked.uri)
    assert house.told(LEDERGRUPPEN) == [("follow", ALICE.id, 0)]
    assert house.delivered() == [("Accept", ALICE.inbox)]
    assert house.bodies()[0]["object"]["id"] == asked.uri


def test_one_who_wants_to_look_first_is_asked(house: Nordvik) -> None:
    house.done(follow(house, ALICE, IKT))
    assert house.state(ALICE, IKT) == "pending"
    assert house.told(IKT) == [("follow_request", ALICE.id, 0)]
    assert house.delivered() == []


def test_asking_again_is_answered_again_and_told_once(house: Nordvik) -> None:
    house.done(follow(house, ALICE, LEDERGRUPPEN))
    again = follow(house, ALICE, LEDERGRUPPEN)
    house.done(again)
    assert [row.uri for row in house.all(Relation)] == [again.uri]
    assert len(house.told(LEDERGRUPPEN)) == 1
    assert [kind for kind, _ in house.sent()] == ["Accept", "Accept"]


def test_asking_again_does_not_take_the_yes_back(house: Nordvik) -> None:
    house.follows(ALICE, IKT)
    house.done(follow(house, ALICE, IKT))
    assert house.state(ALICE, IKT) == "accepted"


def test_our_follow_waits_for_the_answer(house: Nordvik) -> None:
    house.done(follow(house, KARI, ALICE, person=PERSON_KARI.id))
    assert house.state(KARI, ALICE) == "pending"
    assert house.delivered() == [("Follow", ALICE.inbox)]


def test_two_of_ours_need_no_network(house: Nordvik) -> None:
    house.done(follow(house, KARI, OLA))
    assert house.state(KARI, OLA) == "accepted"
    assert house.told(OLA) == [("follow", KARI.id, 0)]
    assert house.sent() == []


@pytest.mark.parametrize("blocker", ["followed", "follower"])
def test_a_follow_across_a_block_is_rejected(house: Nordvik, blocker: str) -> None:
    one, other = (KARI, ALICE) if blocker == "followed" else (ALICE, KARI)
    house.blocks(one, other)
    house.done(follow(house, ALICE, KARI))
    assert house.state(ALICE, KARI) == ""
    assert house.told(KARI) == []
    assert [kind for kind, _ in house.sent()] == ["Reject"]


def test_one_of_ours_cannot_follow_across_a_block(house: Nordvik) -> None:
    house.blocks(ALICE, KARI)
    assert house.refused(follow(house, KARI, ALICE)) == "blocked"


@pytest.mark.parametrize("first", ["follow", "block"])
def test_a_follow_crossing_a_block_ends_blocked_whichever_comes_first(
    house: Nordvik, first: str
) -> None:
    asked = follow(house, ALICE, KARI)
    barred = Block(uri=house.uri(KARI), actor=KARI.uri, object=ALICE.uri)
    for one in (asked, barred) if first == "follow" else (barred, asked):
        house.do(one)
    assert house.state(ALICE, KARI) == ""
    assert [row.kind.value for row in house.all(Relation)] == ["block"]


def test_a_follow_that_was_undone_before_it_came_has_no_effect(house: Nordvik) -> None:
    asked = follow(house, ALICE, LEDERGRUPPEN)
    undone = Undo(
        uri=house.uri(ALICE),
        actor=ALICE.uri,
        object=asked.uri,
        kind="Follow",
        target=LEDERGRUPPEN.uri,
    )
    house.done(undone)
    house.done(asked)
    assert house.state(ALICE, LEDERGRUPPEN) == ""
    assert house.sent() == []


def test_the_memory_of_what_was_undone_lasts_thirty_days(house: Nordvik) -> None:
    asked = follow(house, ALICE, LEDERGRUPPEN)
    house.done(Undo(uri=house.uri(ALICE), actor=ALICE.uri, object=asked.uri, kind="Follow"))
    house.clock.time = NOW + 30 * DAY - 1
    house.done(asked)
    assert house.state(ALICE, LEDERGRUPPEN) == ""
    house.clock.time = NOW + 30 * DAY
    house.done(asked)
    assert house.state(ALICE, LEDERGRUPPEN) == "accepted"


def test_nobody_can_undo_what_another_did_before_it_comes(house: Nordvik) -> None:
    asked = follow(house, ALICE, LEDERGRUPPEN)
    house.done(Undo(uri=house.uri(MALLORY), actor=MALLORY.uri, object=asked.uri, kind="Follow"))
    house.done(asked)
    assert house.state(ALICE, LEDERGRUPPEN) == "accepted"


def test_two_strangers_do_not_follow_each_other_here(house: Nordvik) -> None:
    assert house.refused(follow(house, ALICE, BOB)) == "not_ours"


def test_an_unknown_stranger_is_not_fetched_to_be_told_no(house: Nordvik) -> None:
    unknown = replace(BOB, uri="https://other.test/users/x")
    assert house.refused(follow(house, ALICE, unknown)) == "not_ours"
    assert isinstance(house.do(follow(house, unknown, KARI)), Need)
    assert isinstance(house.do(follow(house, KARI, unknown)), Need)


def test_nobody_follows_themselves(house: Nordvik) -> None:
    assert house.refused(follow(house, KARI, KARI)) == "self"


def test_an_internal_actor_is_not_there_for_others(house: Nordvik) -> None:
    absent = replace(BEREDSKAP, uri=house.urls.actor(99))
    one, other = house.do(follow(house, ALICE, BEREDSKAP)), house.do(follow(house, ALICE, absent))
    assert one == other
    assert house.sent() == []
    house.done(follow(house, KARI, BEREDSKAP))


def test_a_closed_account_can_neither_follow_nor_be_followed(house: Nordvik) -> None:
    house.put(replace(ALICE, suspended=NOW), replace(OLA, deleted=NOW))
    assert house.refused(follow(house, ALICE, KARI)) == "actor_gone"
    assert house.refused(follow(house, BOB, OLA)) == "actor_gone"


def test_who_may_not_write_for_a_department_cannot_follow_for_it(house: Nordvik) -> None:
    assert house.refused(follow(house, LEDERGRUPPEN, ALICE, person=PERSON_OLA.id)) == "not_yours"
    assert house.refused(follow(house, OLA, ALICE, person=PERSON_KARI.id)) == "not_yours"
    house.done(follow(house, LEDERGRUPPEN, ALICE, person=PERSON_KARI.id))


@pytest.mark.parametrize("state", ["pending", "accepted"])
def test_what_ours_asked_for_already_is_not_asked_for_again(house: Nordvik, state: str) -> None:
    """The second Follow, not sent yet, would be taken back instead of the first."""
    asked = house.follows(KARI, ALICE, state=RelationState(state))
    house.done(follow(house, KARI, ALICE))
    assert house.follow_of(KARI, ALICE) == replace(asked, state=RelationState(state))
    assert house.sent() == []


def test_a_refused_follow_request_can_be_made_anew(house: Nordvik) -> None:
    first = follow(house, ALICE, LEDERGRUPPEN)
    house.done(first)
    house.done(Undo(uri=house.uri(ALICE), actor=ALICE.uri, object=first.uri, kind="Follow"))
    house.done(follow(house, ALICE, LEDERGRUPPEN))
    assert house.state(ALICE, LEDERGRUPPEN) == "accepted"


def test_a_pending_follow_is_accepted_by_its_follower_s_name_alone(house: Nordvik) -> None:
    house.done(follow(house, KARI, ALICE))
    house.done(
        Accept(
            uri=house.uri(ALICE),
            actor=ALICE.uri,
            object="https://mastodon.test/x",
            follower=KARI.uri,
        )
    )
    assert house.state(KARI, ALICE) == "accepted"
