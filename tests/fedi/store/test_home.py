"""Home timelines are kept for whom they are read by, and made anew for who comes back."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.people import Actor
from actors.posts import Post, Visibility
from actors.relationships import RelationKind
from actors.verbs import Announce, Delete
from fedi.store import acquaintances, followed, home, lists, timelines
from fedi.store.engine import Tx
from fedi.store.timelines import Span
from tests.people import (
    ALICE,
    BOB,
    CARLA,
    DAY,
    HOUR,
    KARI,
    LEDERGRUPPEN,
    MINUTE,
    NOW,
    OLA,
    PUBLIC,
    Nordvik,
    note,
)
from tests.running import run


def page(nordvik: Nordvik, reader: Actor, **span: object) -> list[int]:
    """Return the ids of a page of a reader's home timeline."""
    wanted = Span(**{"limit": 40, **span})  # type: ignore[arg-type]
    rows = run(nordvik.engine.read(lambda tx: timelines.home(tx, reader.id, wanted)))
    return [row.id for row in rows]


def cold(nordvik: Nordvik, *readers: Actor) -> None:
    """Let readers never have been here."""
    gone = [(reader.id,) for reader in readers]

    async def unit(tx: Tx) -> None:
        await tx.many("DELETE FROM reader WHERE actor_id = ?", gone)
        await tx.many("DELETE FROM home WHERE reader_id = ?", gone)

    run(nordvik.engine.write(unit))


def comes(nordvik: Nordvik, reader: Actor, readers: home.Readers | None = None) -> None:
    run((readers or home.Readers(nordvik.engine)).ready(reader.id, nordvik.clock.time))


def says(
    nordvik: Nordvik,
    author: Actor,
    visibility: Visibility = Visibility.PUBLIC,
    *named: Actor,
    **rest: Any,
) -> Post:
    """Have an actor write; what another's server says arrives here by itself where it may."""
    followed = nordvik.ask("SELECT 1 FROM relation WHERE target_id = ?", author.id)
    if author.local or not (followed or named):
        return nordvik.says(author, visibility, *named, **rest)
    made = note(author, nordvik.post_uri(author), visibility, *named, **rest)
    nordvik.done(nordvik.create(made))
    return nordvik.post(made.uri)


def rows_of(nordvik: Nordvik, reader: Actor) -> list[int]:
    return nordvik.home(reader)


def shared(nordvik: Nordvik, who: Actor, post: Post, uri: str) -> int:
    nordvik.done(Announce(uri=uri, actor=who.uri, object=post.uri, published=NOW, to=(PUBLIC,)))
    return nordvik.post(uri).id


def test_rows_are_written_for_who_is_here_these_days_alone(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, LEDERGRUPPEN)
    nordvik.follows(OLA, LEDERGRUPPEN)
    cold(nordvik, OLA)
    post = says(nordvik, LEDERGRUPPEN)
    assert rows_of(nordvik, KARI) == [post.id]
    assert rows_of(nordvik, OLA) == []


def test_who_was_last_here_14_days_ago_is_still_written_for_and_then_no_more(
    nordvik: Nordvik,
) -> None:
    nordvik.follows(KARI, LEDERGRUPPEN)
    nordvik.clock.time = NOW + 14 * DAY
    first = says(nordvik, LEDERGRUPPEN)
    nordvik.clock.time += 1
    says(nordvik, LEDERGRUPPEN)
    assert rows_of(nordvik, KARI) == [first.id]


def test_who_comes_back_finds_what_was_written_meanwhile(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, LEDERGRUPPEN)
    before = says(nordvik, LEDERGRUPPEN)
    nordvik.clock.time = NOW + 20 * DAY
    missed = says(nordvik, LEDERGRUPPEN)
    assert page(nordvik, KARI) == [before.id]
    comes(nordvik, KARI)
    assert page(nordvik, KARI) == [missed.id, before.id]
    after = says(nordvik, LEDERGRUPPEN)
    assert page(nordvik, KARI) == [after.id, missed.id, before.id]


def test_a_timeline_is_built_of_ones_own_those_one_follows_and_hashtags(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, ALICE)
    cold(nordvik, KARI)
    run(nordvik.engine.write(lambda tx: followed.follow(tx, 1, KARI.id, "tog", "Tog")))
    tagged = says(nordvik, BOB)
    run(nordvik.engine.write(lambda tx: tx.run(
        "INSERT INTO hashtag (post_id, name, shown) VALUES (?, 'tog', 'Tog')", (tagged.id,)
    )))  # fmt: skip
    stranger = says(nordvik, CARLA)
    theirs = says(nordvik, ALICE)
    hidden = says(nordvik, ALICE, Visibility.DIRECT, OLA)
    named = says(nordvik, ALICE, Visibility.DIRECT, KARI)
    own = says(nordvik, KARI, Visibility.INTERNAL)
    comes(nordvik, KARI)
    found = rows_of(nordvik, KARI)
    assert set(found) == {tagged.id, theirs.id, named.id, own.id}
    assert not {stranger.id, hidden.id} & set(found)


def test_what_is_built_is_what_would_have_been_written_as_it_came(nordvik: Nordvik) -> None:
    for author in (ALICE, LEDERGRUPPEN):
        nordvik.follows(KARI, author)
    for visibility in Visibility:
        if visibility is Visibility.GROUP:
            continue
        for author in (ALICE, LEDERGRUPPEN, BOB, KARI):
            if author.local or visibility is not Visibility.INTERNAL:
                says(nordvik, author, visibility)
                says(nordvik, author, visibility, KARI if author is not KARI else OLA)
    shared(nordvik, ALICE, says(nordvik, BOB), "https://mastodon.test/boosts/1")
    written, seen = rows_of(nordvik, KARI), page(nordvik, KARI)
    assert len(written) > 10
    cold(nordvik, KARI)
    assert page(nordvik, KARI) == []
    comes(nordvik, KARI)
    assert page(nordvik, KARI) == seen
    assert rows_of(nordvik, KARI) == written


def test_a_timeline_is_built_once_and_the_reader_noted_once_an_hour(nordvik: Nordvik) -> None:
    cold(nordvik, KARI)
    readers = home.Readers(nordvik.engine)

    def noted() -> tuple[int, int]:
        return nordvik.ask("SELECT seen, built FROM reader WHERE actor_id = ?", KARI.id)[0]

    comes(nordvik, KARI, readers)
    assert noted() == (NOW, NOW)
    nordvik.clock.time = NOW + MINUTE
    comes(nordvik, KARI, readers)
    nordvik.clock.time = NOW + 2 * HOUR
    comes(nordvik, KARI, readers)
    assert noted() == (NOW + 2 * HOUR, NOW)
    comes(nordvik, KARI)  # another process, which knows nothing of it
    assert noted() == (NOW + 2 * HOUR, NOW)


def test_a_timeline_is_looked_at_twice_where_units_run_beside_each_other(nordvik: Nordvik) -> None:
    """On PostgreSQL, a unit that saw no reader may commit after the first look."""
    nordvik.follows(KARI, ALICE)
    cold(nordvik, KARI)
    readers = home.Readers(nordvik.engine)
    comes(nordvik, KARI, readers)
    post = says(nordvik, ALICE)
    sql = "DELETE FROM home WHERE reader_id = ?"
    run(nordvik.engine.write(lambda tx: tx.run(sql, (KARI.id,))))
    nordvik.clock.time = NOW + MINUTE
    comes(nordvik, KARI, readers)
    again = nordvik.engine.dialect == "postgres"
    assert page(nordvik, KARI) == ([post.id] if again else [])


def test_a_timeline_is_trimmed_to_its_newest(
    nordvik: Nordvik, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "KEPT", 3)
    for author in (ALICE, BOB):
        nordvik.follows(KARI, author)
    posts = [says(nordvik, (ALICE, BOB)[n % 2], published=NOW - n * MINUTE).id for n in range(6)]
    assert page(nordvik, KARI) == posts
    nordvik.clock.time = NOW + 2 * HOUR
    comes(nordvik, KARI)
    assert page(nordvik, KARI) == posts[:3]
    cold(nordvik, KARI)
    comes(nordvik, KARI)
    assert page(nordvik, KARI) == posts[:3], "the newest of all, not of each"


def test_the_timeline_of_one_who_is_long_gone_is_put_away(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, ALICE)
    post = says(nordvik, ALICE)

    def put_away(now: int) -> int:
        return run(nordvik.engine.write(lambda tx: home.put_away(tx, now)))

    nordvik.clock.time = NOW + 20 * DAY
    cold(nordvik, OLA)
    nordvik.reads(OLA)
    assert put_away(NOW + 28 * DAY) == 0
    assert page(nordvik, KARI) == [post.id]
    gone = NOW + 28 * DAY + 1
    while put_away(gone):
        pass
    assert rows_of(nordvik, KARI) == []
    assert nordvik.ask("SELECT actor_id FROM reader") == [(OLA.id,)]
    nordvik.clock.time = gone
    comes(nordvik, KARI)
    assert page(nordvik, KARI) == [post.id]


def test_a_late_post_lands_at_its_time_and_a_back_filled_one_does_not_jump_ahead(
    nordvik: Nordvik,
) -> None:
    nordvik.follows(KARI, ALICE)
    newer = says(nordvik, ALICE, published=NOW - MINUTE)
    uri = nordvik.post_uri(ALICE)
    nordvik.done(nordvik.create(note(ALICE, uri, published=NOW - 3 * HOUR)))
    late = nordvik.post(uri)
    newest = says(nordvik, ALICE, published=NOW)
    assert page(nordvik, KARI) == [newest.id, newer.id, late.id]


def test_a_deleted_post_is_gone_from_home(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, ALICE)
    post = says(nordvik, ALICE)
    nordvik.done(Delete(uri=nordvik.uri(ALICE), actor=ALICE.uri, object=post.uri))
    assert page(nordvik, KARI) == rows_of(nordvik, KARI) == []


# -- pages


def test_pages_go_both_ways_and_miss_nothing(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, ALICE)
    posts = [says(nordvik, ALICE, published=NOW - (9 - n) * MINUTE).id for n in range(9)]
    newest_first = posts[::-1]
    assert page(nordvik, KARI, limit=3) == newest_first[:3]
    assert page(nordvik, KARI, limit=3, below=posts[6]) == newest_first[3:6]
    assert page(nordvik, KARI, limit=3, above=posts[0]) == newest_first[:3], "since_id"
    upward = page(nordvik, KARI, limit=3, above=posts[0], upward=True)
    assert upward == [posts[3], posts[2], posts[1]], "min_id"
    assert page(nordvik, KARI, limit=3, below=posts[0]) == []
    assert page(nordvik, KARI, limit=3, above=posts[-1], upward=True) == []


# -- what the reader wants


def test_a_mute_hides_and_its_end_shows_again(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, ALICE)
    post = says(nordvik, ALICE)
    write = nordvik.engine.write
    run(write(lambda tx: acquaintances.mute(
        tx, KARI.id, ALICE.id, notifications=False, until=None)))  # fmt: skip
    meanwhile = says(nordvik, ALICE)
    assert page(nordvik, KARI) == []
    run(write(lambda tx: acquaintances.unmute(tx, KARI.id, ALICE.id)))
    assert set(page(nordvik, KARI)) == {post.id, meanwhile.id}


@pytest.mark.parametrize("who", ["author", "booster", "boosted"])
def test_blocked_people_are_seen_neither_themselves_nor_shared(nordvik: Nordvik, who: str) -> None:
    nordvik.follows(KARI, ALICE)
    nordvik.follows(KARI, CARLA)
    boost = shared(nordvik, ALICE, says(nordvik, BOB), "https://mastodon.test/boosts/1")
    post = says(nordvik, CARLA)
    assert set(page(nordvik, KARI)) == {boost, post.id}
    nordvik.blocks(KARI, {"author": CARLA, "booster": ALICE, "boosted": BOB}[who])
    assert page(nordvik, KARI) == ([boost] if who == "author" else [post.id])


def test_muted_domains_are_seen_neither_themselves_nor_shared(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, ALICE)
    nordvik.follows(KARI, LEDERGRUPPEN)
    says(nordvik, ALICE)
    shared(nordvik, LEDERGRUPPEN, says(nordvik, BOB), nordvik.uri(LEDERGRUPPEN))
    run(nordvik.engine.write(lambda tx: acquaintances.mute_domain(tx, KARI.id, ALICE.domain, 1)))
    assert page(nordvik, KARI) == []


def test_boosts_are_hidden_of_whom_one_wants_none(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, ALICE)
    boost = shared(nordvik, ALICE, says(nordvik, BOB), "https://mastodon.test/boosts/1")
    own = says(nordvik, ALICE)
    assert set(page(nordvik, KARI)) == {boost, own.id}
    run(nordvik.engine.write(lambda tx: acquaintances.change(
        tx, KARI.id, ALICE.id, hides_boosts=True)))  # fmt: skip
    assert page(nordvik, KARI) == [own.id]


def test_only_the_languages_one_follows_somebody_in_are_shown(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, ALICE)
    english = says(nordvik, ALICE, language="en")
    says(nordvik, ALICE, language="de")
    unknown = says(nordvik, ALICE)
    run(nordvik.engine.write(lambda tx: acquaintances.change(
        tx, KARI.id, ALICE.id, languages=["en", "nb"])))  # fmt: skip
    assert set(page(nordvik, KARI)) == {english.id, unknown.id}


def test_who_is_on_an_exclusive_list_is_read_there_alone(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, ALICE)
    nordvik.follows(OLA, ALICE)
    post = says(nordvik, ALICE)
    mine = lists.List(id=1, actor_id=KARI.id, title="Andre", exclusive=True)
    run(nordvik.engine.write(lambda tx: lists.keep(tx, mine)))
    run(nordvik.engine.write(lambda tx: lists.add(tx, mine.id, [ALICE.id])))
    assert page(nordvik, KARI) == []
    assert page(nordvik, OLA) == [post.id], "another's list is another's matter"
    rows = run(nordvik.engine.read(lambda tx: lists.timeline(tx, mine, Span(limit=9))))
    assert [row[1] for row in rows] == [post.id]


def test_whom_one_follows_no_more_leaves_home_and_comes_back_with_the_follow(
    nordvik: Nordvik,
) -> None:
    follow = nordvik.follows(KARI, ALICE)
    post = says(nordvik, ALICE)
    sql = "DELETE FROM relation WHERE kind = ? AND source_id = ? AND target_id = ?"
    key = (RelationKind.FOLLOW.value, KARI.id, ALICE.id)
    run(nordvik.engine.write(lambda tx: tx.run(sql, key)))
    assert page(nordvik, KARI) == []
    nordvik.put(follow)
    assert page(nordvik, KARI) == [post.id]


def test_a_hashtag_one_follows_no_more_leaves_home(nordvik: Nordvik) -> None:
    write = nordvik.engine.write
    run(write(lambda tx: followed.follow(tx, 1, KARI.id, "tog", "Tog")))
    post = says(nordvik, ALICE)
    run(write(lambda tx: tx.run("INSERT INTO hashtag VALUES (?, 'tog', 'Tog')", (post.id,))))
    run(write(lambda tx: followed.for_followers(tx, post.id, NOW)))
    assert page(nordvik, KARI) == [post.id]
    run(write(lambda tx: followed.unfollow(tx, KARI.id, "tog")))
    assert page(nordvik, KARI) == []


def test_what_an_author_wrote_since_one_asked_to_follow_is_put_on_home(nordvik: Nordvik) -> None:
    early = says(nordvik, LEDERGRUPPEN)
    nordvik.clock.time = NOW + MINUTE
    nordvik.follows(KARI, LEDERGRUPPEN)
    seen = run(nordvik.engine.write(lambda tx: home.put_since(
        tx, KARI.id, LEDERGRUPPEN.id, early.id, NOW + MINUTE)))  # fmt: skip
    assert seen is None
    assert page(nordvik, KARI) == [early.id]
    cold(nordvik, OLA)
    run(nordvik.engine.write(lambda tx: home.put_since(
        tx, OLA.id, LEDERGRUPPEN.id, early.id, NOW)))  # fmt: skip
    assert rows_of(nordvik, OLA) == []


# -- authors whom many follow


@pytest.fixture
def wide(nordvik: Nordvik, monkeypatch: pytest.MonkeyPatch) -> Nordvik:
    """Whom two of ours follow is followed by many."""
    monkeypatch.setattr(home, "LISTED_FOLLOWERS", 1)
    for reader in (KARI, OLA):
        nordvik.follows(reader, LEDERGRUPPEN)
    nordvik.follows(KARI, ALICE)
    return nordvik


def test_an_author_whom_many_follow_gets_no_rows_and_is_read_all_the_same(wide: Nordvik) -> None:
    first = says(wide, ALICE, published=NOW - 5 * MINUTE)
    post = says(wide, LEDERGRUPPEN, published=NOW - 4 * MINUTE)
    last = says(wide, ALICE, published=NOW - 3 * MINUTE)
    assert rows_of(wide, KARI) == [first.id, last.id]
    assert page(wide, KARI) == sorted([first.id, post.id, last.id], reverse=True)
    assert page(wide, OLA) == [post.id]
    assert wide.ask("SELECT actor_id FROM widely_followed") == [(LEDERGRUPPEN.id,)]
    stranger = BOB
    assert page(wide, stranger) == []


def test_pages_of_merged_authors_go_both_ways_and_miss_nothing(wide: Nordvik) -> None:
    posts = []
    for n in range(12):
        wide.clock.time = NOW + n * MINUTE
        author = (LEDERGRUPPEN, ALICE, LEDERGRUPPEN)[n % 3]
        posts.append(says(wide, author, published=wide.clock.time).id)
    assert posts == sorted(posts)
    down, below = [], timelines.HIGHEST
    while found := page(wide, KARI, limit=5, below=below):
        down += found
        below = found[-1]
    assert down == posts[::-1]
    up: list[int] = []
    above = -1
    while found := page(wide, KARI, limit=5, above=above, upward=True):
        up += found[::-1]
        above = found[0]
    assert up == posts
    assert page(wide, KARI, limit=4, above=posts[2]) == posts[:-5:-1], "since_id"


def test_what_came_before_many_followed_is_on_home_once(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, LEDERGRUPPEN)
    early = says(nordvik, LEDERGRUPPEN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(home, "LISTED_FOLLOWERS", 1)
        nordvik.follows(OLA, LEDERGRUPPEN)
        late = says(nordvik, LEDERGRUPPEN)
        assert rows_of(nordvik, KARI) == [early.id]
        assert page(nordvik, KARI) == sorted([early.id, late.id], reverse=True)
    # An author stays merged, or what came meanwhile would be missing.
    last = says(nordvik, LEDERGRUPPEN)
    assert page(nordvik, KARI) == sorted([early.id, late.id, last.id], reverse=True)


def test_merged_authors_are_judged_like_all_others(wide: Nordvik) -> None:
    post = says(wide, LEDERGRUPPEN)
    direct = says(wide, LEDERGRUPPEN, Visibility.DIRECT, OLA)
    boost = shared(wide, LEDERGRUPPEN, says(wide, BOB), wide.uri(LEDERGRUPPEN))
    assert page(wide, KARI) == sorted([post.id, boost], reverse=True)
    assert direct.id in page(wide, OLA)
    run(wide.engine.write(lambda tx: acquaintances.change(
        tx, KARI.id, LEDERGRUPPEN.id, hides_boosts=True)))  # fmt: skip
    assert page(wide, KARI) == [post.id]
    wide.blocks(KARI, LEDERGRUPPEN)
    assert page(wide, KARI) == []


def test_a_late_post_of_a_merged_author_is_told_of(wide: Nordvik) -> None:
    says(wide, LEDERGRUPPEN)
    post = says(wide, ALICE)
    for reader in (KARI, OLA):
        if reader is OLA:
            wide.follows(reader, ALICE)
    write = wide.engine.write
    assert run(write(lambda tx: home.fan_out(tx, post.id, ALICE.id, NOW)))
    assert wide.ask("SELECT actor_id FROM widely_followed ORDER BY 1") == [
        (LEDERGRUPPEN.id,),
        (ALICE.id,),
    ]
    assert not run(write(lambda tx: home.fan_out(tx, post.id, BOB.id, NOW)))


# -- laws


@given(
    ids=st.lists(st.integers(1, 40), unique=True, max_size=25),
    wide_ones=st.sets(st.integers(0, 4)),
    limit=st.integers(1, 7),
    above=st.integers(-1, 41),
    below=st.integers(0, 42),
    upward=st.booleans(),
)
@settings(deadline=None)
def test_merging_is_taking_a_page_of_all(
    ids: list[int], wide_ones: set[int], limit: int, above: int, below: int, upward: bool
) -> None:
    span = Span(limit=limit, above=above, below=below, upward=upward)
    author = {id: id % 5 for id in ids}
    within = sorted((id for id in ids if above < id < below), reverse=not upward)

    class Posts:
        """A table of posts that one statement asks for."""

        async def rows(self, sql: str, params: list[int]) -> list[tuple[int, int, None]]:
            who, low, high, most = params
            found = sorted(id for id in ids if author[id] == who and low < id < high)
            return [(id, who, None) for id in (found if upward else found[::-1])[:most]]

    start = [timelines.Chosen(id, author[id], None) for id in within
             if author[id] not in wide_ones][:limit]  # fmt: skip
    found = run(timelines.merged(Posts(), sorted(wide_ones), ("", (), ()), span, start))  # type: ignore[arg-type]
    assert {one.id for one in found} >= set(within[:limit])
    assert sorted((one.id for one in found), reverse=not upward)[:limit] == within[:limit]
    assert len(found) <= max(limit, len(start))


def test_followers_from_outside_have_no_home_here(nordvik: Nordvik) -> None:
    nordvik.follows(BOB, LEDERGRUPPEN)
    says(nordvik, LEDERGRUPPEN)
    assert rows_of(nordvik, BOB) == []
