"""Whatever changes how a post or an actor looks to others is an event that names it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from actors.effects import Drop, Effect, Put
from actors.inquiries import Inquiry
from actors.membership import Membership, Role
from actors.people import Profile
from actors.posts import Hashtag, Pin, Poll, Post, Visibility
from actors.relationships import MARKER_DAYS, Marker, MarkerKind, Relation, RelationKind
from actors.verbs import (
    Accept,
    Add,
    Announce,
    Block,
    Create,
    Delete,
    Flag,
    Follow,
    Like,
    Move,
    Reject,
    Remove,
    Undo,
    Update,
    Vote,
)
from fedi.store import changes, chores, events, profiles, recording
from fedi.store.engine import Tx
from fedi.store.events import BEGINNING, KINDS, Event, Place
from tests.people import (
    ALICE,
    BOB,
    IKT,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    PERSON_KARI,
    Nordvik,
    note,
    poll_note,
)
from tests.running import run

Told = list[tuple[str, int, int]]


class Telling:
    """What the events say since one looked last."""

    def __init__(self, house: Nordvik) -> None:
        self.house = house
        self._place: Place = BEGINNING
        self.new()

    def new(self) -> list[Event]:
        found: list[Event] = run(
            self.house.engine.read(lambda tx: events.read(tx, self._place, 10_000))
        )
        if found:
            self._place = found[-1].place
        assert {one.kind for one in found} <= set(KINDS)
        return found

    def told(self) -> Told:
        """Return (kind, who, what) of the new events, notifications left out."""
        return [
            (one.kind, one.actor_id, one.subject_id)
            for one in self.new()
            if one.kind != "notification"
        ]

    def after(self, activity: Any) -> Told:
        self.house.done(activity)
        return self.told()


@pytest.fixture
def house(nordvik: Nordvik) -> Nordvik:
    return nordvik


@pytest.fixture
def telling(house: Nordvik) -> Telling:
    return Telling(house)


def of_ours(house: Nordvik, author: Any, **rest: Any) -> Create:
    made = note(author, house.post_uri(author), **rest)
    return Create(uri=house.uri(author), actor=author.uri, note=made)


def featured(house: Nordvik, posts: list[Post]) -> None:
    """Alice's pins are these, as her collection says."""
    run(house.engine.write(lambda tx: chores.replace_pins(tx, ALICE.featured, posts, NOW)))


# -- posts


def test_a_post_its_edit_and_its_end(house: Nordvik, telling: Telling) -> None:
    create = of_ours(house, LEDERGRUPPEN)
    told = telling.after(create)
    post = house.post(create.note.uri)
    assert told == [("post", LEDERGRUPPEN.id, post.id)]
    edited = replace(create.note, content="<p>Nytt</p>", updated=NOW)
    update = Update(uri=house.uri(LEDERGRUPPEN), actor=LEDERGRUPPEN.uri, note=edited)
    assert telling.after(update) == [("edit", LEDERGRUPPEN.id, post.id)]
    delete = Delete(uri=house.uri(LEDERGRUPPEN), actor=LEDERGRUPPEN.uri, object=post.uri)
    assert telling.after(delete) == [("delete", LEDERGRUPPEN.id, post.id)]


def test_an_answer_changes_what_it_answers_when_it_comes_and_when_it_goes(
    house: Nordvik, telling: Telling
) -> None:
    post = house.says(LEDERGRUPPEN)
    telling.new()
    answer = house.create(note(ALICE, house.post_uri(ALICE), reply_to=post.uri))
    told = telling.after(answer)
    made = house.post(answer.note.uri)
    (asked,) = house.all(Inquiry)
    question = ("question", LEDERGRUPPEN.id, asked.id)  # to the department that it answers
    assert told == [("reply", ALICE.id, post.id), question, ("post", ALICE.id, made.id)]
    gone = telling.after(Delete(uri=house.uri(ALICE), actor=ALICE.uri, object=made.uri))
    assert gone == [("reply", ALICE.id, post.id), question, ("delete", ALICE.id, made.id)]


def test_an_answer_that_came_before_what_it_answers_is_told_of_again(
    house: Nordvik, telling: Telling
) -> None:
    house.follows(KARI, ALICE)
    parent = note(ALICE, house.post_uri(ALICE))
    answer = house.says(ALICE, reply_to=parent.uri)
    telling.new()
    told = telling.after(house.create(parent))
    post = house.post(parent.uri)
    assert ("reply", ALICE.id, post.id) in told
    assert ("thread", ALICE.id, answer.id) in told
    assert ("post", ALICE.id, post.id) in told


def test_what_was_fetched_is_told_apart_from_what_is_new(house: Nordvik, telling: Telling) -> None:
    house.follows(KARI, ALICE)
    create = house.create(note(ALICE, house.post_uri(ALICE)), fetched=True)
    told = telling.after(create)
    post = house.post(create.note.uri)
    assert told == [("fetched", ALICE.id, post.id)]
    assert telling.after(replace(create, fetched=False)) == [("post", ALICE.id, post.id)]


@pytest.mark.parametrize("who", [ALICE, KARI], ids=["another's", "ours"])
def test_likes_and_boosts_name_the_post(house: Nordvik, telling: Telling, who: Any) -> None:
    post = house.says(LEDERGRUPPEN)
    telling.new()
    like = Like(uri=house.uri(who), actor=who.uri, object=post.uri)
    assert telling.after(like) == [("like", who.id, post.id)]
    assert telling.after(like) == []
    undo = Undo(uri=house.uri(who), actor=who.uri, object=like.uri, kind="Like", target=post.uri)
    assert telling.after(undo) == [("unlike", who.id, post.id)]
    share = Announce(uri=house.uri(who), actor=who.uri, object=post.uri, published=NOW)
    told = telling.after(share)
    boost = house.post(share.uri)
    assert told == [("boost", who.id, post.id), ("post", who.id, boost.id)]
    undo = Undo(uri=house.uri(who), actor=who.uri, object=share.uri, kind="Announce")
    assert set(telling.after(undo)) == {
        ("unboost", who.id, post.id),
        ("delete", who.id, boost.id),
    }


def test_a_boost_that_is_deleted_is_a_boost_less(house: Nordvik, telling: Telling) -> None:
    post = house.says(LEDERGRUPPEN)
    share = Announce(uri=house.uri(ALICE), actor=ALICE.uri, object=post.uri, published=NOW)
    house.done(share)
    telling.new()
    told = telling.after(Delete(uri=house.uri(ALICE), actor=ALICE.uri, object=share.uri))
    assert ("unboost", ALICE.id, post.id) in told


def test_votes_counts_and_the_end_of_a_poll_name_the_post(house: Nordvik, telling: Telling) -> None:
    asked = poll_note(LEDERGRUPPEN, house.post_uri(LEDERGRUPPEN), ("Ja", "Nei"))
    house.done(Create(uri=house.uri(LEDERGRUPPEN), actor=LEDERGRUPPEN.uri, note=asked))
    post = house.post(asked.uri)
    telling.new()
    vote = Vote(
        uri=house.uri(ALICE), actor=ALICE.uri, question=asked.uri, choice="Ja", note="https://m/1"
    )
    assert telling.after(vote) == [("vote", LEDERGRUPPEN.id, post.id)]
    count = Update(uri=house.uri(LEDERGRUPPEN), actor=LEDERGRUPPEN.uri, note=asked)
    assert telling.after(count) == [("poll", 0, post.id)]

    async def close(tx: Tx) -> None:
        await house.performer.apply(
            tx, (Put(Poll(post_id=post.id, options=(), closed=NOW), replace=True),)
        )

    run(house.engine.write(close))
    assert telling.told() == [("poll", 0, post.id)]


def test_pins_name_the_post(house: Nordvik, telling: Telling) -> None:
    post, other = house.says(LEDERGRUPPEN), house.says(ALICE)
    telling.new()
    rest: dict[str, Any] = {
        "actor": LEDERGRUPPEN.uri,
        "object": post.uri,
        "target": LEDERGRUPPEN.featured,
    }
    assert telling.after(Add(uri=house.uri(LEDERGRUPPEN), **rest)) == [
        ("pin", LEDERGRUPPEN.id, post.id)
    ]
    assert telling.after(Remove(uri=house.uri(LEDERGRUPPEN), **rest)) == [
        ("unpin", LEDERGRUPPEN.id, post.id)
    ]
    for posts, told in (([other], "pin"), ([other], ""), ([], "unpin")):
        featured(house, posts)
        assert telling.told() == ([(told, ALICE.id, other.id)] if told else [])


# -- actors


def test_a_changed_actor_is_named_whoever_it_is(house: Nordvik, telling: Telling) -> None:
    for actor in (LEDERGRUPPEN, ALICE):
        changed = Profile(actor=replace(actor, name="Ny"))
        update = Update(uri=house.uri(actor), actor=actor.uri, profile=changed)
        assert telling.after(update) == [("actor", actor.id, actor.id)]


def test_an_actor_that_was_fetched_is_told_of_when_new_or_changed(
    house: Nordvik, telling: Telling
) -> None:
    def save(actor: Any) -> Told:
        profile = Profile(actor=actor)
        run(house.engine.write(lambda tx: profiles.save_profile(house.performer.open(tx), profile)))
        return telling.told()

    new = replace(ALICE, id=0, uri="https://mastodon.test/users/ny", username="ny")
    ((kind, who, what),) = save(new)
    assert (kind, who) == ("actor", what)
    assert save(new) == []
    assert save(replace(new, name="Nyere")) == [("actor", what, what)]
    run(house.engine.write(lambda tx: profiles.mark_gone(tx, new.uri, NOW)))
    assert telling.told() == [("actor", what, what)]
    run(house.engine.write(lambda tx: profiles.mark_gone(tx, new.uri, NOW)))
    assert telling.told() == []


def test_moving_and_ending_name_the_actor(house: Nordvik, telling: Telling) -> None:
    house.put(replace(KARI, also_known_as=(OLA.uri,)))
    move = Move(uri=house.uri(OLA), actor=OLA.uri, object=OLA.uri, target=KARI.uri)
    assert telling.after(move) == [("actor", OLA.id, OLA.id)]
    end = Delete(uri=house.uri(OLA), actor=OLA.uri, object=OLA.uri)
    assert telling.after(end) == [("actor", OLA.id, OLA.id)]


def test_what_ends_with_an_actor_is_told_piece_by_piece(house: Nordvik, telling: Telling) -> None:
    post = house.says(LEDERGRUPPEN)
    answer = house.says(ALICE, reply_to=post.uri)
    house.done(Announce(uri=house.uri(ALICE), actor=ALICE.uri, object=post.uri, published=NOW))
    house.done(Like(uri=house.uri(ALICE), actor=ALICE.uri, object=post.uri))
    house.follows(ALICE, LEDERGRUPPEN)
    house.follows(KARI, ALICE)
    house.put(Pin(actor_id=ALICE.id, post_id=answer.id, created=NOW))
    telling.new()
    run(house.engine.write(lambda tx: chores.erase_posts(tx, ALICE.id, 0, NOW)))
    told = telling.told()
    assert ("delete", ALICE.id, answer.id) in told
    assert ("reply", ALICE.id, post.id) in told
    assert ("unboost", ALICE.id, post.id) in told
    run(house.engine.write(lambda tx: chores.erase_relations(tx, ALICE.id, NOW)))
    assert set(telling.told()) == {
        ("unfollow", ALICE.id, LEDERGRUPPEN.id),
        ("unfollow", KARI.id, ALICE.id),
        ("unlike", ALICE.id, post.id),
        ("unpin", ALICE.id, answer.id),
    }


# -- what holds between them


def test_following_asked_agreed_refused_and_ended(house: Nordvik, telling: Telling) -> None:
    def follow(who: Any, whom: Any) -> Follow:
        return Follow(uri=house.uri(who), actor=who.uri, object=whom.uri)

    assert telling.after(follow(ALICE, LEDERGRUPPEN)) == [("follow", ALICE.id, LEDERGRUPPEN.id)]
    asked = follow(ALICE, IKT)
    assert telling.after(asked) == [("follow_request", ALICE.id, IKT.id)]
    yes = Accept(uri=house.uri(IKT), actor=IKT.uri, object=asked.uri, follower=ALICE.uri)
    assert telling.after(yes) == [("follow", ALICE.id, IKT.id)]
    no = Reject(uri=house.uri(IKT), actor=IKT.uri, object=asked.uri, follower=ALICE.uri)
    assert telling.after(no) == [("unfollow", ALICE.id, IKT.id)]
    undo = Undo(
        uri=house.uri(ALICE), actor=ALICE.uri, object="", kind="Follow", target=LEDERGRUPPEN.uri
    )
    assert telling.after(undo) == [("unfollow", ALICE.id, LEDERGRUPPEN.id)]


def test_a_block_names_the_two_and_the_follows_it_ends(house: Nordvik, telling: Telling) -> None:
    house.follows(ALICE, KARI)
    house.follows(KARI, ALICE)
    block = Block(uri=house.uri(KARI), actor=KARI.uri, object=ALICE.uri)
    assert set(telling.after(block)) == {
        ("block", KARI.id, ALICE.id),
        ("unfollow", ALICE.id, KARI.id),
        ("unfollow", KARI.id, ALICE.id),
    }
    undo = Undo(uri=house.uri(KARI), actor=KARI.uri, object=block.uri, kind="Block")
    assert telling.after(undo) == [("unblock", KARI.id, ALICE.id)]


def test_an_inbox_that_is_gone_follows_nobody(house: Nordvik, telling: Telling) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    run(house.engine.write(
        lambda tx: recording._forget_inbox(tx, BOB.host, BOB.inbox, NOW)
    ))  # fmt: skip
    assert telling.told() == [("unfollow", BOB.id, LEDERGRUPPEN.id)]


def test_a_report_is_told_to_those_who_keep_order(house: Nordvik, telling: Telling) -> None:
    ((kind, who, _),) = telling.after(
        Flag(uri=house.uri(ALICE), actor=ALICE.uri, objects=(KARI.uri,))
    )
    assert (kind, who) == ("report", ALICE.id)


# -- who acted


def test_the_person_who_acts_is_written_down_with_everything(
    house: Nordvik, telling: Telling
) -> None:
    post = house.says(ALICE)
    telling.new()
    me: dict[str, Any] = {"actor": LEDERGRUPPEN.uri, "person": PERSON_KARI.id}
    new: Callable[[], str] = lambda: house.uri(LEDERGRUPPEN)  # noqa: E731
    for activity in (
        Like(uri=new(), object=post.uri, **me),
        Announce(uri=new(), object=post.uri, published=NOW, **me),
        Follow(uri=new(), object=ALICE.uri, **me),
        Block(uri=new(), object=ALICE.uri, **me),
        Flag(uri=new(), objects=(ALICE.uri,), **me),
        Create(uri=new(), note=note(LEDERGRUPPEN, house.post_uri(LEDERGRUPPEN)), **me),
    ):
        house.done(activity)
        written = [one.person_id for one in telling.new() if one.kind != "notification"]
        assert written
        assert set(written) == {PERSON_KARI.id}


# -- the list itself


@pytest.mark.parametrize(
    "row",
    [
        Hashtag(post_id=1, name="vei", shown="vei"),
        Membership(person_id=1, actor_id=1, role=Role.AUTHOR),
        Marker(uri="x", kind=MarkerKind.DELETED, actor_uri="y", until=MARKER_DAYS),
        Post(id=1, uri="u", author_id=1, visibility=Visibility.PUBLIC, published=1),
    ],
)
def test_other_rows_change_the_look_of_nothing(row: Any) -> None:
    assert changes.put(row, replaced=True) == changes.put(row, replaced=False) == ()
    assert changes.dropped(row) == ()


def test_muting_is_told_as_blocking_is(house: Nordvik, telling: Telling) -> None:
    row = Relation(kind=RelationKind.MUTE, source_id=KARI.id, target_id=ALICE.id)
    for effect, kind in ((Put(row), "mute"), (Drop(row), "unmute")):

        async def unit(tx: Tx, effect: Effect = effect) -> None:
            await house.performer.apply(tx, (effect,))

        run(house.engine.write(unit))
        assert telling.told() == [(kind, KARI.id, ALICE.id)]
