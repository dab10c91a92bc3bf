"""What the client API shows of posts and accounts, as those inside and those outside see it."""

from actors.audience import LocalActor, Nobody
from actors.posts import Visibility
from fedi.store import events, hydrating, kept
from fedi.store.timelines import BOOKMARKED, FAVOURITED
from tests.fedi.store.units import read, write
from tests.people import ALICE, BOB, HOUSE, IKT, KARI, LEDERGRUPPEN, OLA, Nordvik
from tests.running import run


def test_counts_are_of_what_the_kind_of_reader_may_see(nordvik: Nordvik) -> None:
    post = nordvik.says(LEDERGRUPPEN)
    nordvik.says(KARI, reply_to=post.uri)
    nordvik.says(OLA, Visibility.INTERNAL, reply_to=post.uri)
    nordvik.says(OLA, Visibility.DIRECT, LEDERGRUPPEN, reply_to=post.uri)
    (inside,) = read(nordvik, hydrating.wholes, [post.id, 999], inside=True)
    (outside,) = read(nordvik, hydrating.wholes, [post.id], inside=False)
    assert (inside.replies, outside.replies) == (2, 1)
    nordvik.says(LEDERGRUPPEN, Visibility.INTERNAL)
    nordvik.follows(ALICE, LEDERGRUPPEN)
    (open_to_all,) = read(nordvik, hydrating.accounts, [LEDERGRUPPEN.id], inside=False)
    (known_here,) = read(nordvik, hydrating.accounts, [LEDERGRUPPEN.id], inside=True)
    assert (open_to_all.posts, known_here.posts) == (1, 2)
    assert open_to_all.last == post.id
    assert (open_to_all.followers, open_to_all.following) == (1, 0)
    assert read(nordvik, hydrating.wholes, [], inside=True) == []
    assert read(nordvik, hydrating.accounts, [], inside=True) == []


def test_what_one_did_is_ones_own(nordvik: Nordvik) -> None:
    post = nordvik.says(ALICE)
    write(nordvik, kept.bookmark, 1, KARI.id, post.id)
    sql = "INSERT INTO reaction VALUES (?, ?, '', '', 0)"
    run(nordvik.engine.write(lambda tx: tx.run(sql, (post.id, KARI.id))))
    assert read(nordvik, hydrating.did, KARI.id, [post.id]) == {post.id: FAVOURITED | BOOKMARKED}
    assert read(nordvik, hydrating.did, OLA.id, [post.id]) == {}


def test_a_post_outside_the_audience_is_as_if_absent(nordvik: Nordvik) -> None:
    secret = nordvik.says(KARI, Visibility.DIRECT, OLA)
    for viewer, seen in (
        (LocalActor(OLA.id), True),
        (LocalActor(IKT.id), False),
        (Nobody(), False),
    ):
        assert (read(nordvik, hydrating.post_for, secret.id, viewer) is not None) is seen
        found = read(nordvik, hydrating.parents, [secret.id], viewer)
        assert found == ({secret.id: KARI.id} if seen else {})
    assert read(nordvik, hydrating.post_for, 999, LocalActor(OLA.id)) is None


def test_actors_are_found_unless_they_are_the_house_itself(nordvik: Nordvik) -> None:
    found = read(nordvik, hydrating.actor, BOB.id)
    assert found is not None
    assert found.uri == BOB.uri
    assert read(nordvik, hydrating.actor, HOUSE.id) is None
    assert read(nordvik, hydrating.by_uri, BOB.uri) == BOB.id
    assert read(nordvik, hydrating.by_uri, "urn:1") is None
    nordvik.follows(KARI, BOB)
    assert read(nordvik, hydrating.following_among, KARI.id, [BOB.id, ALICE.id]) == {BOB.id}
    assert read(nordvik, hydrating.following_among, KARI.id, []) == set()


def test_settings_are_the_muted_conversations_and_the_filters_version(nordvik: Nordvik) -> None:
    before = read(nordvik, hydrating.settings, KARI.id)
    assert (before.muted, before.filters) == (frozenset(), 0)
    write(nordvik, kept.mute_thread, KARI.id, "urn:root")
    assert read(nordvik, hydrating.settings, KARI.id).muted == {"urn:root"}


def test_the_settings_of_a_page_name_the_newest_event(nordvik: Nordvik) -> None:
    run(nordvik.engine.write(lambda tx: tx.run("DELETE FROM event")))
    assert read(nordvik, hydrating.settings, KARI.id).newest is None
    nordvik.says(KARI)
    newest = run(nordvik.engine.read(events.newest))
    assert read(nordvik, hydrating.settings, KARI.id).newest == newest
