"""What a Delete means: of a post, which leaves a tombstone, or of an actor by itself."""

from dataclasses import replace

import pytest

from actors.people import Actor
from actors.posts import Hashtag, Pin, Poll, Post, Visibility
from actors.relationships import Marker
from actors.verbs import Delete
from tests.people import (
    ALICE,
    BOB,
    CARLA,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    NOW,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
    note,
    poll_note,
)

N1 = "https://mastodon.test/notes/n1"


def delete(house: Nordvik, who: Actor, uri: str, person: int | None = None) -> Delete:
    return Delete(uri=house.uri(who), actor=who.uri, object=uri, person=person)


def test_a_deleted_post_leaves_a_tombstone_without_words(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    written = poll_note(ALICE, N1, ("Ja", "Nei"))
    house.done(house.create(replace(written, hashtags=("Vei",), summary="Om veien")))
    house.done(delete(house, ALICE, N1))
    post = house.post(N1)
    assert (post.content, post.summary, post.deleted) == ("", "", NOW)
    assert house.all(Hashtag) == house.all(Poll) == []
    assert house.home(KARI) == []
    assert not house.sees(KARI, post)
    assert house.ask("SELECT kind FROM spread") == [("erase-revisions",)]


def test_our_delete_goes_wherever_the_post_went(house: Nordvik) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    post = house.says(LEDERGRUPPEN, Visibility.PUBLIC, CARLA)
    house.delivered()
    house.ask("SELECT 1")
    house.done(delete(house, LEDERGRUPPEN, post.uri, PERSON_KARI.id))
    kinds = [kind for kind, _ in house.sent()]
    assert kinds == ["Delete"]
    assert house.post(post.uri).deleted == NOW


def test_the_delete_of_an_internal_post_stays_inside(house: Nordvik) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    post = house.says(LEDERGRUPPEN, Visibility.INTERNAL)
    house.done(delete(house, LEDERGRUPPEN, post.uri))
    assert house.delivered() == []


@pytest.mark.parametrize("who", [MALLORY, BOB, LEDERGRUPPEN])
def test_nobody_deletes_another_s_post(house: Nordvik, who: Actor) -> None:
    house.follows(KARI, ALICE)
    house.done(house.create(note(ALICE, N1)))
    assert house.refused(delete(house, who, N1)) == "not_yours"
    assert house.post(N1).deleted is None


def test_a_reader_cannot_delete_what_the_department_wrote(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    assert house.refused(delete(house, LEDERGRUPPEN, post.uri, PERSON_OLA.id)) == "not_yours"


def test_a_delete_twice_is_one(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    house.done(house.create(note(ALICE, N1)))
    house.done(delete(house, ALICE, N1))
    before = house.counts()
    house.done(delete(house, ALICE, N1))
    assert house.counts() == before


def test_the_delete_of_what_never_came_is_remembered(house: Nordvik) -> None:
    house.done(delete(house, ALICE, N1))
    (marker,) = house.all(Marker)
    assert (marker.uri, marker.actor_uri) == (N1, ALICE.uri)


def test_nobody_stands_where_the_delete_of_another_is_remembered(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    house.done(delete(house, BOB, N1))
    house.done(delete(house, ALICE, N1))
    before = house.counts()
    house.done(house.create(note(ALICE, N1)))
    assert house.counts() == before


def test_of_one_we_never_met_nothing_is_remembered(house: Nordvik) -> None:
    stranger = replace(ALICE, uri="https://other.test/users/x")
    assert house.refused(delete(house, stranger, N1)) == "unknown_actor"
    assert house.all(Marker) == []


def test_a_pinned_post_is_pinned_no_more(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    house.put(Pin(actor_id=LEDERGRUPPEN.id, post_id=post.id, created=NOW))
    house.done(delete(house, LEDERGRUPPEN, post.uri))
    assert house.all(Pin) == []


def test_an_actor_that_deletes_itself_is_gone_and_its_posts_go_later(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    house.done(house.create(note(ALICE, N1)))
    house.done(delete(house, ALICE, ALICE.uri))
    assert house.actor(ALICE.uri).deleted == NOW
    assert house.ask("SELECT kind, actor_id FROM spread") == [("erase-actor", ALICE.id)]
    assert not house.sees(KARI, house.post(N1))
    assert house.refused(delete(house, ALICE, N1)) == "actor_gone"


def test_only_a_manager_ends_the_department(house: Nordvik) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    end = delete(house, LEDERGRUPPEN, LEDERGRUPPEN.uri)
    assert house.refused(replace(end, person=PERSON_KARI.id)) == "not_yours"
    house.done(end)
    assert house.delivered() == [("Delete", BOB.shared_inbox)]


def test_a_deleted_post_has_the_same_answer_as_one_that_never_was(house: Nordvik) -> None:
    hidden = house.says(KARI, Visibility.INTERNAL)
    unseen = house.do(delete(house, ALICE, hidden.uri))
    assert house.all(Post)[0].deleted is None
    del unseen  # an arrival's refusal is never told to its sender
