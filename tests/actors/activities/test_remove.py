"""What a Remove means: a post pinned no more."""

from actors.people import Actor
from actors.posts import Pin, Post, Visibility
from actors.verbs import Remove
from tests.people import ALICE, BOB, LEDERGRUPPEN, NOW, PERSON_OLA, Nordvik


def remove(
    house: Nordvik, who: Actor, uri: str, target: str = "", person: int | None = None
) -> Remove:
    return Remove(
        uri=house.uri(who),
        actor=who.uri,
        object=uri,
        target=target or who.featured,
        person=person,
    )


def pinned(house: Nordvik, author: Actor) -> Post:
    post = house.says(author)
    house.put(Pin(actor_id=author.id, post_id=post.id, created=NOW))
    return post


def test_a_pin_from_abroad_is_taken_off(house: Nordvik) -> None:
    post = pinned(house, ALICE)
    house.done(remove(house, ALICE, post.uri))
    assert house.all(Pin) == []
    assert house.sent() == []


def test_our_followers_are_told_once(house: Nordvik) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    post = pinned(house, LEDERGRUPPEN)
    house.done(remove(house, LEDERGRUPPEN, post.uri))
    house.done(remove(house, LEDERGRUPPEN, post.uri))
    assert [kind for kind, _ in house.sent()] == ["Create", "Remove"]


def test_what_only_some_see_is_taken_off_without_a_word_elsewhere(house: Nordvik) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    post = house.says(LEDERGRUPPEN, Visibility.FOLLOWERS)
    house.put(Pin(actor_id=LEDERGRUPPEN.id, post_id=post.id, created=NOW))
    house.done(remove(house, LEDERGRUPPEN, post.uri))
    assert house.all(Pin) == []
    assert "Remove" not in [kind for kind, _ in house.delivered()]


def test_nobody_takes_a_pin_off_another_s_page(house: Nordvik) -> None:
    post = pinned(house, ALICE)
    assert house.refused(remove(house, BOB, post.uri, ALICE.featured)) == "not_yours"
    house.done(remove(house, BOB, post.uri))
    assert len(house.all(Pin)) == 1


def test_an_unknown_post_is_pinned_nowhere(house: Nordvik) -> None:
    assert house.refused(remove(house, ALICE, "https://mastodon.test/x")) == "no_such_post"


def test_a_reader_cannot_unpin_for_the_department(house: Nordvik) -> None:
    post = pinned(house, LEDERGRUPPEN)
    off = remove(house, LEDERGRUPPEN, post.uri, person=PERSON_OLA.id)
    assert house.refused(off) == "not_yours"
