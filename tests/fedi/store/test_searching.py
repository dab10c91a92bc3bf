"""Whoever searches finds what they may see and may find, the same on both engines."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from actors.audience import LocalActor, Nobody
from actors.posts import Post, Visibility, Vote
from actors.relationships import Reaction, Relation, RelationKind
from fedi.search.asking import Search
from fedi.store import cards, finding, search_index, searching, trends
from fedi.store.engine import Engine, Tx
from fedi.store.searching import Option, Term, Wanted
from tests.fedi.search.searched import House, ids
from tests.fedi.store.explaining import Noting
from tests.people import (
    ALICE,
    ALLE,
    BOB,
    CARLA,
    DAY,
    IKT,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
)
from tests.running import run

PUBLIC, UNLISTED = Visibility.PUBLIC, Visibility.UNLISTED
INTERNAL, DIRECT = Visibility.INTERNAL, Visibility.DIRECT


@pytest.fixture
def nordvik(engine: Engine) -> House:
    return House(engine)


def test_internal_posts_are_found_inside_and_letters_by_whom_they_name(nordvik: House) -> None:
    internal = nordvik.says(KARI, INTERNAL, content="<p>Hemmelig ord</p>")
    letter = nordvik.says(KARI, DIRECT, OLA, content="<p>Hemmelig ord</p>")
    assert nordvik.finds("hemmelig", KARI) == ids(internal, letter)
    assert nordvik.finds("hemmelig", OLA) == ids(internal, letter)
    assert nordvik.finds("hemmelig", IKT) == [internal.id]
    assert run(nordvik.finder.posts(Search(text="hemmelig"), Nobody())) == ()


def test_others_are_found_if_they_want_it_or_one_had_to_do_with_them(nordvik: House) -> None:
    nordvik.put(replace(CARLA, indexable=True))
    carla = nordvik.says(CARLA, content="<p>Felles ord</p>")
    unlisted = nordvik.says(CARLA, UNLISTED, content="<p>Felles ord</p>")
    alice = nordvik.says(ALICE, content="<p>Felles ord</p>")
    named = nordvik.says(BOB, PUBLIC, KARI, content="<p>Felles ord</p>")
    nordvik.put(Reaction(post_id=unlisted.id, actor_id=OLA.id, created=NOW))
    assert nordvik.finds("felles", KARI) == ids(carla, named)
    assert nordvik.finds("felles", OLA) == ids(carla, unlisted)
    assert nordvik.finds("felles in:library", OLA) == [unlisted.id]
    assert nordvik.finds("felles in:public", OLA) == [carla.id]
    assert nordvik.finds("from:alice@mastodon.test") == []
    assert alice.id not in nordvik.finds("felles", LEDERGRUPPEN)


def test_ones_library_is_what_one_wrote_liked_kept_shared_and_was_named_in(
    nordvik: House,
) -> None:
    own = nordvik.says(KARI, INTERNAL, content="<p>Bibliotek</p>")
    liked, kept, shared, voted, other = (
        nordvik.says(LEDERGRUPPEN, content="<p>Bibliotek</p>") for _ in range(5)
    )
    named = nordvik.says(LEDERGRUPPEN, PUBLIC, KARI, content="<p>Bibliotek</p>")
    nordvik.put(
        Reaction(post_id=liked.id, actor_id=KARI.id, created=NOW),
        Vote(post_id=voted.id, actor_id=KARI.id, choice=0, created=NOW),
        Post(
            id=shared.id + (1 << 20),
            uri="https://nordvik.test/b",
            author_id=KARI.id,
            visibility=PUBLIC,
            local=True,
            published=NOW,
            in_reply_to_uri="",
            boost_of=shared.id,
        ),
    )
    run(
        nordvik.engine.write(
            lambda tx: tx.run(
                "INSERT INTO bookmark (id, actor_id, post_id) VALUES (1, ?, ?)", (KARI.id, kept.id)
            )
        )
    )
    library = ids(own, liked, kept, shared, voted, named)
    assert nordvik.finds("bibliotek in:library", limit=40) == library
    assert nordvik.finds("bibliotek", limit=40) == ids(
        own, liked, kept, shared, voted, named, other
    )


def test_whom_one_mutes_or_blocks_is_not_found(nordvik: House) -> None:
    post = nordvik.says(LEDERGRUPPEN, content="<p>Stille</p>")
    assert nordvik.finds("stille", OLA) == [post.id]
    nordvik.put(Relation(kind=RelationKind.MUTE, source_id=OLA.id, target_id=LEDERGRUPPEN.id))
    assert nordvik.finds("stille", OLA) == []
    nordvik.blocks(LEDERGRUPPEN, KARI)
    assert nordvik.finds("stille", KARI) == []


def test_a_suspended_authors_posts_are_hidden_from_that_moment(nordvik: House) -> None:
    post = nordvik.says(LEDERGRUPPEN, content="<p>Borte</p>")
    assert nordvik.finds("borte") == [post.id]
    nordvik.put(replace(LEDERGRUPPEN, suspended=NOW))
    assert nordvik.finds_now("borte") == []


def test_pages_go_on_where_the_last_one_ended(nordvik: House) -> None:
    posts = [nordvik.says(LEDERGRUPPEN, content="<p>Side</p>") for _ in range(5)]
    expected = ids(*posts)
    assert nordvik.finds("side", limit=2) == expected[:2]
    assert nordvik.finds("side", limit=2, offset=2) == expected[2:4]
    assert nordvik.finds("side", before=expected[2]) == expected[3:]
    assert nordvik.finds("side", since=expected[2]) == expected[:3]


def test_a_word_that_is_everywhere_is_looked_at_in_windows(
    nordvik: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(6):
        nordvik.says(OLA, DIRECT, content="<p>Overalt</p>")
    nordvik.says(LEDERGRUPPEN, content="<p>Overalt</p>", published=NOW - DAY)
    old = nordvik.says(ALICE, PUBLIC, KARI, content="<p>Overalt</p>", published=NOW - DAY)
    monkeypatch.setattr(searching, "WINDOWS", (3, 6))
    assert nordvik.finds("overalt from:alice@mastodon.test") == [old.id]
    assert old.id in nordvik.finds("overalt")
    monkeypatch.setattr(searching, "WINDOWS", (3,))
    assert old.id not in nordvik.finds("overalt")


def test_posts_to_a_group_are_found_by_its_members(nordvik: House) -> None:
    nordvik.follows(KARI, ALLE)
    post = nordvik.says(OLA, Visibility.GROUP, ALLE, content="<p>Gruppeord</p>")
    assert nordvik.finds("gruppeord", KARI) == [post.id]
    assert nordvik.finds("gruppeord", LEDERGRUPPEN) == []


# -- how the rows are found

TERMS = (Term((Option(("møte",)), Option(("møt",), prefix=True))), Term((Option(("nei",)),), True))
SEARCHES: dict[str, Callable[[Tx], Awaitable[object]]] = {
    **{
        scope: lambda tx, scope=scope: searching.posts(
            tx, Wanted(TERMS, scope=scope), LocalActor(KARI.id), 20, 0
        )
        for scope in ("all", "library", "public")
    },
    "actors": lambda tx: finding.actors(
        tx, ["ka", "no"], LocalActor(KARI.id), exact="ka", following=True, limit=20
    ),
    "remote_by_handle": lambda tx: finding.remote_by_handle(tx, "a", "a", "b.test"),
    "by_address": lambda tx: finding.by_address(tx, "https://b.test/"),
    "hashtags": lambda tx: finding.hashtags(tx, ["a", "å"], Nobody(), limit=20),
    "suggestions": lambda tx: finding.suggestions(tx, LocalActor(KARI.id), 120, 20, now=NOW),
    "ours": lambda tx: finding.directory(
        tx, LocalActor(KARI.id), local=True, newest=False, limit=20, offset=0
    ),
    "everybody": lambda tx: finding.directory(
        tx, Nobody(), local=False, newest=False, limit=20, offset=0
    ),
    "cards": lambda tx: cards.of_posts(tx, [1, 2, 3]),
    "due": lambda tx: cards.is_due(tx, NOW),
    "unused": lambda tx: cards.unused(tx, "", 10),
    "subjects": lambda tx: trends.subjects(tx, "tag", LocalActor(KARI.id), 10, 0),
    "post_ids": lambda tx: trends.post_ids(tx, Nobody(), 10, 0),
    "tag_history": lambda tx: trends.tag_history(tx, ["a", "b"], Nobody(), NOW),
    "link_history": lambda tx: trends.link_history(tx, ["a", "b"], Nobody(), NOW),
    "shown_tags": lambda tx: trends.shown_tags(tx, ["a", "b"], Nobody()),
    "trending_tags": lambda tx: trends.tags(tx, 1 << 60),
    "trending_links": lambda tx: trends.links(tx, 1 << 60),
    "trending_posts": lambda tx: trends.posts(tx, 1 << 60),
    "documents": lambda tx: search_index.documents(tx, [1, 2, 3]),
    "older": lambda tx: search_index.older(tx, 1 << 60, 10),
    "next_actors": lambda tx: search_index.next_actors(tx, 0, 10),
}
# What a statement has picked by an index before it walks through that; and the index of words.
PICKED = {
    "w", "c", "r", "n", "o", "u", "tag", "asked", "latest", "l", "mine", "above", "friend", "best",
    "candidate", "f", "searched_index", "2", "CONSTANT", "newest", "m", "e",
}  # fmt: skip


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("name", SEARCHES)
def test_every_search_goes_by_an_index(engine: Engine, name: str) -> None:
    noting = Noting(engine)
    run(noting.read(SEARCHES[name]))
    assert 0 < len(noting.texts) <= 2 * len(searching.WINDOWS)

    async def steps(tx: Tx) -> list[str]:
        return [
            str(row[3])
            for sql, params in noting.texts.items()
            for row in await tx.rows(f"EXPLAIN QUERY PLAN {sql}", params)
        ]

    scans = [step for step in run(engine.read(steps)) if step.startswith("SCAN")]
    walks = [step for step in scans if not step.endswith("actor_local")]  # our own actors are few
    assert [step for step in walks if step.split()[1] not in PICKED] == []
