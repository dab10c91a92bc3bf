"""What is done later, in pieces: leased by one, carried on where it was, and gone when done."""

import asyncio
from functools import partial

import pytest

from actors.effects import Spread
from actors.posts import Poll, Post, Revision, Visibility
from actors.relationships import Reaction, Relation
from fedi.store import chores
from fedi.store.chores import CHUNK
from fedi.store.engine import Engine
from tests.people import (
    ALICE,
    BOB,
    CARLA,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    Nordvik,
    note,
    poll_note,
)
from tests.running import run


@pytest.fixture
def house(nordvik: Nordvik) -> Nordvik:
    return nordvik


def spread(house: Nordvik, now: int = NOW) -> chores.Spreading | None:
    return run(house.engine.write(lambda tx: chores.next_spread(tx, now=now, until=now + 10)))


def test_a_large_consequence_is_one_workers_and_goes_on_where_it_was(house: Nordvik) -> None:
    effects = (Spread("erase-actor", ALICE.id, 0),)
    run(house.engine.write(lambda tx: house.performer.apply(tx, effects)))
    first = spread(house)
    assert first is not None
    assert (first.kind, first.actor_id, first.position) == ("erase-actor", ALICE.id, 0)
    assert spread(house) is None  # leased
    run(house.engine.write(lambda tx: chores.spread_on(tx, first.id, 77)))
    again = spread(house)
    assert again is not None
    assert again.position == 77
    assert spread(house, NOW + 10) is not None  # whoever had it is dead
    run(house.engine.write(lambda tx: chores.spread_done(tx, first.id)))
    assert spread(house, NOW + 99) is None


def test_the_posts_of_an_actor_become_tombstones_chunk_by_chunk(house: Nordvik) -> None:
    many = [
        Post(
            id=1_000 + n,
            uri=f"https://m.test/{n}",
            author_id=ALICE.id,
            visibility=Visibility.PUBLIC,
            content="x",
            published=1,
        )
        for n in range(CHUNK + 5)
    ]
    kept = house.says(LEDERGRUPPEN)
    house.put(*many, Poll(post_id=1_000, options=(), multiple=False, ends=NOW))
    house.put(
        Revision(
            post_id=1_001, number=0, content="before", summary="", sensitive=False, media=(),
            question=None, created=NOW,
        )
    )  # fmt: skip
    last: int | None = 0
    rounds = []
    while last is not None:
        rounds.append(last)
        last = run(house.engine.write(lambda tx, a=last: chores.erase_posts(tx, ALICE.id, a, NOW)))
    assert rounds == [0, 1_000 + CHUNK - 1, 1_000 + CHUNK + 4]
    gone = [post for post in house.all(Post) if post.author_id == ALICE.id]
    assert all((post.deleted, post.content) == (NOW, "") for post in gone)
    assert house.all(Poll) == house.all(Revision) == []
    assert house.post(kept.uri).deleted is None


def test_what_held_between_a_deleted_actor_and_others_is_dropped(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    house.follows(ALICE, LEDERGRUPPEN)
    house.follows(KARI, ALICE)
    house.follows(KARI, BOB)
    house.blocks(OLA, ALICE)
    house.put(Reaction(post_id=post.id, actor_id=ALICE.id, created=NOW))
    run(house.engine.write(lambda tx: chores.erase_relations(tx, ALICE.id, NOW)))
    left = {(one.kind.value, one.source_id, one.target_id) for one in house.all(Relation)}
    assert left == {("follow", KARI.id, BOB.id), ("block", OLA.id, ALICE.id)}
    assert house.all(Reaction) == []
    assert house.actor(ALICE.uri).name == ""


def test_followers_of_ours_are_told_apart_from_others(house: Nordvik) -> None:
    for who in (KARI, OLA, BOB):
        house.follows(who, ALICE)
    first = run(house.engine.read(lambda tx: chores.local_followers(tx, ALICE.id, 0)))
    assert first == [KARI.id, OLA.id]
    rest = run(house.engine.read(lambda tx: chores.local_followers(tx, ALICE.id, KARI.id)))
    assert rest == [OLA.id]
    uris = run(house.engine.read(lambda tx: chores.followers_on(tx, ALICE.id)))
    assert sorted(uris) == sorted([KARI.uri, OLA.uri])


def test_a_poll_ends_once_its_time_has_come(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    asked = poll_note(ALICE, house.post_uri(ALICE), ("Ja", "Nei"), ends=NOW + 10)
    house.done(house.create(asked))
    for now, ended in ((NOW + 9, []), (NOW + 10, [asked.uri])):
        found = run(house.engine.read(lambda tx, now=now: chores.ended_polls(tx, now)))
        assert [post.uri for _, post in found] == ended


def test_what_is_wanted_is_leased_to_one_and_comes_back_when_it_is_due(engine: Engine) -> None:
    async def scene() -> list[int]:
        for n in range(10):
            await engine.write(
                partial(chores.want, uri=f"urn:{n % 8}", why="actor", depth=0, now=NOW)
            )
        lease = partial(chores.lease_wanted, now=NOW, until=NOW + 100, limit=5)
        taken = await asyncio.gather(*(engine.write(lease) for _ in range(3)))
        return sorted(int(one.uri[4:]) for some in taken for one in some)

    assert run(scene()) == list(range(8))
    one = chores.Wanted(uri="urn:1", why="actor", depth=0, tries=0)
    run(engine.write(lambda tx: chores.want_later(tx, one, NOW + 50)))
    lease = partial(chores.lease_wanted, until=NOW + 200, limit=5)
    assert run(engine.write(partial(lease, now=NOW + 49))) == []
    assert [w.tries for w in run(engine.write(partial(lease, now=NOW + 50)))] == [1]
    run(engine.write(lambda tx: chores.had(tx, one)))
    left = run(engine.write(partial(lease, now=NOW + 1_000)))
    assert "urn:1" not in [wanted.uri for wanted in left]


def test_known_posts_are_told_from_unknown_in_any_number(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    uris = (*(f"https://far.test/{n}" for n in range(CHUNK)), post.uri)
    assert run(house.engine.read(lambda tx: chores.known_posts(tx, uris))) == {post.uri}
    assert run(house.engine.read(lambda tx: chores.known_posts(tx, ()))) == set()


def test_pins_follow_the_collection_and_are_of_the_actors_own_posts(house: Nordvik) -> None:
    for author in (ALICE, CARLA):
        house.follows(KARI, author)
    one, two, strange = (run(_said(house, author)) for author in (ALICE, ALICE, CARLA))
    for posts, pinned in (([one, strange, two], [one.id, two.id]), ([two], [two.id]), ([], [])):
        run(house.engine.write(lambda tx, p=posts: chores.replace_pins(tx, ALICE.featured, p, NOW)))
        found = run(house.engine.read(lambda tx: house.performer.open(tx).pinned(ALICE.id)))
        assert list(found) == pinned


async def _said(house: Nordvik, author: object) -> Post:
    written = note(author, house.post_uri(author))  # type: ignore[arg-type]
    await house.performer.once(house.create(written))
    found = await house.engine.read(lambda tx: house.performer.open(tx).post(written.uri))
    assert found is not None
    return found
