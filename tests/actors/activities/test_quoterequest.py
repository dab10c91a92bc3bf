"""What a QuoteRequest means: who elsewhere may quote what we wrote, and what became of it."""

from dataclasses import replace

import pytest

from actors.people import Actor
from actors.posts import Note, Post, Quotable, Quote, QuoteState, Visibility
from actors.quoting import policy_of
from actors.verbs import Delete, QuoteRequest
from tests.people import (
    ALICE,
    BOB,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    OLA,
    PERSON_KARI,
    PUBLIC,
    URLS,
    Nordvik,
    note,
)


def asks(house: Nordvik, who: Actor, post: Post, quoting: str = "") -> QuoteRequest:
    instrument = quoting or house.post_uri(who)
    return QuoteRequest(uri=house.uri(who), actor=who.uri, object=post.uri, instrument=instrument)


def the_quote(house: Nordvik) -> Quote:
    (found,) = house.all(Quote)
    assert isinstance(found, Quote)
    return found


def quoting_note(who: Actor, uri: str, post: Post, stamp: str = "") -> Note:
    return note(who, uri, quote=post.uri, stamp=stamp)


def test_a_public_post_is_quoted_at_once_and_the_stamp_can_be_looked_up(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    request = asks(house, ALICE, post)
    house.done(request)
    quote = the_quote(house)
    assert (quote.uri, quote.quoted_id, quote.state) == (
        request.instrument,
        post.id,
        QuoteState.ACCEPTED,
    )
    local = URLS.parse(quote.stamp)
    assert local is not None
    assert local.kind == "stamp"
    answer = house.bodies()[-1]
    assert (answer["type"], answer["result"], answer["actor"]) == (
        "Accept",
        quote.stamp,
        LEDERGRUPPEN.uri,
    )
    assert answer["object"] == {
        "type": "QuoteRequest",
        "id": request.uri,
        "actor": ALICE.uri,
        "object": post.uri,
        "instrument": request.instrument,
    }
    assert house.delivered()[-1] == ("Accept", ALICE.inbox)


@pytest.mark.parametrize("policy", ["followers", "nobody"])
def test_who_is_not_let_is_refused(house: Nordvik, policy: str) -> None:
    post = house.says(LEDERGRUPPEN, can_quote=policy_of(policy, LEDERGRUPPEN))
    house.done(asks(house, ALICE, post))
    assert the_quote(house).state is QuoteState.REJECTED
    assert house.bodies()[-1]["type"] == "Reject"


def test_a_follower_is_let_where_followers_are(house: Nordvik) -> None:
    house.follows(ALICE, LEDERGRUPPEN)
    post = house.says(LEDERGRUPPEN, can_quote=policy_of("followers", LEDERGRUPPEN))
    house.done(asks(house, ALICE, post))
    assert the_quote(house).state is QuoteState.ACCEPTED


@pytest.mark.parametrize("visibility", [Visibility.INTERNAL, Visibility.DIRECT])
def test_what_one_may_not_see_is_not_there_and_gets_no_answer(
    house: Nordvik, visibility: Visibility
) -> None:
    post = house.says(KARI, visibility)
    assert house.refused(asks(house, ALICE, post)) == "no_such_post"
    assert house.all(Quote) == []
    assert not any(body["type"] in ("Accept", "Reject") for body in house.bodies())


def test_a_followers_only_post_is_not_quoted_by_those_who_see_it(house: Nordvik) -> None:
    house.follows(ALICE, LEDERGRUPPEN)
    post = house.says(LEDERGRUPPEN, Visibility.FOLLOWERS)
    house.done(asks(house, ALICE, post))
    assert the_quote(house).state is QuoteState.REJECTED


def test_who_is_blocked_learns_nothing(house: Nordvik) -> None:
    house.blocks(LEDERGRUPPEN, MALLORY)
    post = house.says(LEDERGRUPPEN)
    assert house.refused(asks(house, MALLORY, post)) == "no_such_post"


def test_the_same_request_again_gets_the_same_stamp(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    request = asks(house, ALICE, post)
    house.done(request)
    first = the_quote(house)
    house.done(replace(request, uri=house.uri(ALICE)))
    assert the_quote(house) == first
    assert [body["result"] for body in house.bodies() if body["type"] == "Accept"] == [
        first.stamp,
        first.stamp,
    ]


def test_nobody_quotes_in_anothers_post(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    other = house.says(BOB)
    assert house.refused(asks(house, ALICE, post, other.uri)) == "not_owner"


def test_the_post_comes_after_the_leave_and_the_author_is_told_once(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    request = asks(house, ALICE, post)
    house.done(request)
    assert house.told(LEDERGRUPPEN) == []
    stamp = the_quote(house).stamp
    house.done(house.create(quoting_note(ALICE, request.instrument, post, stamp)))
    kept = house.post(request.instrument)
    assert (the_quote(house).post_id, the_quote(house).state) == (kept.id, QuoteState.ACCEPTED)
    assert house.told(LEDERGRUPPEN) == [("quote", ALICE.id, kept.id)]


def test_the_post_comes_before_the_leave(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    uri = house.post_uri(ALICE)
    house.done(house.create(quoting_note(ALICE, uri, post)))
    assert the_quote(house).state is QuoteState.PENDING
    assert house.told(LEDERGRUPPEN) == []
    house.done(asks(house, ALICE, post, uri))
    assert the_quote(house).state is QuoteState.ACCEPTED
    assert house.told(LEDERGRUPPEN) == [("quote", ALICE.id, house.post(uri).id)]


def test_a_stamp_of_ours_that_we_never_gave_proves_nothing(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    given = asks(house, ALICE, post)
    house.done(given)
    stamp = the_quote(house).stamp
    forged = house.post_uri(BOB)
    house.done(house.create(quoting_note(BOB, forged, post, stamp)))
    states = {quote.uri: quote.state for quote in house.all(Quote)}
    assert states[forged] is QuoteState.PENDING


def test_a_leave_got_by_a_neighbour_is_none_for_who_is_blocked(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    uri = house.post_uri(ALICE)
    house.done(asks(house, BOB, post, uri))
    house.blocks(LEDERGRUPPEN, ALICE)
    house.follows(OLA, ALICE)
    house.done(house.create(quoting_note(ALICE, uri, post, the_quote(house).stamp)))
    assert the_quote(house).state is QuoteState.PENDING
    assert house.told(LEDERGRUPPEN) == []


def test_the_leave_is_taken_back_and_not_given_again(house: Nordvik) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    post = house.says(LEDERGRUPPEN)
    request = asks(house, ALICE, post)
    house.done(request)
    stamp = the_quote(house).stamp
    house.done(house.create(quoting_note(ALICE, request.instrument, post, stamp)))
    forbid = Delete(
        uri=house.uri(LEDERGRUPPEN),
        actor=LEDERGRUPPEN.uri,
        object=stamp,
        person=PERSON_KARI.id,
    )
    house.done(forbid)
    assert the_quote(house).state is QuoteState.REVOKED
    assert house.bodies()[-1]["object"] == {"type": "Tombstone", "id": stamp}
    assert ("Delete", ALICE.inbox) in house.delivered()
    house.done(replace(request, uri=house.uri(ALICE)))
    assert the_quote(house).state is QuoteState.REVOKED
    assert house.bodies()[-1]["type"] == "Reject"


def test_nobody_else_takes_a_leave_back(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    house.done(asks(house, ALICE, post))
    stamp = the_quote(house).stamp
    for who in (OLA, MALLORY):
        assert house.refused(Delete(uri=house.uri(who), actor=who.uri, object=stamp)) == "not_yours"
    assert the_quote(house).state is QuoteState.ACCEPTED


def test_deleting_the_quoting_post_ends_the_quote(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    request = asks(house, ALICE, post)
    house.done(request)
    stamp = the_quote(house).stamp
    house.done(house.create(quoting_note(ALICE, request.instrument, post, stamp)))
    house.done(Delete(uri=house.uri(ALICE), actor=ALICE.uri, object=request.instrument))
    assert house.all(Quote) == []
    assert house.told(LEDERGRUPPEN) == []


def test_only_public_counts_as_everybody() -> None:
    assert policy_of("public", KARI) == Quotable(automatic=(PUBLIC,))
    assert policy_of("nobody", KARI) == Quotable(automatic=(KARI.uri,))
