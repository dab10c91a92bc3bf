"""The endpoints over the house's own store, on both engines: S19 by real queries, real paging."""

import json
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import pytest

from actors.audience import RemoteServer, Viewer
from actors.effects import Effect, Put
from actors.errors import FediError, Unauthorized
from actors.people import Actor
from actors.posts import Addressee, Hashtag, Option, Pin, Poll, Post, Visibility, Vote
from actors.relationships import Reaction, Relation, RelationKind
from actors.vocabulary import ACTIVITY_JSON
from fedi.front import choose
from fedi.net.answer import answer_to
from fedi.store.applying import Applying
from fedi.store.engine import Engine, Tx
from fedi.store.reads import HouseReads
from fedi.store.unit import UnitStore
from outbox.answers import Answer
from outbox.endpoints import Ask, Endpoints
from tests.outbox.cast import (
    ALICE,
    ANNE,
    APPLICATION,
    BRIT,
    KARI,
    LEDERGRUPPEN,
    LEDERGRUPPEN_PROFILE,
    NOTICE,
    NOW,
    URLS,
    post,
)
from tests.running import run

AP = Ask(accept=ACTIVITY_JSON)
SIGNED = replace(AP, signed=True)
FIRST = replace(AP, query={"page": "first"})
MASTODON = RemoteServer("mastodon.test")
STRANGER = RemoteServer("stranger.test")

ALICES = Post(
    id=290,
    uri="https://mastodon.test/users/alice/statuses/1",
    author_id=ALICE.id,
    visibility=Visibility.PUBLIC,
    published=NOW - 1000,
)
PUBLIC = replace(NOTICE, in_reply_to=ALICES.id, context=URLS.context(NOTICE.id))
POLL = replace(post(302, LEDERGRUPPEN), kind="Question")
REPLY = replace(post(303, KARI), in_reply_to=PUBLIC.id, context=PUBLIC.context)
CLOSED_REPLY = replace(
    post(304, KARI, Visibility.DIRECT), in_reply_to=PUBLIC.id, context=PUBLIC.context
)
FOLLOWERS_ONLY = post(305, LEDERGRUPPEN, Visibility.FOLLOWERS)
DIRECT = post(306, LEDERGRUPPEN, Visibility.DIRECT)
INTERNAL = post(307, LEDERGRUPPEN, Visibility.INTERNAL)
GONE = replace(post(308, LEDERGRUPPEN), content="", deleted=NOW)
GONE_DIRECT = replace(post(309, LEDERGRUPPEN, Visibility.DIRECT), content="", deleted=NOW)
BOOST = replace(
    post(310, LEDERGRUPPEN), uri=URLS.activity(310), content="", boost_of=ALICES.id, context=""
)
POSTS = (
    ALICES,
    PUBLIC,
    POLL,
    REPLY,
    CLOSED_REPLY,
    FOLLOWERS_ONLY,
    DIRECT,
    INTERNAL,
    GONE,
    GONE_DIRECT,
    BOOST,
)


def follows(source: Actor, target: Actor) -> Relation:
    return Relation(kind=RelationKind.FOLLOW, source_id=source.id, target_id=target.id)


ROWS: tuple[Any, ...] = (
    *(APPLICATION, LEDERGRUPPEN, KARI, ALICE, ANNE, BRIT),
    *LEDERGRUPPEN_PROFILE.keys,
    *POSTS,
    Addressee(post_id=PUBLIC.id, actor_id=ALICE.id),
    Addressee(post_id=PUBLIC.id, actor_id=BRIT.id, silent=True),
    Addressee(post_id=CLOSED_REPLY.id, actor_id=ALICE.id),
    Hashtag(post_id=PUBLIC.id, name="møter", shown="Møter"),
    Poll(post_id=POLL.id, options=(Option("Ja"), Option("Nei")), multiple=True),
    Vote(post_id=POLL.id, actor_id=ALICE.id, choice=0),
    Vote(post_id=POLL.id, actor_id=ALICE.id, choice=1),
    Vote(post_id=POLL.id, actor_id=BRIT.id, choice=1),
    Reaction(post_id=PUBLIC.id, actor_id=ALICE.id, uri="https://mastodon.test/likes/1"),
    Pin(actor_id=LEDERGRUPPEN.id, post_id=PUBLIC.id, created=NOW),
    Pin(actor_id=LEDERGRUPPEN.id, post_id=FOLLOWERS_ONLY.id, created=NOW + 1),
    *(follows(one, LEDERGRUPPEN) for one in (ALICE, ANNE, BRIT)),
)


@pytest.fixture
def reads(engine: Engine) -> HouseReads:
    async def nothing(_store: Any, _effect: Any) -> None:
        """Nothing leaves in these tests."""

    async def fill(tx: Tx) -> None:
        unit = UnitStore(
            tx, now=NOW, urls=URLS, new_id=iter(range(9000, 9999)).__next__, bits=lambda _: 0
        )
        effects: tuple[Effect, ...] = tuple(Put(row) for row in ROWS)
        await Applying(unit, nothing).all(effects)

    run(engine.write(fill))
    return HouseReads(engine)


def house(reads: HouseReads, signer: Viewer | None = None) -> Endpoints:
    async def authenticate(ask: Ask) -> Viewer:
        if signer is None:
            raise Unauthorized("The signature does not hold.")
        return signer

    async def page(ask: Ask) -> Answer:
        return Answer(200, ())

    return Endpoints(reads, URLS, choose, authenticate, page)


def get(answer: Awaitable[Answer]) -> Answer:
    async def body() -> Answer:
        try:
            return await answer
        except FediError as error:
            made = answer_to(error)
            return Answer(made.status, made.headers, made.body)

    return run(body())


def items(answer: Answer) -> list[Any]:
    assert answer.status == 200
    found: list[Any] = json.loads(answer.body)["orderedItems"]
    return found


def test_s19_no_query_tells_the_unseen_from_the_absent(reads: HouseReads) -> None:
    for signer in (None, STRANGER):
        ends, ask = house(reads, signer), SIGNED if signer else AP
        for id in (CLOSED_REPLY, FOLLOWERS_ONLY, DIRECT, INTERNAL, GONE_DIRECT, ALICES, BOOST):
            assert get(ends.post(ask, id.id)) == get(ends.post(ask, 999))
            for part in ("replies", "likes", "shares"):
                absent = get(ends.post_collection(ask, 999, part))
                assert get(ends.post_collection(ask, id.id, part)) == absent
        for id in (FOLLOWERS_ONLY, DIRECT, INTERNAL, GONE_DIRECT):
            assert get(ends.context(ask, id.id)) == get(ends.context(ask, 999))
            assert get(ends.activity(ask, id.id)) == get(ends.activity(ask, 999))


def test_a_post_is_read_with_all_that_stands_around_it(reads: HouseReads) -> None:
    note = json.loads(get(house(reads).post(AP, PUBLIC.id)).body)
    assert note["inReplyTo"] == ALICES.uri
    assert note["cc"] == [LEDERGRUPPEN.followers, ALICE.uri, BRIT.uri]
    assert [tag["name"] for tag in note["tag"]] == ["@alice@mastodon.test", "#Møter"]


def test_a_poll_of_ours_shows_votes_and_voters_as_they_were_cast(reads: HouseReads) -> None:
    question = json.loads(get(house(reads).post(AP, POLL.id)).body)
    assert [option["replies"]["totalItems"] for option in question["anyOf"]] == [1, 2]
    assert question["votersCount"] == 2


def test_a_follower_s_server_may_read_what_is_for_followers(reads: HouseReads) -> None:
    assert get(house(reads, MASTODON).post(SIGNED, FOLLOWERS_ONLY.id)).status == 200
    assert get(house(reads, MASTODON).post(SIGNED, DIRECT.id)).status == 404
    assert get(house(reads, MASTODON).post(SIGNED, INTERNAL.id)).status == 404


def test_a_tombstone_is_for_whom_could_have_seen_the_post(reads: HouseReads) -> None:
    assert get(house(reads).post(AP, GONE.id)).status == 410
    assert get(house(reads, MASTODON).post(SIGNED, GONE_DIRECT.id)).status == 404


def test_the_delete_of_a_post_is_for_whom_could_have_seen_it(reads: HouseReads) -> None:
    async def sent(tx: Tx) -> None:
        for id, kind, about in ((801, "Delete", GONE), (802, "Delete", GONE_DIRECT)):
            await tx.run(
                "INSERT INTO activity (id, uri, actor_id, kind, about, post_id, visible, body,"
                " created, total, delivered, failed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)",
                (id, URLS.activity(id), LEDERGRUPPEN.id, kind, about.uri, about.id,
                 about.visibility.value, b"{}", NOW),
            )  # fmt: skip

    run(reads._engine.write(sent))
    assert get(house(reads).activity(AP, 801)).status == 200
    assert get(house(reads, MASTODON).activity(SIGNED, 802)).status == 404
    assert get(house(reads).activity(AP, GONE.id)).status == 404


def test_collections_hold_what_the_asker_may_see(reads: HouseReads) -> None:
    ends, closer = house(reads), house(reads, MASTODON)
    signed_first = replace(FIRST, signed=True)
    assert items(get(ends.post_collection(FIRST, PUBLIC.id, "replies"))) == [REPLY.uri]
    replies = get(closer.post_collection(signed_first, PUBLIC.id, "replies"))
    assert items(replies) == [CLOSED_REPLY.uri, REPLY.uri]
    assert items(get(ends.post_collection(FIRST, PUBLIC.id, "likes"))) == [
        "https://mastodon.test/likes/1"
    ]
    assert items(get(ends.context(FIRST, PUBLIC.id))) == [PUBLIC.uri, REPLY.uri]
    featured = ends.actor_collection(AP, LEDERGRUPPEN.id, "featured")
    assert items(get(featured)) == [PUBLIC.uri]
    both = closer.actor_collection(SIGNED, LEDERGRUPPEN.id, "featured")
    # A pinned post that isn't open is seen on the profile here, and named to nobody elsewhere.
    assert items(get(both)) == [PUBLIC.uri]


def test_the_outbox_is_made_of_posts_and_boosts(reads: HouseReads) -> None:
    listed = items(get(house(reads).actor_collection(FIRST, LEDERGRUPPEN.id, "outbox")))
    assert [(one["type"], one["id"]) for one in listed] == [
        ("Announce", BOOST.uri),
        ("Create", URLS.activity(POLL.id)),
        ("Create", URLS.activity(PUBLIC.id)),
    ]
    assert listed[0]["object"] == ALICES.uri


def test_followers_are_paged_to_the_last(
    reads: HouseReads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outbox.endpoints.PAGE_SIZE", 2)
    ends = house(reads)
    first = get(ends.actor_collection(FIRST, LEDERGRUPPEN.id, "followers"))
    assert items(first) == [BRIT.uri, ANNE.uri]
    cursor = json.loads(first.body)["next"].rpartition("=")[2]
    last = replace(AP, query={"page": cursor})
    assert items(get(ends.actor_collection(last, LEDERGRUPPEN.id, "followers"))) == [ALICE.uri]


def test_a_server_reads_its_own_followers(reads: HouseReads) -> None:
    own = house(reads, MASTODON).actor_collection(SIGNED, LEDERGRUPPEN.id, "synchronization")
    assert items(get(own)) == [ALICE.uri, ANNE.uri]
