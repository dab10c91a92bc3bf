"""What a Vote means: one choice of one poll, by its voter, before the end (S22)."""

import asyncio
from dataclasses import replace

import pytest

from actors.effects import Done
from actors.people import Actor
from actors.posts import Poll, Post, Visibility
from actors.posts import Vote as VoteRow
from actors.verbs import Create, Vote
from tests.people import (
    ALICE,
    BOB,
    HOUR,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    NOW,
    OLA,
    PERSON_OLA,
    URLS,
    Nordvik,
    poll_note,
)
from tests.running import run

CHOICES = ("Ja", "Nei", "Vet ikke")


def asks(
    house: Nordvik,
    author: Actor = LEDERGRUPPEN,
    visibility: Visibility = Visibility.PUBLIC,
    *,
    multiple: bool = False,
) -> Post:
    uri = house.post_uri(author)
    asked = poll_note(author, uri, CHOICES, multiple=multiple, ends=NOW + HOUR)
    if author.local:
        local = URLS.parse(uri)
        uri = URLS.activity(local.id if local else 0)
        house.done(Create(uri=uri, actor=author.uri, note=asked, visibility=visibility))
    else:
        house.done(house.create(asked, fetched=True))
    return house.post(asked.uri)


def vote(house: Nordvik, who: Actor, poll: Post | str, choice: str = "Ja") -> Vote:
    uri = house.uri(who)
    question = poll if isinstance(poll, str) else poll.uri
    return Vote(uri=uri, actor=who.uri, question=question, choice=choice, note=f"{uri}#vote")


def cast(house: Nordvik) -> list[tuple[int, int]]:
    return [(row.actor_id, row.choice) for row in house.all(VoteRow)]


def test_a_vote_from_abroad_counts_once(house: Nordvik) -> None:
    poll = asks(house)
    first = vote(house, ALICE, poll, "Nei")
    house.done(first)
    house.done(first)
    assert cast(house) == [(ALICE.id, 1)]
    assert house.ask("SELECT count(*) FROM event WHERE kind = 'vote'") == [(1,)]


def test_where_one_choice_is_asked_for_the_first_counts(house: Nordvik) -> None:
    poll = asks(house)
    house.done(vote(house, ALICE, poll, "Ja"))
    assert house.refused(vote(house, ALICE, poll, "Nei")) == "voted"
    assert cast(house) == [(ALICE.id, 0)]


def test_nobody_casts_more_votes_than_there_are_choices(house: Nordvik) -> None:
    poll = asks(house, multiple=True)
    for choice in CHOICES * 2:
        house.done(vote(house, ALICE, poll, choice))
    for choice in ("", "ja", "Ja ", "Kanskje", "x" * 2_048):
        assert house.refused(vote(house, ALICE, poll, choice)) == "no_such_choice"
    assert len(cast(house)) == len(CHOICES)


def test_where_several_may_be_chosen_each_counts_once(house: Nordvik) -> None:
    poll = asks(house, multiple=True)
    for choice in ("Ja", "Nei", "Ja"):
        house.done(vote(house, ALICE, poll, choice))
    assert cast(house) == [(ALICE.id, 0), (ALICE.id, 1)]


def test_a_choice_that_is_not_there_does_not_count(house: Nordvik) -> None:
    assert house.refused(vote(house, ALICE, asks(house), "Kanskje")) == "no_such_choice"


def test_nothing_counts_after_the_end(house: Nordvik) -> None:
    poll = asks(house)
    house.clock.time = NOW + HOUR - 1
    house.done(vote(house, ALICE, poll))
    house.clock.time = NOW + HOUR
    assert house.refused(vote(house, BOB, poll)) == "poll_ended"


def test_nothing_counts_once_a_poll_is_closed(house: Nordvik) -> None:
    poll = asks(house)
    house.put(replace(house.all(Poll)[0], closed=NOW))
    assert house.refused(vote(house, ALICE, poll)) == "poll_ended"


def test_nobody_votes_in_their_own_poll(house: Nordvik) -> None:
    assert house.refused(vote(house, LEDERGRUPPEN, asks(house))) == "own_poll"


@pytest.mark.parametrize("hidden", ["internal", "blocked", "suspended"])
def test_a_poll_that_cannot_be_seen_is_answered_as_one_that_never_was(
    house: Nordvik, hidden: str
) -> None:
    poll = asks(house, KARI, Visibility.INTERNAL if hidden == "internal" else Visibility.PUBLIC)
    if hidden == "blocked":
        house.blocks(KARI, ALICE)
    if hidden == "suspended":
        house.put(replace(KARI, suspended=NOW))
    unseen = house.do(vote(house, ALICE, poll))
    absent = house.do(vote(house, ALICE, URLS.post(12345)))
    assert unseen == absent
    assert cast(house) == []


def test_a_suspended_voter_does_not_vote(house: Nordvik) -> None:
    poll = asks(house)
    house.put(replace(MALLORY, suspended=NOW))
    assert house.refused(vote(house, MALLORY, poll)) == "actor_gone"


def test_our_vote_goes_to_who_asks_and_to_nobody_else(house: Nordvik) -> None:
    house.follows(BOB, KARI)
    poll = asks(house, ALICE)
    house.done(vote(house, KARI, poll))
    assert house.delivered() == [("Create", ALICE.inbox)]
    assert house.bodies()[-1]["to"] == [ALICE.uri]


def test_a_vote_among_colleagues_stays_inside(house: Nordvik) -> None:
    poll = asks(house, KARI, Visibility.INTERNAL)
    house.done(vote(house, OLA, poll))
    assert cast(house) == [(OLA.id, 0)]
    assert house.delivered() == []


def test_a_reader_cannot_vote_as_the_department(house: Nordvik) -> None:
    poll = asks(house, ALICE)
    given = replace(vote(house, LEDERGRUPPEN, poll), person=PERSON_OLA.id)
    assert house.refused(given) == "not_yours"


def test_two_strangers_do_not_vote_here(house: Nordvik) -> None:
    poll = asks(house, ALICE)
    assert house.refused(vote(house, BOB, poll)) == "not_ours"


def test_what_is_no_poll_cannot_be_voted_in(house: Nordvik) -> None:
    assert house.refused(vote(house, ALICE, house.says(KARI))) == "no_such_post"


def test_two_choices_at_once_are_one_where_one_is_asked_for(house: Nordvik) -> None:
    poll = asks(house)
    votes = [vote(house, ALICE, poll, choice) for choice in CHOICES for _ in range(5)]

    async def at_once() -> list[object]:
        return list(await asyncio.gather(*(house.performer.once(one) for one in votes)))

    outcomes = run(at_once())
    assert len(cast(house)) == 1
    assert sum(isinstance(outcome, Done) for outcome in outcomes) == 5
