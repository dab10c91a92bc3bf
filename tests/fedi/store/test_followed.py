"""Hashtags one follows bring posts to one's home timeline."""

from actors.posts import Post, Visibility
from fedi.store import followed
from fedi.store.timelines import Span
from tests.fedi.store.units import everything, read, write
from tests.people import ALICE, BOB, DAY, KARI, NOW, OLA, Nordvik
from tests.running import run


def tagged(nordvik: Nordvik, post: Post, *names: str) -> Post:
    rows = [(post.id, name, name.title()) for name in names]
    run(nordvik.engine.write(lambda tx: tx.many("INSERT INTO hashtag VALUES (?, ?, ?)", rows)))
    return post


def test_they_are_followed_once_and_paged_both_ways(nordvik: Nordvik) -> None:
    empty = everything(nordvik, "followed_tag")
    for id, name in ((1, "tog"), (2, "buss"), (3, "ferge"), (4, "tog")):
        write(nordvik, followed.follow, id, KARI.id, name, name.title())
    of_actor = followed.of_actor
    assert read(nordvik, of_actor, KARI.id, Span(limit=9)) == [
        (3, "ferge"),
        (2, "buss"),
        (1, "tog"),
    ]
    assert read(nordvik, of_actor, KARI.id, Span(limit=1, below=3)) == [(2, "buss")]
    upward = Span(limit=2, above=0, upward=True)
    assert read(nordvik, of_actor, KARI.id, upward) == [(2, "buss"), (1, "tog")]
    assert read(nordvik, followed.names, KARI.id) == {"tog", "buss", "ferge"}
    assert read(nordvik, followed.names, OLA.id) == set()
    for name in ("tog", "buss", "ferge"):
        write(nordvik, followed.unfollow, KARI.id, name)
    assert everything(nordvik, "followed_tag") == empty


def test_posts_come_once_to_those_who_are_here_these_days(nordvik: Nordvik) -> None:
    for id, who in ((1, KARI), (2, OLA)):
        write(nordvik, followed.follow, id, who.id, "tog", "Tog")
        write(nordvik, followed.follow, id + 5, who.id, "buss", "Buss")
    post = tagged(nordvik, nordvik.says(ALICE), "tog", "buss")
    sql = "UPDATE reader SET seen = ? WHERE actor_id = ?"
    run(nordvik.engine.write(lambda tx: tx.run(sql, (NOW - 15 * DAY, OLA.id))))
    for _ in range(2):
        write(nordvik, followed.for_followers, post.id, NOW)
    assert nordvik.home(KARI) == [post.id]
    assert nordvik.home(OLA) == []


def test_what_is_not_for_all_to_find_comes_to_nobody_by_its_hashtag(nordvik: Nordvik) -> None:
    write(nordvik, followed.follow, 1, KARI.id, "tog", "Tog")
    for visibility in (Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT):
        post = tagged(nordvik, nordvik.says(BOB, visibility), "tog")
        write(nordvik, followed.for_followers, post.id, NOW)
    assert nordvik.home(KARI) == []


def test_the_hashtags_one_uses_most(nordvik: Nordvik) -> None:
    tagged(nordvik, nordvik.says(KARI), "tog", "buss")
    tagged(nordvik, nordvik.says(KARI), "tog")
    tagged(nordvik, nordvik.says(OLA), "ferge")
    assert read(nordvik, followed.used, KARI.id, 5) == ["tog", "buss"]
    assert read(nordvik, followed.used, KARI.id, 1) == ["tog"]
