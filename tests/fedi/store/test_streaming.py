"""Who hears of a post, asked for all at once: the same as asking for each, on both engines."""

from dataclasses import replace
from typing import Any

import pytest

from actors.audience import LocalActor, Nobody
from actors.membership import Membership, Role
from actors.people import ActorKind, Exposure, Token
from actors.posts import Addressee, Post, Visibility
from actors.relationships import Reaction, RelationKind
from fedi.store import lists, streaming, timelines, visibility
from fedi.store.lists import List
from tests.people import (
    ALICE,
    ALLE,
    BEREDSKAP,
    BOB,
    IKT,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    SAMARBEID,
    Nordvik,
    ours,
)  # fmt: skip
from tests.running import run

PER = ours(22, "per", "Per", ActorKind.PERSON)
LISTENING = (KARI, OLA, PER, LEDERGRUPPEN, IKT)
VIEWERS = frozenset(actor.id for actor in LISTENING)


@pytest.fixture
def nordvik(nordvik: Nordvik) -> Nordvik:
    nordvik.put(PER)
    return nordvik


def mixed(nordvik: Nordvik) -> list[Post]:
    """A town with follows, mutes, blocks and posts of every audience by all sorts of authors."""
    for who, whom in (
        (OLA, KARI), (PER, KARI), (IKT, KARI), (KARI, OLA), (OLA, ALICE), (PER, ALICE),
        (OLA, BEREDSKAP), (KARI, BEREDSKAP), (OLA, ALLE), (PER, SAMARBEID), (KARI, LEDERGRUPPEN),
    ):  # fmt: skip
        nordvik.follows(who, whom)
    nordvik.follows(PER, ALICE, kind=RelationKind.MUTE)
    nordvik.blocks(KARI, IKT)
    nordvik.blocks(ALICE, LEDERGRUPPEN)
    posts = []
    for author in (KARI, OLA, BEREDSKAP, SAMARBEID, ALICE):
        for wide in Visibility:
            if wide is Visibility.GROUP or (wide is Visibility.INTERNAL and not author.local):
                continue
            posts.append(nordvik.says(author, wide, PER))
    group = replace(
        posts[0], id=posts[0].id + 1, uri="https://x.test/1", visibility=Visibility.GROUP
    )
    nordvik.put(group, Addressee(post_id=group.id, actor_id=ALLE.id, silent=False))
    return [*posts, group]


def one_by_one(nordvik: Nordvik, post: Post) -> set[int]:
    """Return who may see and wants a post, each asked for alone."""

    async def asked(tx: Any) -> set[int]:
        found = set()
        for id in VIEWERS:
            condition, params = visibility.condition(LocalActor(id))
            without, mine = timelines.unwanted(LocalActor(id))
            row = await tx.one(
                f"SELECT 1 FROM post p WHERE p.id = ? AND {condition}{without}",
                [post.id, *params, *mine],
            )
            if row is not None:
                found.add(id)
        return found

    return run(nordvik.engine.read(asked))


def test_those_who_may_see_and_want_a_post_are_those_whose_timeline_has_it(
    nordvik: Nordvik,
) -> None:
    verdicts = set()
    for post in mixed(nordvik):
        found = run(nordvik.engine.read(lambda tx, p=post: streaming.wanting(tx, p.id, VIEWERS)))  # type: ignore[misc]
        assert found == one_by_one(nordvik, post), post
        verdicts |= found
    assert verdicts == VIEWERS


def test_those_who_hear_at_home_are_those_who_find_it_there(nordvik: Nordvik) -> None:
    for post in mixed(nordvik):
        found = run(nordvik.engine.read(lambda tx, p=post: streaming.at_home(tx, p.id, VIEWERS)))  # type: ignore[misc]
        follows = {
            row[0]
            for row in nordvik.ask(
                "SELECT source_id FROM relation WHERE kind = 'follow' AND target_id = ?",
                post.author_id,
            )
        } | {post.author_id}
        assert found <= follows
        for reader in VIEWERS:
            span = timelines.Span(limit=100)
            rows = run(
                nordvik.engine.read(lambda tx, r=reader, s=span: timelines.home(tx, r, s))  # type: ignore[misc]
            )
            if post.id in {row[0] for row in rows}:
                assert reader in found, (reader, post)


def test_hidden_boosts_are_not_heard_at_home(nordvik: Nordvik) -> None:
    nordvik.follows(OLA, KARI)
    nordvik.follows(PER, KARI)
    post = nordvik.says(BOB)
    boost = replace(
        post, id=post.id + 7, uri="https://x.test/7", author_id=KARI.id, boost_of=post.id
    )
    nordvik.put(boost)
    run(
        nordvik.engine.write(
            lambda tx: tx.run(
                "INSERT INTO acquaintance (owner_id, other_id, hides_boosts, notifies, languages,"
                " mutes_notifications, endorsed, note) VALUES (?, ?, 1, 0, '[]', 0, 0, '')",
                (OLA.id, KARI.id),
            )
        )
    )
    told = run(nordvik.engine.read(lambda tx: streaming.told(tx, boost.id)))
    assert told is not None
    assert (told.boost, told.proper, told.beside) == (True, post.id, (post.id,))
    found = run(nordvik.engine.read(lambda tx: streaming.at_home(tx, boost.id, VIEWERS)))
    assert found == {KARI.id, PER.id}


def test_a_post_that_is_gone_is_told_to_whom_it_was_told(nordvik: Nordvik) -> None:
    for post in mixed(nordvik):

        async def both(tx: Any, id: int = post.id) -> tuple[set[int], set[int]]:
            return (
                await streaming.wanting(tx, id, VIEWERS, even_deleted=True),
                await streaming.wanting(tx, id, VIEWERS),
            )

        before = one_by_one(nordvik, post)
        nordvik.put(replace(post, deleted=NOW))
        assert run(nordvik.engine.read(both)) == (before, set())


def test_what_stands_beside_a_post_is_seen_by_those_who_may_see_it(nordvik: Nordvik) -> None:
    nordvik.follows(OLA, KARI)
    private = nordvik.says(KARI, Visibility.FOLLOWERS)
    public = nordvik.says(KARI)
    answer = nordvik.says(KARI, Visibility.PUBLIC, reply_to=private.uri)
    told = run(nordvik.engine.read(lambda tx: streaming.told(tx, answer.id)))
    assert told is not None
    assert told.answers
    assert told.beside == (private.id,)
    seen = run(
        nordvik.engine.read(
            lambda tx: streaming.seen_beside(tx, (private.id, public.id), {OLA.id, PER.id})
        )
    )
    assert seen == {OLA.id: frozenset({private.id, public.id}), PER.id: frozenset({public.id})}


def test_those_to_whom_a_post_looks_different_are_found(nordvik: Nordvik) -> None:
    post = nordvik.says(KARI)

    def involved() -> set[int]:
        return run(nordvik.engine.read(lambda tx: streaming.involved(tx, post.id, VIEWERS)))

    assert involved() == {KARI.id}
    nordvik.put(Reaction(post_id=post.id, actor_id=OLA.id, created=NOW))
    assert involved() == {KARI.id, OLA.id}
    run(
        nordvik.engine.write(
            lambda tx: tx.run(
                "INSERT INTO filter (id, actor_id, title, context, action) VALUES (1, ?, 't',"
                " '[\"home\"]', 'warn')",
                (PER.id,),
            )
        )
    )
    assert involved() == {KARI.id, OLA.id, PER.id}


@pytest.mark.parametrize("replies", ["list", "followed", "none"])
def test_a_list_is_told_of_what_its_timeline_shows(nordvik: Nordvik, replies: str) -> None:
    nordvik.follows(OLA, BOB)
    of = List(id=77, actor_id=OLA.id, title="Folk", replies=replies)
    others = List(id=78, actor_id=PER.id, title="Andre")

    async def kept(tx: Any) -> None:
        for one in (of, others):
            await lists.keep(tx, one)
        await lists.add(tx, of.id, [KARI.id])

    run(nordvik.engine.write(kept))
    alone = nordvik.says(KARI)
    bobs = nordvik.says(BOB)
    carlas = nordvik.says(LEDERGRUPPEN)
    posts = [
        alone,
        bobs,
        *(nordvik.says(KARI, Visibility.PUBLIC, reply_to=to.uri) for to in (alone, bobs, carlas)),
        nordvik.says(KARI, Visibility.DIRECT, OLA),
        nordvik.says(KARI, Visibility.FOLLOWERS),
    ]
    rows = run(nordvik.engine.read(lambda tx: lists.timeline(tx, of, timelines.Span(limit=100))))
    shown = {row[0] for row in rows}
    told = {
        post.id
        for post in posts
        if run(nordvik.engine.read(lambda tx, p=post: streaming.on_lists(tx, p.id, {77, 78})))  # type: ignore[misc]
        == {77}
    }
    assert told == shown


def test_a_conversation_is_heard_by_those_in_it(nordvik: Nordvik) -> None:
    post = nordvik.says(KARI, Visibility.DIRECT, OLA)
    public = nordvik.says(KARI, Visibility.PUBLIC, OLA)

    async def asked(tx: Any) -> tuple[set[int], set[int]]:
        return (
            await streaming.in_conversation(tx, post.id, VIEWERS),
            await streaming.in_conversation(tx, public.id, VIEWERS),
        )

    assert run(nordvik.engine.read(asked)) == ({KARI.id, OLA.id}, set())


def test_a_token_holds_while_its_person_its_actor_and_its_role_do(nordvik: Nordvik) -> None:
    def token(id: int, **rest: Any) -> Token:
        return Token(id=id, hash=b"%d" % id, scopes="read", created=NOW, **rest)

    kari = {"person_id": PERSON_KARI.id, "actor_id": LEDERGRUPPEN.id}
    nordvik.put(
        token(1, **kari),
        token(2, **kari, revoked=NOW),
        token(3, app_id=9),
        token(4, person_id=PERSON_OLA.id, actor_id=OLA.id),
        token(5, person_id=PERSON_OLA.id, actor_id=KARI.id),
    )

    def held() -> set[int]:
        return run(nordvik.engine.read(lambda tx: streaming.held(tx, [1, 2, 3, 4, 5, 6], NOW)))

    assert held() == {1, 3, 4}
    ended = Membership(**kari, role=Role.AUTHOR, ends=NOW)
    nordvik.put(ended, replace(OLA, suspended=NOW))
    assert held() == {3}


def test_what_is_open_to_anybody_is_told_to_an_apps_own_token(nordvik: Nordvik) -> None:
    hidden = replace(SAMARBEID, exposure=Exposure.INTERNAL)
    nordvik.put(hidden)
    for author, wide in (
        (KARI, Visibility.PUBLIC),
        (KARI, Visibility.INTERNAL),
        (ALICE, Visibility.PUBLIC),
    ):
        post = nordvik.says(author, wide)
        opened = run(nordvik.engine.read(lambda tx, p=post: streaming.is_open(tx, p.id)))  # type: ignore[misc]
        seen = run(
            nordvik.engine.read(lambda tx, p=post: visibility.may_see(tx, p.id, Nobody()))  # type: ignore[misc]
        )
        assert opened == seen
    assert not run(nordvik.engine.read(lambda tx: streaming.is_open(tx, 1)))


def test_nobody_listening_asks_nothing(nordvik: Nordvik) -> None:
    async def asked(tx: Any) -> list[Any]:
        return [
            await streaming.wanting(tx, 1, ()),
            await streaming.at_home(tx, 1, ()),
            await streaming.involved(tx, 1, ()),
            await streaming.on_lists(tx, 1, ()),
            await streaming.held(tx, (), NOW),
            await streaming.seen_beside(tx, (), VIEWERS),
            await streaming.told(tx, 1) or (),
        ]

    assert not any(run(nordvik.engine.read(asked)))
