"""Bookmarks, muted conversations, places read to and answers given are each actor's own."""

from actors.audience import LocalActor, Nobody
from actors.people import Actor
from actors.verbs import Announce
from fedi.store import kept
from fedi.store.kept import IDEMPOTENT_MS, Preferences
from fedi.store.timelines import Span
from tests.fedi.store.units import everything, read, write
from tests.people import ALICE, BOB, KARI, LEDERGRUPPEN, NOW, OLA, PUBLIC, Nordvik
from tests.running import run

ALL = Span(limit=40)


def kept_by(nordvik: Nordvik, who: Actor, span: Span = ALL) -> list[int]:
    return [row[1] for row in read(nordvik, kept.bookmarks, who.id, span)]


def test_bookmarks_are_kept_once_newest_first_and_paged_both_ways(nordvik: Nordvik) -> None:
    for id, post in ((1, 90), (2, 70), (3, 80), (4, 90)):
        write(nordvik, kept.bookmark, id, KARI.id, post)
    assert kept_by(nordvik, KARI) == [80, 70, 90]
    assert kept_by(nordvik, OLA) == []
    assert kept_by(nordvik, KARI, Span(limit=1, below=3)) == [70]
    assert kept_by(nordvik, KARI, Span(limit=2, above=0, upward=True)) == [70, 90]
    assert kept_by(nordvik, KARI, Span(limit=1, above=1)) == [80]


def test_what_is_done_and_undone_leaves_nothing(nordvik: Nordvik) -> None:
    before = everything(nordvik, "bookmark", "thread_mute")
    write(nordvik, kept.bookmark, 1, KARI.id, 90)
    write(nordvik, kept.mute_thread, KARI.id, "urn:1")
    write(nordvik, kept.mute_thread, KARI.id, "urn:1")
    assert everything(nordvik, "bookmark", "thread_mute") != before
    write(nordvik, kept.unbookmark, KARI.id, 90)
    write(nordvik, kept.unmute_thread, KARI.id, "urn:1")
    assert everything(nordvik, "bookmark", "thread_mute") == before


def test_what_one_likes_is_paged_by_when_one_did(nordvik: Nordvik) -> None:
    async def unit(tx):  # type: ignore[no-untyped-def]
        await tx.many(
            "INSERT INTO reaction (post_id, actor_id, content, uri, created) VALUES (?,?,?,?,?)",
            [(n, KARI.id, "🎉" if n == 2 else "", "", NOW - n) for n in range(4)],
        )

    run(nordvik.engine.write(unit))
    assert [row[1] for row in read(nordvik, kept.favourites, KARI.id, ALL)] == [0, 1, 3]
    upward = Span(limit=1, above=NOW - 3, upward=True)
    assert read(nordvik, kept.favourites, KARI.id, upward) == [(NOW - 1, 1)]


def test_a_place_never_goes_back(nordvik: Nordvik) -> None:
    for last in (5, 9, 7):
        write(nordvik, kept.keep_place, KARI.id, "home", last, NOW + last)
    (place,) = read(nordvik, kept.places, KARI.id, ("home", "notifications"))
    assert (place.last_id, place.version, place.updated) == (9, 2, NOW + 9)
    assert read(nordvik, kept.places, OLA.id, ("home",)) == []


def test_a_request_is_answered_once_within_an_hour(nordvik: Nordvik) -> None:
    assert read(nordvik, kept.answered, 1, "key", NOW - IDEMPOTENT_MS) is None
    assert write(nordvik, kept.answer, 1, "key", "post", 5, NOW)
    assert not write(nordvik, kept.answer, 1, "key", "post", 6, NOW + 1)
    assert read(nordvik, kept.answered, 1, "key", NOW - 1) == ("post", 5)
    assert read(nordvik, kept.answered, 2, "key", NOW - 1) is None, "each token has its own"
    later = NOW + IDEMPOTENT_MS
    assert read(nordvik, kept.answered, 1, "key", later - IDEMPOTENT_MS) is None
    assert write(nordvik, kept.answer, 1, "key", "post", 7, later)
    assert write(nordvik, kept.answer, 3, "key", "post", 8, later + 1)
    assert write(nordvik, kept.forget_answers, later + IDEMPOTENT_MS) == 1
    assert write(nordvik, kept.forget_answers, later + IDEMPOTENT_MS) == 0


def test_who_likes_a_post_and_who_shares_it(nordvik: Nordvik) -> None:
    post = nordvik.says(LEDERGRUPPEN)
    nordvik.follows(OLA, BOB)
    for who, uri in ((ALICE, "https://mastodon.test/b/1"), (BOB, "https://mastodon.test/b/2")):
        published = NOW - 60_000 * (who is ALICE)
        act = Announce(uri=uri, actor=who.uri, object=post.uri, published=published, to=(PUBLIC,))
        nordvik.done(act)
    shared = read(nordvik, kept.reblogged_by, post.id, Nobody(), ALL)
    assert [row[1] for row in shared] == [BOB.id, ALICE.id]
    first = Span(limit=1, above=-1, upward=True)
    assert read(nordvik, kept.reblogged_by, post.id, Nobody(), first) == shared[1:]
    nordvik.blocks(BOB, KARI)
    seen = read(nordvik, kept.reblogged_by, post.id, LocalActor(KARI.id), ALL)
    assert [row[1] for row in seen] == [ALICE.id]

    async def unit(tx):  # type: ignore[no-untyped-def]
        for who, content in ((ALICE, ""), (BOB, ""), (KARI, "🎉")):
            await tx.run("INSERT INTO reaction VALUES (?, ?, ?, '', ?)",
                         (post.id, who.id, content, NOW + who.id))  # fmt: skip
        await tx.run("UPDATE actor SET suspended = 1 WHERE id = ?", (ALICE.id,))

    run(nordvik.engine.write(unit))
    assert [row[1] for row in read(nordvik, kept.favourited_by, post.id, ALL)] == [BOB.id]


def test_apps_are_set_as_was_chosen(nordvik: Nordvik) -> None:
    assert read(nordvik, kept.preferences, KARI.id) == Preferences()
    for chosen in (
        Preferences(visibility="private", sensitive=True, language="nb", autoplay=True),
        Preferences(quote_policy="nobody", expand_media="show_all", expand_warnings=True),
    ):
        write(nordvik, kept.prefer, KARI.id, chosen)
        assert read(nordvik, kept.preferences, KARI.id) == chosen
    assert read(nordvik, kept.preferences, OLA.id) == Preferences()


def test_a_post_was_written_with_the_first_app_that_said_so(nordvik: Nordvik) -> None:
    for app in (1, 2):
        write(nordvik, kept.written_with, 9, app)
    assert everything(nordvik, "post_app") == [[(9, 1)]]
