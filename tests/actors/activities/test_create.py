"""What a Create means: which posts of others are kept, for whom, and who is told."""

import asyncio
from dataclasses import replace

import pytest

from actors.effects import Done, Need
from actors.posts import Post, Visibility
from actors.verbs import Create, Delete
from tests.people import (
    ALICE,
    BOB,
    CARLA,
    DAY,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    NOW,
    OLA,
    Nordvik,
    ids_of,
    note,
)
from tests.running import run

N1 = "https://mastodon.test/notes/n1"


def test_a_post_of_someone_followed_here_is_kept_and_shown(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    house.done(house.create(note(ALICE, N1)))
    post = house.post(N1)
    assert (post.author_id, post.local, post.visibility) == (ALICE.id, False, Visibility.PUBLIC)
    assert house.home(KARI) == [post.id]
    assert house.home(OLA) == []


def test_a_post_that_concerns_nobody_here_is_not_kept(house: Nordvik) -> None:
    assert house.refused(house.create(note(ALICE, N1))) == "not_for_us"
    assert house.all(Post) == []


def test_who_is_named_is_told_and_can_see_it(house: Nordvik) -> None:
    house.done(house.create(note(ALICE, N1, Visibility.DIRECT, KARI)))
    post = house.post(N1)
    assert house.told(KARI) == [("mention", ALICE.id, post.id)]
    assert house.sees(KARI, post)
    assert not house.sees(OLA, post)


def test_a_direct_post_is_on_no_home_page_but_of_those_it_names(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    house.follows(OLA, ALICE)
    house.done(house.create(note(ALICE, N1, Visibility.DIRECT, KARI)))
    assert house.home(KARI) == [house.post(N1).id]
    assert house.home(OLA) == []


def test_the_author_answered_is_told(house: Nordvik) -> None:
    parent = house.says(LEDERGRUPPEN)
    house.done(house.create(note(ALICE, N1, reply_to=parent.uri)))
    reply = house.post(N1)
    assert reply.in_reply_to == parent.id
    assert house.told(LEDERGRUPPEN) == [("mention", ALICE.id, reply.id)]


def test_an_author_answered_behind_their_back_is_not_told(house: Nordvik) -> None:
    parent = house.says(LEDERGRUPPEN)
    house.done(house.create(note(ALICE, N1, Visibility.DIRECT, KARI, reply_to=parent.uri)))
    assert house.told(LEDERGRUPPEN) == []


def test_the_same_post_at_a_second_inbox_adds_that_reader_and_nothing_else(
    house: Nordvik,
) -> None:
    hidden = note(ALICE, N1, Visibility.FOLLOWERS)
    house.done(house.create(hidden, reader=KARI))
    before = house.counts()
    house.done(house.create(hidden, reader=OLA))
    after = house.counts()
    assert house.readers(house.post(N1)) == ids_of([KARI, OLA])
    assert after.pop("addressee") == before.pop("addressee") + 1
    assert after == before
    assert house.ask("SELECT count(*) FROM event WHERE kind = 'post'") == [(1,)]


def test_a_create_of_another_s_post_changes_nothing_of_it(house: Nordvik) -> None:
    """S8: naming someone's post doesn't extend its audience."""
    hidden = house.says(KARI, Visibility.DIRECT, OLA)
    stolen = replace(note(MALLORY, hidden.uri), attributed_to=MALLORY.uri)
    for forged in (stolen, replace(stolen, attributed_to=KARI.uri)):
        create = Create(
            uri=house.uri(MALLORY), actor=MALLORY.uri, note=forged, reader=LEDERGRUPPEN.id
        )
        assert house.refused(create) == "not_yours"
    assert house.post(hidden.uri) == hidden
    assert house.readers(hidden) == [OLA.id]


def test_a_create_of_a_stranger_s_known_post_adds_no_reader(house: Nordvik) -> None:
    """S8, between two of theirs on one host."""
    hidden = note(ALICE, N1, Visibility.DIRECT, KARI)
    house.done(house.create(hidden))
    forged = replace(note(BOB, N1), attributed_to=BOB.uri)
    house.done(Create(uri=house.uri(BOB), actor=BOB.uri, note=forged, reader=OLA.id))
    assert house.readers(house.post(N1)) == [KARI.id]
    assert house.post(N1).author_id == ALICE.id


def test_a_post_deleted_before_it_came_does_not_come(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    house.done(Delete(uri=house.uri(ALICE), actor=ALICE.uri, object=N1))
    house.done(house.create(note(ALICE, N1)))
    assert house.all(Post) == []
    house.clock.time = NOW + 30 * DAY
    house.done(house.create(note(ALICE, N1)))
    assert house.find_post(N1) is not None


def test_nobody_deletes_another_s_post_ahead_of_its_coming(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    house.done(Delete(uri=house.uri(MALLORY), actor=MALLORY.uri, object=N1))
    house.done(house.create(note(ALICE, N1)))
    assert house.find_post(N1) is not None


@pytest.mark.parametrize(
    "visibility", [Visibility.FOLLOWERS, Visibility.DIRECT, Visibility.INTERNAL]
)
def test_an_answer_to_what_its_author_cannot_see_is_as_one_to_what_never_was(
    house: Nordvik, visibility: Visibility
) -> None:
    hidden = house.says(KARI, visibility, OLA)
    for uri in (hidden.uri, house.urls.post(12345)):
        alone = note(MALLORY, "https://evil.test/n/1", reply_to=uri)
        assert house.refused(house.create(alone)) == "not_for_us"
        naming = note(MALLORY, house.post_uri(MALLORY), Visibility.PUBLIC, OLA, reply_to=uri)
        house.done(house.create(naming))
        assert house.post(naming.uri).in_reply_to is None
    assert house.told(KARI) == []
    assert house.ask("SELECT uri FROM wanted") == []


def test_an_answer_across_a_block_reaches_nobody_it_blocks(house: Nordvik) -> None:
    post = house.says(KARI)
    house.blocks(KARI, ALICE)
    assert house.refused(house.create(note(ALICE, N1, reply_to=post.uri))) == "not_for_us"
    house.done(house.create(note(ALICE, N1, Visibility.PUBLIC, KARI, reply_to=post.uri)))
    assert house.post(N1).in_reply_to is None
    assert house.told(KARI) == []


def test_a_mention_across_a_block_tells_nobody(house: Nordvik) -> None:
    house.blocks(KARI, ALICE)
    house.done(house.create(note(ALICE, N1, Visibility.PUBLIC, KARI, OLA)))
    assert house.told(KARI) == []
    assert len(house.told(OLA)) == 1


def test_a_suspended_author_is_not_heard(house: Nordvik) -> None:
    """S17: neither delivered nor fetched for a thread."""
    house.follows(KARI, MALLORY)
    house.put(replace(MALLORY, suspended=NOW))
    written = note(MALLORY, "https://evil.test/n/1", Visibility.PUBLIC, KARI)
    assert house.refused(house.create(written)) == "actor_gone"
    assert house.refused(house.create(written, fetched=True)) == "actor_gone"


def test_an_unknown_author_is_fetched_first(house: Nordvik) -> None:
    stranger = replace(ALICE, uri="https://other.test/users/x", host="other.test")
    written = note(stranger, "https://other.test/n/1", Visibility.PUBLIC, KARI)
    assert house.do(house.create(written)) == Need((stranger.uri,))


def test_what_was_fetched_for_a_thread_still_reaches_its_readers_when_it_arrives(
    house: Nordvik,
) -> None:
    house.follows(OLA, ALICE)
    parent = house.says(KARI)
    answer = note(ALICE, N1, Visibility.PUBLIC, KARI, reply_to=parent.uri)
    house.done(house.create(answer, fetched=True))
    assert house.told(KARI) == []
    assert house.home(OLA) == []
    house.done(house.create(answer))
    house.done(house.create(answer))
    assert len(house.told(KARI)) == 1
    assert house.home(OLA) == [house.post(N1).id]


def test_an_answer_that_came_before_its_parent_is_tied_to_it(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    answer = note(ALICE, N1, reply_to="https://gotosocial.test/n/2")
    house.done(house.create(answer))
    assert house.post(N1).in_reply_to is None
    assert house.ask("SELECT uri, why FROM wanted") == [("https://gotosocial.test/n/2", "parent")]
    house.done(house.create(note(CARLA, "https://gotosocial.test/n/2")))
    assert house.post(N1).in_reply_to == house.post("https://gotosocial.test/n/2").id


def test_a_late_post_lands_where_it_belongs(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    house.done(house.create(note(ALICE, N1, published=NOW - DAY)))
    house.done(house.create(note(ALICE, f"{N1}2", published=NOW + DAY)))
    assert house.post(N1).id >> 16 == NOW - DAY
    assert house.post(f"{N1}2").id >> 16 == NOW


def test_fifty_deliveries_of_one_post_at_once_are_one_post_and_one_word(house: Nordvik) -> None:
    """S34."""
    written = note(ALICE, N1, Visibility.PUBLIC, KARI)
    creates = [house.create(written, uri=f"https://mastodon.test/c/{n}") for n in range(50)]

    async def at_once() -> list[object]:
        return list(await asyncio.gather(*(house.performer.once(one) for one in creates)))

    assert all(isinstance(outcome, Done) for outcome in run(at_once()))
    assert len(house.all(Post)) == 1
    assert len(house.told(KARI)) == 1
    assert house.ask("SELECT count(*) FROM event WHERE kind = 'notification'") == [(1,)]


def test_hashtags_are_found_however_they_are_written(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    house.done(house.create(note(ALICE, N1, hashtags=("Møter", "MØTER", "Vei"))))
    assert house.ask("SELECT name, shown FROM hashtag ORDER BY name") == [
        ("møter", "Møter"),
        ("vei", "Vei"),
    ]
