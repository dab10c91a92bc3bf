"""What our actors do to others and to posts: what stands afterwards, and what is refused."""

import pytest

from actors.errors import Forbidden, Invalid, NotFound
from actors.people import Actor
from actors.posts import Pin, Post, Visibility, Vote
from actors.relationships import RelationKind, RelationState, Report
from fedi.publishing import Interacting
from tests.fedi.publishing.offline import OFFLINE
from tests.people import (
    ALICE,
    BEREDSKAP,
    BOB,
    CARLA,
    HOUSE,
    IKT,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
    poll_note,
)
from tests.running import run


def does(nordvik: Nordvik) -> Interacting:
    return Interacting(nordvik.performer, OFFLINE)


def asks(nordvik: Nordvik, author: Actor, *choices: str, multiple: bool = False) -> Post:
    """A poll of an actor's, which everybody may see."""
    from actors.verbs import Create

    note = poll_note(author, nordvik.post_uri(author), choices, multiple=multiple)
    if not author.local:
        nordvik.done(nordvik.create(note, fetched=True))
    else:
        nordvik.done(Create(uri=nordvik.uri(author), actor=author.uri, note=note))
    return nordvik.post(note.uri)


# -- following


def test_following_one_of_ours_holds_at_once_and_one_of_others_is_asked(nordvik: Nordvik) -> None:
    here = run(does(nordvik).follow(KARI, LEDERGRUPPEN, person=PERSON_KARI.id))
    assert here.state is RelationState.ACCEPTED
    there = run(does(nordvik).follow(KARI, ALICE))
    assert there.state is RelationState.PENDING
    again = run(does(nordvik).follow(KARI, ALICE))
    assert again == there
    assert nordvik.delivered() == [("Follow", ALICE.inbox)]


def test_nobody_of_a_blocked_server_is_followed_known_or_not(nordvik: Nordvik) -> None:
    with pytest.raises(Invalid, match="Nothing is exchanged with"):
        run(does(nordvik).follow(KARI, MALLORY))
    assert nordvik.state(KARI, MALLORY) == ""


def test_unfollowing_tells_them_once_and_is_nothing_where_nothing_held(nordvik: Nordvik) -> None:
    assert run(does(nordvik).unfollow(KARI, ALICE)) is None
    follow = nordvik.follows(KARI, ALICE)
    assert run(does(nordvik).unfollow(KARI, ALICE)) == follow
    assert nordvik.state(KARI, ALICE) == ""
    assert run(does(nordvik).unfollow(KARI, ALICE)) is None
    assert [kind for kind, _ in nordvik.delivered()] == ["Undo"]


def test_a_request_is_accepted_or_rejected_and_a_follower_removed(nordvik: Nordvik) -> None:
    with pytest.raises(NotFound, match="has not asked"):
        run(does(nordvik).accept(IKT, ALICE))
    nordvik.follows(ALICE, IKT, state=RelationState.PENDING)
    nordvik.follows(BOB, IKT, state=RelationState.PENDING)
    assert run(does(nordvik).accept(IKT, ALICE)).state is RelationState.ACCEPTED
    assert run(does(nordvik).reject(IKT, BOB)) is not None
    assert nordvik.state(BOB, IKT) == ""
    assert run(does(nordvik).reject(IKT, ALICE)) is not None
    assert nordvik.state(ALICE, IKT) == ""
    assert run(does(nordvik).reject(IKT, ALICE)) is None
    assert [kind for kind, _ in nordvik.delivered()] == ["Accept", "Reject", "Reject"]


def test_a_block_ends_follows_both_ways_and_its_end_brings_none_back(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, ALICE)
    nordvik.follows(ALICE, KARI)
    assert run(does(nordvik).block(KARI, ALICE)).kind is RelationKind.BLOCK
    assert (nordvik.state(KARI, ALICE), nordvik.state(ALICE, KARI)) == ("", "")
    with pytest.raises(Forbidden):
        run(does(nordvik).follow(KARI, ALICE))
    assert run(does(nordvik).unblock(KARI, ALICE)) is not None
    assert run(does(nordvik).unblock(KARI, ALICE)) is None
    assert nordvik.state(KARI, ALICE) == ""


def test_nobody_follows_or_blocks_themselves(nordvik: Nordvik) -> None:
    for verb in (does(nordvik).follow, does(nordvik).block):
        with pytest.raises(Invalid):
            run(verb(KARI, KARI))


# -- posts


def test_liking_what_somebody_shared_likes_the_post_itself(nordvik: Nordvik) -> None:
    post = nordvik.says(ALICE)
    boost = run(does(nordvik).boost(KARI, post))
    liked = run(does(nordvik).like(OLA, boost))
    assert liked.post_id == post.id
    assert run(does(nordvik).like(OLA, post)) == liked
    assert run(does(nordvik).unlike(OLA, boost)) == liked
    assert run(does(nordvik).unlike(OLA, post)) is None


def test_an_emoji_is_a_reaction_of_its_own(nordvik: Nordvik) -> None:
    post = nordvik.says(LEDERGRUPPEN)
    run(does(nordvik).like(KARI, post, "🎉"))
    assert run(does(nordvik).unlike(KARI, post)) is None
    assert run(does(nordvik).unlike(KARI, post, "🎉")) is not None


def test_a_boost_goes_as_far_as_asked_and_no_farther_than_the_post(nordvik: Nordvik) -> None:
    public = nordvik.says(LEDERGRUPPEN)
    quiet = run(does(nordvik).boost(LEDERGRUPPEN, public, Visibility.UNLISTED))
    assert quiet.visibility is Visibility.UNLISTED
    assert run(does(nordvik).boost(LEDERGRUPPEN, public)) == quiet
    inside = nordvik.says(KARI, Visibility.INTERNAL)
    assert run(does(nordvik).boost(OLA, inside)).visibility is Visibility.INTERNAL
    assert run(does(nordvik).unboost(LEDERGRUPPEN, quiet)) == quiet
    assert run(does(nordvik).unboost(LEDERGRUPPEN, public)) is None


def test_what_one_may_not_see_is_as_what_never_was(nordvik: Nordvik) -> None:
    secret = nordvik.says(KARI, Visibility.DIRECT)
    for verb in (does(nordvik).like, does(nordvik).boost):
        with pytest.raises(NotFound):
            run(verb(OLA, secret))


def test_five_posts_of_ones_own_can_be_pinned(nordvik: Nordvik) -> None:
    posts = [nordvik.says(LEDERGRUPPEN) for _ in range(6)]
    for post in posts[:5]:
        run(does(nordvik).pin(LEDERGRUPPEN, post))
    with pytest.raises(Invalid, match="At most 5"):
        run(does(nordvik).pin(LEDERGRUPPEN, posts[5]))
    assert run(does(nordvik).unpin(LEDERGRUPPEN, posts[0])) is True
    assert run(does(nordvik).unpin(LEDERGRUPPEN, posts[0])) is False
    run(does(nordvik).pin(LEDERGRUPPEN, posts[5]))
    assert {pin.post_id for pin in nordvik.all(Pin)} == {post.id for post in posts[1:]}
    with pytest.raises(Forbidden):
        run(does(nordvik).pin(LEDERGRUPPEN, nordvik.says(IKT)))
    with pytest.raises(Invalid):
        run(does(nordvik).pin(LEDERGRUPPEN, nordvik.says(LEDERGRUPPEN, Visibility.FOLLOWERS)))
    assert [kind for kind, _ in nordvik.sent() if kind in ("Add", "Remove")] == [
        *["Add"] * 5, "Remove", "Add",
    ]  # fmt: skip


def test_a_vote_is_cast_whole_and_once(nordvik: Nordvik) -> None:
    poll = asks(nordvik, ALICE, "Buss", "Tog", "Ferge", multiple=True)
    assert len(run(does(nordvik).vote(KARI, poll, [0, 2])).options) == 3
    assert {vote.choice for vote in nordvik.all(Vote)} == {0, 2}
    with pytest.raises(Invalid, match="already"):
        run(does(nordvik).vote(KARI, poll, [1]))
    assert len(nordvik.all(Vote)) == 2
    assert [kind for kind, _ in nordvik.delivered()] == ["Create", "Create"]


def test_a_vote_that_can_not_be_is_refused_whole(nordvik: Nordvik) -> None:
    poll = asks(nordvik, LEDERGRUPPEN, "Ja", "Nei")
    for choices in ([], [2], [-1], [0, 1]):
        with pytest.raises(Invalid):
            run(does(nordvik).vote(KARI, poll, choices))
    with pytest.raises(NotFound):
        run(does(nordvik).vote(KARI, nordvik.says(LEDERGRUPPEN), [0]))
    with pytest.raises(Invalid):
        run(does(nordvik).vote(LEDERGRUPPEN, poll, [0]))
    assert nordvik.all(Vote) == []


# -- reports and roles


def test_a_report_is_kept_and_forwarded_only_if_asked(nordvik: Nordvik) -> None:
    post = nordvik.says(ALICE)
    report = run(does(nordvik).report(KARI, ALICE, [post], "Sjikane"))
    assert (report.by_id, report.target_id) == (KARI.id, ALICE.id)
    assert (report.post_ids, report.comment) == ((post.id,), "Sjikane")
    assert nordvik.delivered() == []
    assert (report.category, report.forwarded) == ("other", False)
    sent = run(does(nordvik).report(KARI, ALICE, [post], "Søl", category="spam", forward=True))
    assert (sent.category, sent.forwarded) == ("spam", True)
    assert nordvik.delivered() == [("Flag", ALICE.inbox)]
    document = nordvik.bodies()[-1]
    assert document["actor"] == HOUSE.uri
    assert KARI.uri not in str(document)
    assert len(nordvik.all(Report)) == 2


def test_a_report_is_about_the_posts_of_the_one_it_is_about(nordvik: Nordvik) -> None:
    with pytest.raises(Invalid):
        run(does(nordvik).report(KARI, ALICE, [nordvik.says(CARLA)]))
    with pytest.raises(Invalid):
        run(does(nordvik).report(KARI, ALICE, comment="x" * 1_001))
    with pytest.raises(Invalid):
        run(does(nordvik).report(KARI, ALICE, category="annet"))


def test_a_person_does_only_what_their_role_allows(nordvik: Nordvik) -> None:
    post = nordvik.says(ALICE)
    acting = does(nordvik)
    run(acting.like(LEDERGRUPPEN, post, person=PERSON_KARI.id))
    nordvik.follows(ALICE, LEDERGRUPPEN)
    for work in (
        acting.like(LEDERGRUPPEN, post, person=PERSON_OLA.id),
        acting.boost(LEDERGRUPPEN, post, person=PERSON_OLA.id),
        acting.follow(LEDERGRUPPEN, BEREDSKAP, person=PERSON_OLA.id),
        acting.reject(LEDERGRUPPEN, ALICE, person=PERSON_OLA.id),
        acting.block(LEDERGRUPPEN, ALICE, person=PERSON_OLA.id),
        acting.report(LEDERGRUPPEN, ALICE, person=PERSON_OLA.id),
    ):
        with pytest.raises(Forbidden):
            run(work)


def test_an_unknown_actor_can_not_be_followed_without_a_network(nordvik: Nordvik) -> None:
    from dataclasses import replace

    from actors.errors import FetchError

    stranger = replace(ALICE, id=99, uri="https://nytt.test/users/x")
    with pytest.raises(FetchError):
        run(does(nordvik).follow(KARI, stranger))
