"""What an Undo means: what was done is as if it had not been."""

from collections.abc import Callable

import pytest

from actors.effects import Activity
from actors.people import Actor
from actors.posts import Visibility
from actors.relationships import Marker, Reaction, Relation
from actors.verbs import Announce, Block, Follow, Like, Undo
from actors.vocabulary import PUBLIC
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
    Nordvik,
)


def undo(house: Nordvik, who: Actor, what: Activity, target: str = "", emoji: str = "") -> Undo:
    return Undo(
        uri=house.uri(who),
        actor=who.uri,
        object=what.uri,
        kind="EmojiReact" if emoji else type(what).__name__,
        target=target,
        content=emoji,
    )


def like(house: Nordvik, who: Actor, uri: str) -> Like:
    return Like(uri=house.uri(who), actor=who.uri, object=uri)


def react(house: Nordvik, who: Actor, uri: str) -> Like:
    return Like(uri=house.uri(who), actor=who.uri, object=uri, content="🎉")


def boost(house: Nordvik, who: Actor, uri: str) -> Announce:
    return Announce(uri=house.uri(who), actor=who.uri, object=uri, published=NOW, to=(PUBLIC,))


def follow(house: Nordvik, who: Actor, uri: str) -> Follow:
    return Follow(uri=house.uri(who), actor=who.uri, object=uri)


def block(house: Nordvik, who: Actor, uri: str) -> Block:
    return Block(uri=house.uri(who), actor=who.uri, object=uri)


Doing = Callable[[Nordvik, Actor, str], Activity]
DEEDS = [like, react, boost, follow, block]
LEAVING = {"activity", "fanout", "marker"}


@pytest.mark.parametrize("doing", DEEDS)
@pytest.mark.parametrize("who", [ALICE, OLA])
def test_done_and_undone_is_nothing(house: Nordvik, who: Actor, doing: Doing) -> None:
    post = house.says(LEDERGRUPPEN)
    target = LEDERGRUPPEN.uri if doing in (follow, block) else post.uri
    before = house.counts()
    deed = doing(house, who, target)
    house.done(deed)
    assert house.counts() != before
    house.done(undo(house, who, deed))
    after = house.counts()
    for name in LEAVING:
        before.pop(name)
        after.pop(name)
    assert after == before


@pytest.mark.parametrize("doing", DEEDS)
def test_undone_before_it_was_done_is_nothing_too(house: Nordvik, doing: Doing) -> None:
    post = house.says(LEDERGRUPPEN)
    target = LEDERGRUPPEN.uri if doing in (follow, block) else post.uri
    deed = doing(house, ALICE, target)
    house.done(undo(house, ALICE, deed, target))
    before = house.counts()
    house.done(deed)
    assert house.counts() == before


@pytest.mark.parametrize("who", [MALLORY, BOB])
@pytest.mark.parametrize("doing", DEEDS)
def test_nobody_stands_where_the_undo_of_another_is_remembered(
    house: Nordvik, who: Actor, doing: Doing
) -> None:
    post = house.says(LEDERGRUPPEN)
    target = LEDERGRUPPEN.uri if doing in (follow, block) else post.uri
    deed = doing(house, ALICE, target)
    house.done(undo(house, who, deed, target))
    house.done(undo(house, ALICE, deed, target))
    before = house.counts()
    house.done(deed)
    assert house.counts() == before


@pytest.mark.parametrize("doing", DEEDS)
def test_it_is_found_by_what_it_was_about(house: Nordvik, doing: Doing) -> None:
    """Some servers make a new id for the activity that they undo."""
    post = house.says(LEDERGRUPPEN)
    target = LEDERGRUPPEN.uri if doing in (follow, block) else post.uri
    before = house.counts()
    house.done(doing(house, ALICE, target))
    again = doing(house, ALICE, target)
    house.done(undo(house, ALICE, again, target, emoji="🎉" if doing is react else ""))
    after = house.counts()
    for name in LEAVING:
        before.pop(name)
        after.pop(name)
    assert after == before


@pytest.mark.parametrize("who", [MALLORY, BOB])
@pytest.mark.parametrize("doing", DEEDS)
def test_nobody_undoes_what_another_did(house: Nordvik, who: Actor, doing: Doing) -> None:
    post = house.says(LEDERGRUPPEN)
    target = LEDERGRUPPEN.uri if doing in (follow, block) else post.uri
    deed = doing(house, ALICE, target)
    house.done(deed)
    before = house.counts()
    house.done(undo(house, who, deed, target))
    after = house.counts()
    assert after.pop("marker") == before.pop("marker") + 1
    assert after == before


def test_one_reaction_is_taken_back_and_the_other_stays(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    liked, reacted = like(house, ALICE, post.uri), react(house, ALICE, post.uri)
    house.done(liked)
    house.done(reacted)
    house.done(undo(house, ALICE, reacted))
    assert [row.uri for row in house.all(Reaction)] == [liked.uri]
    assert len(house.told(LEDERGRUPPEN)) == 1
    house.done(undo(house, ALICE, liked))
    assert house.told(LEDERGRUPPEN) == []


def test_our_undo_goes_where_the_deed_went(house: Nordvik) -> None:
    post = house.says(ALICE)
    liked = like(house, KARI, post.uri)
    house.done(liked)
    house.done(undo(house, KARI, liked, post.uri))
    assert [kind for kind, _ in house.sent()] == ["Like", "Undo"]
    assert [recipients.actors for _, recipients in house.sent()] == [(ALICE.id,)] * 2


def test_our_unboost_goes_to_followers_and_author(house: Nordvik) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    post = house.says(CARLA)
    shared = boost(house, LEDERGRUPPEN, post.uri)
    house.done(shared)
    house.done(undo(house, LEDERGRUPPEN, shared, post.uri))
    recipients = house.sent()[-1][1]
    assert (recipients.followers_of, recipients.actors) == (LEDERGRUPPEN.id, (CARLA.id,))


def test_what_was_undone_inside_is_told_to_nobody_outside(house: Nordvik) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    post = house.says(KARI, Visibility.INTERNAL)
    shared = boost(house, LEDERGRUPPEN, post.uri)
    house.done(shared)
    house.done(undo(house, LEDERGRUPPEN, shared, post.uri))
    assert house.delivered() == []


def test_a_boost_taken_back_is_on_no_home_page(house: Nordvik) -> None:
    house.follows(OLA, ALICE)
    post = house.says(LEDERGRUPPEN)
    shared = boost(house, ALICE, post.uri)
    house.done(shared)
    assert len(house.home(OLA)) == 1
    house.done(undo(house, ALICE, shared))
    assert house.home(OLA) == []


def test_only_what_others_undo_before_it_comes_is_remembered(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    for who in (OLA, ALICE, BOB):
        liked = like(house, who, post.uri)
        if who is not BOB:
            house.done(liked)
        house.done(undo(house, who, liked))
    assert [row.actor_uri for row in house.all(Marker)] == [BOB.uri]


@pytest.mark.parametrize("doing", [like, follow, block])
def test_what_was_taken_back_may_be_done_again_under_the_same_id(
    house: Nordvik, doing: Doing
) -> None:
    """Pixelfed's Follow and PeerTube's Like of one thing have one id for all times."""
    post = house.says(LEDERGRUPPEN)
    deed = doing(house, ALICE, LEDERGRUPPEN.uri if doing in (follow, block) else post.uri)
    for _ in range(2):
        house.done(deed)
        there = [row.uri for kind in (Relation, Reaction) for row in house.all(kind)]
        assert deed.uri in there
        house.done(undo(house, ALICE, deed))
        there = [row.uri for kind in (Relation, Reaction) for row in house.all(kind)]
        assert deed.uri not in there


def test_a_reader_cannot_undo_what_the_department_did(house: Nordvik) -> None:
    post = house.says(ALICE)
    liked = like(house, LEDERGRUPPEN, post.uri)
    house.done(liked)
    back = Undo(
        uri=house.uri(LEDERGRUPPEN),
        actor=LEDERGRUPPEN.uri,
        object=liked.uri,
        kind="Like",
        person=PERSON_OLA.id,
    )
    assert house.refused(back) == "not_yours"


def test_a_post_is_not_deleted_by_an_undo(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    post = house.says(ALICE)
    house.done(Undo(uri=house.uri(ALICE), actor=ALICE.uri, object=post.uri, kind="Announce"))
    assert house.find_post(post.uri) == post
