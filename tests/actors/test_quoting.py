"""Who of ours may quote what, what is asked of whom, and what is believed of others' quotes."""

from dataclasses import replace

from actors.effects import Refusal
from actors.people import Actor
from actors.posts import Post, Quotable, Quote, QuoteState, Visibility
from actors.verbs import Accept, Create, Delete, Reject, Update
from tests.people import (
    ALICE,
    BOB,
    CARLA,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    OLA,
    PUBLIC,
    Nordvik,
    note,
)

ALL = Quotable(automatic=(PUBLIC,))
ASK = Quotable(manual=(PUBLIC,))


def quotes(
    house: Nordvik,
    who: Actor,
    post: Post,
    visibility: Visibility = Visibility.PUBLIC,
    *named: Actor,
) -> Post:
    return house.says(who, visibility, *named, quote=post.uri)


def refusal(house: Nordvik, who: Actor, post: Post, visibility: Visibility) -> str:
    made = note(who, house.post_uri(who), visibility, quote=post.uri)
    local = house.urls.parse(made.uri)
    assert local is not None
    outcome = house.do(
        Create(uri=house.urls.activity(local.id), actor=who.uri, note=made, visibility=visibility)
    )
    assert isinstance(outcome, Refusal), outcome
    return outcome.code


def state(house: Nordvik, post: Post) -> QuoteState:
    return of(house, post).state


def of(house: Nordvik, post: Post) -> Quote:
    found = next(one for one in house.all(Quote) if one.uri == post.uri)
    assert isinstance(found, Quote)
    return found


def wanted(house: Nordvik) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in house.ask("SELECT uri, why FROM wanted ORDER BY uri")]


def test_ours_are_quoted_by_ours_under_a_stamp(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    quote = quotes(house, OLA, post)
    assert of(house, quote).stamp
    assert house.told(LEDERGRUPPEN) == [("quote", OLA.id, quote.id)]
    body = next(b for b in house.bodies() if b["type"] == "Create" and "quote" in b["object"])
    assert body["object"]["quoteAuthorization"] == of(house, quote).stamp


def test_oneself_one_may_always_quote_but_not_more_widely(house: Nordvik) -> None:
    closed = Quotable(automatic=(LEDERGRUPPEN.uri,))
    post = house.says(LEDERGRUPPEN, can_quote=closed)
    assert state(house, quotes(house, LEDERGRUPPEN, post)) is QuoteState.ACCEPTED
    narrow = house.says(LEDERGRUPPEN, Visibility.FOLLOWERS)
    quote = quotes(house, LEDERGRUPPEN, narrow)
    assert quote.visibility is Visibility.FOLLOWERS
    assert of(house, quote).stamp == ""


def test_what_is_narrow_is_quoted_by_nobody_else(house: Nordvik) -> None:
    house.follows(OLA, LEDERGRUPPEN)
    post = house.says(LEDERGRUPPEN, Visibility.FOLLOWERS)
    assert refusal(house, OLA, post, Visibility.PUBLIC) == "no_such_quotable"
    hidden = house.says(KARI, Visibility.DIRECT)
    assert refusal(house, OLA, hidden, Visibility.PUBLIC) == "no_such_post"


def test_a_quote_of_what_is_internal_stays_inside_whatever_was_asked(house: Nordvik) -> None:
    house.follows(ALICE, LEDERGRUPPEN)
    post = house.says(KARI, Visibility.INTERNAL)
    before = len(house.bodies())
    quote = quotes(house, LEDERGRUPPEN, post, Visibility.PUBLIC, ALICE)
    assert quote.visibility is Visibility.INTERNAL
    assert house.readers(quote) == []
    direct = quotes(house, LEDERGRUPPEN, post, Visibility.DIRECT, ALICE, KARI)
    assert house.readers(direct) == [KARI.id]
    assert not house.sees(ALICE, direct)
    sent = [body for body in house.bodies()[before:] if ALICE.uri in str(body)]
    assert sent == []


def test_elsewhere_the_author_is_asked_and_shown_the_post(house: Nordvik) -> None:
    for policy in (ALL, ASK):
        post = house.says(ALICE, can_quote=policy)
        quote = quotes(house, LEDERGRUPPEN, post)
        assert state(house, quote) is QuoteState.PENDING
        request = house.bodies()[-1]
        assert (request["type"], request["object"]) == ("QuoteRequest", post.uri)
        assert request["instrument"]["id"] == quote.uri
        assert request["id"] == of(house, quote).request
    kinds = [
        kind for kind, inbox in house.delivered() if inbox in (ALICE.inbox, ALICE.shared_inbox)
    ]
    assert kinds == ["Create", "QuoteRequest"] * 2


def test_a_narrow_quote_is_not_shown_with_the_question(house: Nordvik) -> None:
    post = house.says(ALICE, can_quote=ALL)
    quote = quotes(house, LEDERGRUPPEN, post, Visibility.FOLLOWERS)
    request = house.bodies()[-1]
    assert (request["type"], request["instrument"]) == ("QuoteRequest", quote.uri)
    inside = quotes(house, KARI, post, Visibility.INTERNAL)
    assert house.bodies()[-1]["id"] == request["id"]
    assert (state(house, inside), of(house, inside).stamp) == (QuoteState.ACCEPTED, "")
    asks = house.says(ALICE, can_quote=ASK)
    assert refusal(house, KARI, asks, Visibility.INTERNAL) == "no_such_quotable"


def test_who_says_nothing_or_no_is_not_quoted(house: Nordvik) -> None:
    for policy in (None, Quotable(), Quotable(automatic=(ALICE.followers,))):
        post = house.says(ALICE, can_quote=policy)
        assert refusal(house, LEDERGRUPPEN, post, Visibility.PUBLIC) == "no_such_quotable"
    house.blocks(ALICE, LEDERGRUPPEN)
    post = house.says(ALICE, can_quote=ALL)
    assert refusal(house, LEDERGRUPPEN, post, Visibility.PUBLIC) == "no_such_post"


def answer(house: Nordvik, quote: Post, by: Actor, stamp: str = "") -> Accept:
    return Accept(
        uri=house.uri(by),
        actor=by.uri,
        object=of(house, quote).request,
        follower=LEDERGRUPPEN.uri,
        quoted=quote.quote,
        instrument=quote.uri,
        stamp=stamp,
    )


def test_a_yes_is_believed_of_who_is_quoted_alone(house: Nordvik) -> None:
    quote = quotes(house, LEDERGRUPPEN, house.says(ALICE, can_quote=ALL))
    stamp = "https://mastodon.test/stamps/1"
    assert house.refused(answer(house, quote, MALLORY, stamp)) == "not_yours"
    assert house.refused(answer(house, quote, BOB, stamp)) == "not_yours"
    assert house.refused(answer(house, quote, ALICE)) == "no_stamp"
    foreign = "https://evil.test/stamps/1"
    assert house.refused(answer(house, quote, ALICE, foreign)) == "not_yours"
    house.done(answer(house, quote, ALICE, stamp))
    assert (of(house, quote).state, of(house, quote).stamp) == (QuoteState.ACCEPTED, stamp)
    assert house.ask("SELECT kind, target_id FROM spread") == [("tell-again", quote.id)]


def test_a_no_and_a_no_after_a_yes(house: Nordvik) -> None:
    quote = quotes(house, LEDERGRUPPEN, house.says(ALICE, can_quote=ALL))
    no = Reject(uri=house.uri(ALICE), actor=ALICE.uri, object=of(house, quote).request)
    house.done(no)
    assert state(house, quote) is QuoteState.REJECTED
    house.done(answer(house, quote, ALICE, "https://mastodon.test/stamps/1"))
    assert state(house, quote) is QuoteState.ACCEPTED
    house.done(replace(no, uri=house.uri(ALICE)))
    assert state(house, quote) is QuoteState.REVOKED
    house.done(answer(house, quote, ALICE, "https://mastodon.test/stamps/2"))
    assert state(house, quote) is QuoteState.REVOKED


def test_the_stamp_s_deletion_revokes(house: Nordvik) -> None:
    quote = quotes(house, LEDERGRUPPEN, house.says(ALICE, can_quote=ALL))
    stamp = "https://mastodon.test/stamps/1"
    house.done(answer(house, quote, ALICE, stamp))
    forged = Delete(uri=house.uri(BOB), actor=BOB.uri, object=stamp)
    assert house.refused(forged) == "not_yours"
    house.done(replace(forged, uri=house.uri(ALICE), actor=ALICE.uri))
    assert state(house, quote) is QuoteState.REVOKED


def test_another_s_quote_of_another_waits_for_its_stamp_to_be_seen(house: Nordvik) -> None:
    house.follows(OLA, CARLA)
    post = house.says(ALICE)
    stamp = "https://mastodon.test/stamps/9"
    for given in ("", stamp):
        uri = house.post_uri(CARLA)
        house.done(house.create(note(CARLA, uri, quote=post.uri, stamp=given)))
        assert state(house, house.post(uri)) is QuoteState.PENDING
        assert ((uri, "quote") in wanted(house)) is bool(given)


def test_what_is_quoted_may_come_later(house: Nordvik) -> None:
    house.follows(OLA, CARLA)
    quoted, uri = house.post_uri(CARLA), house.post_uri(CARLA)
    house.done(house.create(note(CARLA, uri, quote=quoted)))
    assert of(house, house.post(uri)).quoted_id is None
    assert wanted(house) == [(uri, "quote")]
    house.done(house.create(note(CARLA, quoted)))
    assert of(house, house.post(uri)).quoted_id == house.post(quoted).id


def test_another_s_quote_of_oneself_needs_no_stamp(house: Nordvik) -> None:
    house.follows(OLA, CARLA)
    quote = quotes(house, CARLA, house.says(CARLA))
    assert state(house, quote) is QuoteState.ACCEPTED


def test_an_update_brings_the_stamp_and_is_no_edit(house: Nordvik) -> None:
    house.follows(OLA, CARLA)
    post = house.says(ALICE)
    first = note(CARLA, house.post_uri(CARLA), quote=post.uri)
    house.done(house.create(first))
    stamped = replace(first, stamp="https://mastodon.test/stamps/9")
    house.done(Update(uri=house.uri(CARLA), actor=CARLA.uri, note=stamped))
    kept = house.post(first.uri)
    assert (kept.edited, of(house, kept).stamp) == (None, stamped.stamp)
    assert wanted(house) == [(first.uri, "quote")]
    closed = replace(stamped, can_quote=ALL)
    house.done(Update(uri=house.uri(CARLA), actor=CARLA.uri, note=closed))
    assert house.post(first.uri).can_quote == ALL
    assert house.post(first.uri).edited is None


def test_an_update_to_quote_another_is_a_new_quote(house: Nordvik) -> None:
    house.follows(OLA, CARLA)
    mine, other = house.says(CARLA), house.says(LEDERGRUPPEN)
    first = note(CARLA, house.post_uri(CARLA), quote=mine.uri)
    house.done(house.create(first))
    assert state(house, house.post(first.uri)) is QuoteState.ACCEPTED
    moved = replace(first, quote=other.uri)
    house.done(Update(uri=house.uri(CARLA), actor=CARLA.uri, note=moved))
    assert state(house, house.post(first.uri)) is QuoteState.PENDING
    assert house.told(LEDERGRUPPEN) == []
    none = replace(first, quote="")
    house.done(Update(uri=house.uri(CARLA), actor=CARLA.uri, note=none))
    assert house.all(Quote) == []


def test_a_direct_post_quotes_whom_it_names(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    assert refusal(house, KARI, post, Visibility.DIRECT) == "not_named"
    quote = quotes(house, KARI, post, Visibility.DIRECT, LEDERGRUPPEN)
    assert state(house, quote) is QuoteState.ACCEPTED


def test_whoever_quotes_a_boost_quotes_the_post(house: Nordvik) -> None:
    from actors.verbs import Announce

    post = house.says(LEDERGRUPPEN)
    shared = Announce(
        uri=house.uri(KARI), actor=KARI.uri, object=post.uri, published=1, to=(PUBLIC,)
    )
    house.done(shared)
    quote = quotes(house, OLA, house.post(shared.uri))
    assert quote.quote == post.uri
