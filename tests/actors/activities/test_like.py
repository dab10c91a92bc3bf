"""What a Like means, plain or as an emoji, from abroad and from ours."""

import asyncio
from dataclasses import replace

import pytest

from actors.activities.like import MAX_EMOJIS
from actors.effects import Done, Need
from actors.people import Actor
from actors.posts import Post, Visibility
from actors.relationships import Reaction
from actors.verbs import Like, Undo
from tests.people import (
    ALICE,
    BOB,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
)
from tests.running import run


def like(house: Nordvik, who: Actor, post: Post | str, content: str = "") -> Like:
    uri = post if isinstance(post, str) else post.uri
    return Like(uri=house.uri(who), actor=who.uri, object=uri, content=content)


def test_a_like_from_abroad_is_kept_and_told_once(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    first = like(house, ALICE, post)
    house.done(first)
    house.done(first)
    house.done(like(house, ALICE, post))
    assert [row.uri for row in house.all(Reaction)] == [first.uri]
    assert house.told(LEDERGRUPPEN) == [("favourite", ALICE.id, post.id)]


def test_one_actor_puts_no_more_emojis_on_a_post_than_anybody_means(house: Nordvik) -> None:
    post, other = house.says(LEDERGRUPPEN), house.says(LEDERGRUPPEN)
    for number in range(MAX_EMOJIS):
        house.done(like(house, ALICE, post, f":e{number}:"))
    assert house.refused(like(house, ALICE, post, ":more:")) == "too_many_reactions"
    again = house.counts()
    house.done(like(house, ALICE, post, ":e0:"))
    assert house.counts() == again
    house.done(like(house, ALICE, post))
    house.done(like(house, BOB, post, ":more:"))
    house.done(like(house, ALICE, other, ":more:"))
    gone = next(row for row in house.all(Reaction) if row.content == ":e0:")
    house.done(Undo(uri=house.uri(ALICE), actor=ALICE.uri, object=gone.uri, kind="Like"))
    house.done(like(house, ALICE, post, ":more:"))


def test_our_like_goes_to_the_author_alone(house: Nordvik) -> None:
    house.follows(BOB, KARI)
    post = house.says(ALICE)
    house.done(like(house, KARI, post))
    assert house.delivered() == [("Like", ALICE.inbox)]


def test_a_like_inside_stays_inside(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN, Visibility.INTERNAL)
    house.done(like(house, KARI, post))
    assert house.told(LEDERGRUPPEN) == [("favourite", KARI.id, post.id)]
    assert [kind for kind, _ in house.delivered()] == []


def test_nobody_is_told_of_their_own_like(house: Nordvik) -> None:
    post = house.says(KARI)
    house.done(like(house, KARI, post))
    assert house.told(KARI) == []


def test_an_emoji_is_a_reaction_of_its_own(house: Nordvik) -> None:
    post = house.says(KARI)
    house.done(like(house, ALICE, post))
    house.done(like(house, ALICE, post, "🎉"))
    assert [row.content for row in house.all(Reaction)] == ["", "🎉"]
    assert len(house.told(KARI)) == 1


def test_liking_a_boost_likes_what_was_boosted(house: Nordvik) -> None:
    post = house.says(KARI)
    boost = Post(
        id=900,
        uri="https://mastodon.test/boosts/1",
        author_id=BOB.id,
        visibility=Visibility.PUBLIC,
        published=NOW,
        boost_of=post.id,
    )
    house.put(boost)
    house.done(like(house, ALICE, boost))
    assert [row.post_id for row in house.all(Reaction)] == [post.id]


@pytest.mark.parametrize("hidden", ["internal", "followers", "direct", "deleted", "suspended"])
def test_what_cannot_be_seen_is_answered_as_what_never_was(house: Nordvik, hidden: str) -> None:
    """S19: a Like must not reveal a post."""
    if hidden in ("internal", "followers", "direct"):
        post = house.says(KARI, Visibility(hidden), OLA)
    else:
        post = house.says(KARI)
    if hidden == "deleted":
        house.put(replace(post, deleted=NOW))
    if hidden == "suspended":
        house.put(replace(KARI, suspended=NOW))
    unseen = house.do(like(house, ALICE, post))
    absent = house.do(like(house, ALICE, house.urls.post(12345)))
    assert unseen == absent
    assert house.all(Reaction) == []


@pytest.mark.parametrize("way", ["author blocks", "liker blocks"])
def test_a_block_either_way_answers_as_what_never_was(house: Nordvik, way: str) -> None:
    post = house.says(KARI)
    house.blocks(*((KARI, ALICE) if way == "author blocks" else (ALICE, KARI)))
    assert house.refused(like(house, ALICE, post)) == "no_such_post"
    assert house.told(KARI) == []


def test_a_blocked_colleague_cannot_like(house: Nordvik) -> None:
    post = house.says(KARI, Visibility.INTERNAL)
    house.blocks(KARI, OLA)
    assert house.refused(like(house, OLA, post)) == "no_such_post"


def test_a_like_that_was_undone_before_it_came_has_no_effect(house: Nordvik) -> None:
    post = house.says(KARI)
    liked = like(house, ALICE, post)
    house.done(Undo(uri=house.uri(ALICE), actor=ALICE.uri, object=liked.uri, kind="Like"))
    house.done(liked)
    assert house.all(Reaction) == []
    assert house.told(KARI) == []


def test_an_unknown_liker_is_fetched_first(house: Nordvik) -> None:
    post = house.says(KARI)
    stranger = replace(ALICE, uri="https://other.test/users/x", host="other.test")
    outcome = house.do(like(house, stranger, post))
    assert outcome == Need((stranger.uri,))


def test_a_suspended_liker_is_refused(house: Nordvik) -> None:
    """S17."""
    post = house.says(KARI)
    house.put(replace(MALLORY, suspended=NOW))
    assert house.refused(like(house, MALLORY, post)) == "actor_gone"


def test_a_reader_cannot_like_as_the_department(house: Nordvik) -> None:
    post = house.says(ALICE)
    liked = like(house, LEDERGRUPPEN, post)
    assert house.refused(replace(liked, person=PERSON_OLA.id)) == "not_yours"
    house.done(replace(liked, person=PERSON_KARI.id))


def test_one_who_has_left_can_do_nothing_any_more(house: Nordvik) -> None:
    post = house.says(ALICE)
    house.put(replace(PERSON_KARI, departed=NOW))
    liked = replace(like(house, LEDERGRUPPEN, post), person=PERSON_KARI.id)
    assert house.refused(liked) == "not_yours"


def test_two_likes_at_once_are_one_each_and_told_once(house: Nordvik) -> None:
    """S34, with fifty at once of two people: one row and one notification for each."""
    post = house.says(KARI)
    activities = [like(house, who, post) for who in (ALICE, BOB)] * 25

    async def at_once() -> list[object]:
        return list(await asyncio.gather(*(house.performer.once(one) for one in activities)))

    assert all(isinstance(outcome, Done) for outcome in run(at_once()))
    assert len(house.all(Reaction)) == 2
    assert len(house.told(KARI)) == 2


def test_our_like_of_a_boost_names_the_post_and_not_the_boost(house: Nordvik) -> None:
    """A boost inside is nobody's outside to know of."""
    post = house.says(ALICE)
    boost = Post(
        id=900,
        uri=house.urls.activity(900),
        author_id=OLA.id,
        visibility=Visibility.INTERNAL,
        published=NOW,
        boost_of=post.id,
        local=True,
    )
    house.put(boost)
    liked = like(house, KARI, boost)
    house.done(liked)
    house.done(Undo(uri=house.uri(KARI), actor=KARI.uri, object="", kind="Like", target=boost.uri))
    assert [document["type"] for document in house.bodies()] == ["Like", "Undo"]
    assert boost.uri not in str(house.bodies())
    assert house.all(Reaction) == []
