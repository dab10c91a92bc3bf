"""What an Add means: a post pinned to its author's page."""

from actors.people import Actor
from actors.posts import Pin, Visibility
from actors.verbs import Add
from tests.people import (
    ALICE,
    BOB,
    KARI,
    LEDERGRUPPEN,
    NOW,
    PERSON_OLA,
    Nordvik,
)


def add(house: Nordvik, who: Actor, uri: str, target: str = "", person: int | None = None) -> Add:
    return Add(
        uri=house.uri(who),
        actor=who.uri,
        object=uri,
        target=target or who.featured,
        person=person,
    )


def test_a_pin_from_abroad_is_kept(house: Nordvik) -> None:
    post = house.says(ALICE)
    house.done(add(house, ALICE, post.uri))
    house.done(add(house, ALICE, post.uri))
    assert [(pin.actor_id, pin.post_id) for pin in house.all(Pin)] == [(ALICE.id, post.id)]


def test_our_pin_is_told_to_the_followers(house: Nordvik) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    post = house.says(LEDERGRUPPEN)
    house.done(add(house, LEDERGRUPPEN, post.uri))
    assert [kind for kind, _ in house.delivered()] == ["Create", "Add"]


def test_nobody_pins_to_another_s_page(house: Nordvik) -> None:
    post = house.says(ALICE)
    assert house.refused(add(house, ALICE, post.uri, BOB.featured)) == "not_yours"
    assert house.refused(add(house, BOB, post.uri)) == "not_yours"
    assert house.all(Pin) == []


def test_what_only_some_see_is_pinned_here_and_told_to_nobody_elsewhere(house: Nordvik) -> None:
    house.follows(BOB, KARI)
    for visibility in (Visibility.FOLLOWERS, Visibility.INTERNAL):
        post = house.says(KARI, visibility)
        house.done(add(house, KARI, post.uri))
        assert house.all(Pin)[-1].post_id == post.id
    assert "Add" not in [kind for kind, _ in house.delivered()]


def test_what_only_those_mentioned_see_is_not_pinned_and_others_pin_what_all_see(
    house: Nordvik,
) -> None:
    direct = house.says(KARI, Visibility.DIRECT)
    assert house.refused(add(house, KARI, direct.uri)) == "not_public"
    theirs = house.says(ALICE, Visibility.FOLLOWERS)
    assert house.refused(add(house, ALICE, theirs.uri)) == "not_public"


def test_of_an_unknown_post_the_whole_page_is_asked_for(house: Nordvik) -> None:
    house.done(add(house, ALICE, "https://mastodon.test/notes/x"))
    assert house.ask("SELECT uri, why FROM wanted") == [(ALICE.featured, "featured")]
    assert house.refused(add(house, KARI, house.urls.post(12345))) == "no_such_post"


def test_a_page_has_room_for_twenty(house: Nordvik) -> None:
    posts = [house.says(LEDERGRUPPEN) for _ in range(21)]
    house.put(*(Pin(actor_id=LEDERGRUPPEN.id, post_id=p.id, created=NOW) for p in posts[:20]))
    assert house.refused(add(house, LEDERGRUPPEN, posts[20].uri)) == "too_many"


def test_a_reader_cannot_pin_for_the_department(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    pin = add(house, LEDERGRUPPEN, post.uri, person=PERSON_OLA.id)
    assert house.refused(pin) == "not_yours"
