"""Effects carried out: what is under a Put happens once, and what hangs on a row goes with it."""

import pytest

from actors.effects import Drop, Effect, Fetch, Notify, Put, Show, Spread
from actors.posts import Hashtag, Visibility
from actors.relationships import NotificationKind, Reaction, Relation, RelationKind
from fedi.store.engine import Tx
from tests.people import ALICE, BOB, KARI, LEDERGRUPPEN, NOW, OLA, Nordvik
from tests.running import run


@pytest.fixture
def house(nordvik: Nordvik) -> Nordvik:
    return nordvik


def apply(house: Nordvik, *effects: Effect) -> None:
    async def unit(tx: Tx) -> None:
        await house.performer.apply(tx, effects)

    run(house.engine.write(unit))


def events(house: Nordvik) -> list[str]:
    return [row[0] for row in house.ask("SELECT kind FROM event ORDER BY position")]


def liked(post_id: int) -> Reaction:
    return Reaction(post_id=post_id, actor_id=ALICE.id, uri="https://mastodon.test/likes/1")


def test_what_stands_under_a_put_happens_only_if_the_row_was_new(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    told = Notify(LEDERGRUPPEN.id, NotificationKind.FAVOURITE, ALICE.id, post.id)
    put = Put(liked(post.id), (told,))
    apply(house, put)
    assert house.told(LEDERGRUPPEN) == [("favourite", ALICE.id, post.id)]
    before = events(house)
    apply(house, put, put)
    assert house.told(LEDERGRUPPEN) == [("favourite", ALICE.id, post.id)]
    assert events(house) == before
    assert len(house.all(Reaction)) == 1


def test_with_replace_it_happens_each_time(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    other = Put(Hashtag(post_id=post.id, name="drift", shown="Drift"))
    again = Put(liked(post.id), (other,), replace=True)
    apply(house, again)
    apply(house, Drop(Hashtag(post_id=post.id, name="drift", shown="Drift")))
    apply(house, again)
    assert [tag.shown for tag in house.all(Hashtag)] == ["Drift"]


def test_what_stands_under_a_drop_happens_only_if_there_was_a_row(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    sign = Put(Hashtag(post_id=post.id, name="dropped", shown="dropped"))
    apply(house, Drop(liked(post.id), (sign,)))
    assert house.all(Hashtag) == []
    apply(house, Put(liked(post.id)), Drop(liked(post.id), (sign,)))
    assert len(house.all(Hashtag)) == 1


def test_a_like_that_is_taken_back_takes_its_notification_along(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    told = Notify(LEDERGRUPPEN.id, NotificationKind.FAVOURITE, ALICE.id, post.id)
    mention = Notify(LEDERGRUPPEN.id, NotificationKind.MENTION, ALICE.id, post.id)
    apply(house, Put(liked(post.id), (told,)), mention)
    apply(house, Drop(liked(post.id)))
    assert house.told(LEDERGRUPPEN) == [("mention", ALICE.id, post.id)]


def test_a_follow_that_ends_takes_its_notification_along(house: Nordvik) -> None:
    follow = Relation(kind=RelationKind.FOLLOW, source_id=ALICE.id, target_id=LEDERGRUPPEN.id)
    told = Notify(LEDERGRUPPEN.id, NotificationKind.FOLLOW, ALICE.id)
    apply(house, Put(follow, (told,)))
    apply(house, Drop(follow))
    assert house.told(LEDERGRUPPEN) == []


def test_a_post_is_shown_to_followers_and_readers_once(house: Nordvik) -> None:
    house.follows(KARI, LEDERGRUPPEN)
    post = house.says(LEDERGRUPPEN)
    show = Show(post.id, LEDERGRUPPEN.id, readers=(OLA.id,))
    apply(house, show, show)
    assert house.home(KARI) == [post.id]
    assert house.home(OLA) == [post.id]


def test_a_direct_post_is_not_shown_to_followers_whom_it_does_not_name(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    house.follows(OLA, ALICE)
    post = house.says(ALICE, Visibility.DIRECT, OLA)
    apply(house, Show(post.id, ALICE.id))
    assert house.home(KARI) == []
    assert house.home(OLA) == [post.id]


def test_a_deleted_post_goes_from_the_pages_of_those_who_follow(house: Nordvik) -> None:
    house.follows(KARI, LEDERGRUPPEN)
    post = house.says(LEDERGRUPPEN)
    apply(house, Show(post.id, LEDERGRUPPEN.id, "delete"))
    assert house.home(KARI) == []
    assert events(house)[-1] == "delete"


def test_what_is_asked_for_and_what_is_large_waits_as_rows(house: Nordvik) -> None:
    wanted = Fetch("https://mastodon.test/notes/9", "parent", 2)
    apply(house, wanted, wanted, Spread("erase-actor", BOB.id))
    assert house.ask("SELECT uri, why, depth, due FROM wanted") == [
        ("https://mastodon.test/notes/9", "parent", 2, NOW)
    ]
    assert house.ask("SELECT kind, actor_id FROM spread") == [("erase-actor", BOB.id)]


def test_a_unit_that_fails_leaves_nothing_of_its_effects(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    before = events(house)

    async def unit(tx: Tx) -> None:
        await house.performer.apply(tx, (Put(liked(post.id)), Show(post.id, LEDERGRUPPEN.id)))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(house.engine.write(unit))
    assert house.all(Reaction) == []
    assert events(house) == before
