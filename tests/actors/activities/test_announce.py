"""What an Announce (boost) means: who may share what with whom."""

from dataclasses import replace

import pytest

from actors.audience import addressing
from actors.effects import Need
from actors.people import Actor, Exposure
from actors.posts import Post, Visibility
from actors.verbs import Announce, Undo
from tests.people import (
    ALICE,
    BOB,
    CARLA,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    NOW,
    OLA,
    PERSON_OLA,
    PUBLIC,
    Nordvik,
)


def announce(
    house: Nordvik,
    who: Actor,
    post: Post | str,
    visibility: Visibility = Visibility.PUBLIC,
    **rest: int,
) -> Announce:
    to, cc = addressing(visibility, who.followers, ())
    uri = post if isinstance(post, str) else post.uri
    return Announce(
        uri=house.uri(who), actor=who.uri, object=uri, published=NOW, to=to, cc=cc, **rest
    )


def boosts(house: Nordvik) -> list[Post]:
    return [post for post in house.all(Post) if post.boost_of is not None]


def test_a_boost_from_abroad_tells_the_author_and_the_booster_s_followers(house: Nordvik) -> None:
    house.follows(OLA, ALICE)
    post = house.says(KARI)
    shared = announce(house, ALICE, post)
    house.done(shared)
    (boost,) = boosts(house)
    assert (boost.uri, boost.boost_of, boost.author_id) == (shared.uri, post.id, ALICE.id)
    assert house.told(KARI) == [("reblog", ALICE.id, post.id)]
    assert house.home(OLA) == [boost.id]


def test_our_boost_goes_to_our_followers_and_the_author(house: Nordvik) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    post = house.says(CARLA)
    house.done(announce(house, LEDERGRUPPEN, post))
    assert set(house.delivered()) == {
        ("Announce", BOB.shared_inbox),
        ("Announce", CARLA.shared_inbox),
    }


def test_the_same_boost_twice_is_one_boost(house: Nordvik) -> None:
    post = house.says(KARI)
    shared = announce(house, ALICE, post)
    for one in (shared, shared, announce(house, ALICE, post)):
        house.done(one)
    assert [boost.uri for boost in boosts(house)] == [shared.uri]
    assert len(house.told(KARI)) == 1


def test_boosting_a_boost_shares_what_was_boosted(house: Nordvik) -> None:
    post = house.says(KARI)
    first = announce(house, ALICE, post)
    house.done(first)
    house.done(announce(house, BOB, first.uri))
    assert {boost.boost_of for boost in boosts(house)} == {post.id}


@pytest.mark.parametrize("visibility", [Visibility.FOLLOWERS, Visibility.DIRECT])
def test_what_is_not_public_cannot_be_shared_on(house: Nordvik, visibility: Visibility) -> None:
    """S21."""
    house.follows(ALICE, KARI)
    house.follows(OLA, KARI)
    post = house.says(KARI, visibility, ALICE, OLA)
    assert house.refused(announce(house, ALICE, post)) == "not_public"
    assert house.refused(announce(house, OLA, post)) == "not_public"
    assert boosts(house) == []


@pytest.mark.parametrize(
    "visibility", [Visibility.FOLLOWERS, Visibility.DIRECT, Visibility.INTERNAL]
)
def test_sharing_does_not_reveal_what_cannot_be_seen(
    house: Nordvik, visibility: Visibility
) -> None:
    """S19."""
    post = house.says(KARI, visibility, OLA)
    unseen = house.do(announce(house, MALLORY, post))
    absent = house.do(announce(house, MALLORY, house.urls.post(12345)))
    assert unseen == absent


def test_an_internal_post_is_shared_inside_and_only_there(house: Nordvik) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    post = house.says(KARI, Visibility.INTERNAL)
    house.done(announce(house, LEDERGRUPPEN, post))
    (boost,) = boosts(house)
    assert boost.visibility is Visibility.INTERNAL
    assert house.delivered() == []
    assert house.sees(OLA, boost)
    assert not house.sees(BOB, boost)


def test_one_s_own_followers_only_post_is_shared_with_the_followers(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN, Visibility.FOLLOWERS)
    house.done(announce(house, LEDERGRUPPEN, post))
    (boost,) = boosts(house)
    assert boost.visibility is Visibility.FOLLOWERS
    assert PUBLIC not in str(house.bodies()[-1])


def test_our_boost_is_never_wider_than_the_post(house: Nordvik) -> None:
    post = house.says(CARLA, Visibility.UNLISTED)
    house.done(announce(house, LEDERGRUPPEN, post))
    assert boosts(house)[0].visibility is Visibility.UNLISTED


def test_an_internal_actor_shares_inside(house: Nordvik) -> None:
    house.put(replace(LEDERGRUPPEN, exposure=Exposure.INTERNAL))
    post = house.says(CARLA)
    house.done(announce(house, LEDERGRUPPEN, post))
    assert boosts(house)[0].visibility is Visibility.INTERNAL
    assert house.delivered() == []


def test_an_unknown_post_is_fetched_when_somebody_here_follows_the_booster(house: Nordvik) -> None:
    shared = announce(house, ALICE, "https://other.test/notes/1")
    assert house.refused(shared) == "not_for_us"
    house.follows(KARI, ALICE)
    assert house.do(shared) == Need(("https://other.test/notes/1",))


def test_what_nobody_here_follows_is_not_kept(house: Nordvik) -> None:
    post = house.says(CARLA)
    assert house.refused(announce(house, ALICE, post)) == "not_for_us"
    house.done(announce(house, ALICE, post, reader=KARI.id))


@pytest.mark.parametrize("gone", ["suspended", "deleted"])
def test_a_suspended_author_does_not_come_back_by_another_s_boost(
    house: Nordvik, gone: str
) -> None:
    """S17."""
    house.follows(KARI, ALICE)
    post = house.says(MALLORY)
    house.put(
        replace(MALLORY, suspended=NOW) if gone == "suspended" else replace(MALLORY, deleted=NOW)
    )
    assert house.refused(announce(house, ALICE, post)) == "no_such_post"
    assert boosts(house) == []


def test_a_boost_across_a_block_is_refused(house: Nordvik) -> None:
    post = house.says(KARI)
    house.blocks(KARI, ALICE)
    assert house.refused(announce(house, ALICE, post)) == "no_such_post"


def test_a_boost_that_was_undone_before_it_came_has_no_effect(house: Nordvik) -> None:
    post = house.says(KARI)
    shared = announce(house, ALICE, post)
    house.done(Undo(uri=house.uri(ALICE), actor=ALICE.uri, object=shared.uri, kind="Announce"))
    house.done(shared)
    assert boosts(house) == []


def test_a_reader_cannot_share_as_the_department(house: Nordvik) -> None:
    post = house.says(ALICE)
    shared = announce(house, LEDERGRUPPEN, post, person=PERSON_OLA.id)
    assert house.refused(shared) == "not_yours"


def test_naming_another_s_post_in_an_announce_changes_nothing_of_it(house: Nordvik) -> None:
    """S8."""
    house.follows(KARI, MALLORY)
    post = house.says(KARI, Visibility.UNLISTED)
    house.done(announce(house, MALLORY, post, reader=OLA.id))
    assert house.post(post.uri) == post
    assert house.readers(post) == []
