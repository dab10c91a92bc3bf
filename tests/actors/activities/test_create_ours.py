"""Our own posts: who may write, how wide they are, whom they reach, and that none is too wide."""

from dataclasses import replace

import pytest

from actors.effects import Refusal
from actors.people import Actor, ActorKind, Exposure
from actors.posts import Post, Visibility
from actors.verbs import Create
from actors.vocabulary import PUBLIC
from tests.people import (
    ALICE,
    ALLE,
    BEREDSKAP,
    BOB,
    CARLA,
    KARI,
    LEDERGRUPPEN,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    URLS,
    Nordvik,
    ids_of,
    note,
)


def say(
    house: Nordvik,
    author: Actor,
    visibility: Visibility,
    *named: Actor,
    reply_to: str = "",
    person: int | None = None,
) -> Create:
    uri = house.post_uri(author)
    local = URLS.parse(uri)
    return Create(
        uri=URLS.activity(local.id if local else 0),
        actor=author.uri,
        note=note(author, uri, visibility, *named, reply_to=reply_to),
        visibility=visibility,
        person=person,
    )


def test_a_public_post_reaches_followers_and_those_it_names_each_once(house: Nordvik) -> None:
    house.follows(ALICE, LEDERGRUPPEN)
    house.follows(BOB, LEDERGRUPPEN)
    house.done(say(house, LEDERGRUPPEN, Visibility.PUBLIC, ALICE, CARLA))
    assert sorted(house.delivered()) == [
        ("Create", CARLA.shared_inbox),
        ("Create", ALICE.shared_inbox),
    ]


def test_a_direct_post_reaches_those_it_names_and_no_follower(house: Nordvik) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    house.done(say(house, LEDERGRUPPEN, Visibility.DIRECT, CARLA))
    assert house.delivered() == [("Create", CARLA.inbox)]


def test_an_internal_post_never_leaves(house: Nordvik) -> None:
    house.follows(BOB, KARI)
    create = say(house, KARI, Visibility.INTERNAL, CARLA, OLA)
    house.done(create)
    post = house.post(create.note.uri)
    assert house.delivered() == []
    assert house.ask("SELECT count(*) FROM activity") == [(0,)]
    assert house.readers(post) == [OLA.id]
    assert house.sees(OLA, post)
    assert not house.sees(CARLA, post)


def test_an_internal_actor_s_post_stays_inside_whatever_was_asked(house: Nordvik) -> None:
    for asked in Visibility:
        house.done(say(house, BEREDSKAP, asked, CARLA, OLA))
    kept = {post.visibility for post in house.all(Post)}
    assert kept == {Visibility.INTERNAL, Visibility.DIRECT, Visibility.GROUP}
    assert house.delivered() == []
    assert all(house.readers(post) == [OLA.id] for post in house.all(Post))


def test_a_reader_cannot_write_for_the_department_and_an_author_can(house: Nordvik) -> None:
    create = say(house, LEDERGRUPPEN, Visibility.PUBLIC, person=PERSON_OLA.id)
    assert house.refused(create) == "not_yours"
    assert house.refused(replace(create, person=999)) == "not_yours"
    house.done(replace(create, person=PERSON_KARI.id))
    post = house.post(create.note.uri)
    assert post.acting_person == PERSON_KARI.id
    assert str(PERSON_KARI.id) not in str(house.bodies()[0])


def test_a_post_has_the_id_of_its_address_and_shows_on_the_author_s_page(house: Nordvik) -> None:
    house.follows(OLA, KARI)
    create = say(house, KARI, Visibility.INTERNAL)
    house.done(create)
    post = house.post(create.note.uri)
    assert URLS.post(post.id) == post.uri
    assert house.home(KARI) == house.home(OLA) == [post.id]


def test_an_answer_to_what_its_author_cannot_see_is_refused_as_to_what_never_was(
    house: Nordvik,
) -> None:
    hidden = house.says(KARI, Visibility.DIRECT, OLA)
    unseen = house.do(say(house, LEDERGRUPPEN, Visibility.PUBLIC, reply_to=hidden.uri))
    absent = house.do(say(house, LEDERGRUPPEN, Visibility.PUBLIC, reply_to=URLS.post(12345)))
    assert unseen == absent
    assert isinstance(unseen, Refusal)


V = Visibility
WIDTHS = {
    # (asked, what is answered): what the answer is, when another wrote what is answered.
    (V.PUBLIC, V.PUBLIC): V.PUBLIC,
    (V.UNLISTED, V.PUBLIC): V.UNLISTED,
    (V.FOLLOWERS, V.PUBLIC): V.FOLLOWERS,
    (V.INTERNAL, V.PUBLIC): V.INTERNAL,
    (V.GROUP, V.PUBLIC): V.GROUP,
    (V.DIRECT, V.PUBLIC): V.DIRECT,
    (V.PUBLIC, V.UNLISTED): V.UNLISTED,
    (V.UNLISTED, V.UNLISTED): V.UNLISTED,
    (V.FOLLOWERS, V.UNLISTED): V.FOLLOWERS,
    (V.INTERNAL, V.UNLISTED): V.INTERNAL,
    (V.GROUP, V.UNLISTED): V.GROUP,
    (V.DIRECT, V.UNLISTED): V.DIRECT,
    # Another's followers are no audience of ours: the author, and those named who may see it.
    (V.PUBLIC, V.FOLLOWERS): V.DIRECT,
    (V.UNLISTED, V.FOLLOWERS): V.DIRECT,
    (V.FOLLOWERS, V.FOLLOWERS): V.DIRECT,
    (V.INTERNAL, V.FOLLOWERS): V.DIRECT,
    (V.GROUP, V.FOLLOWERS): V.DIRECT,
    (V.DIRECT, V.FOLLOWERS): V.DIRECT,
    # To an internal post always internal, or less: a word to one colleague stays that.
    (V.PUBLIC, V.INTERNAL): V.INTERNAL,
    (V.UNLISTED, V.INTERNAL): V.INTERNAL,
    (V.FOLLOWERS, V.INTERNAL): V.INTERNAL,
    (V.INTERNAL, V.INTERNAL): V.INTERNAL,
    (V.GROUP, V.INTERNAL): V.INTERNAL,
    (V.DIRECT, V.INTERNAL): V.DIRECT,
    # A group may have members outside, and the house people who are not in the group.
    (V.PUBLIC, V.GROUP): V.GROUP,
    (V.UNLISTED, V.GROUP): V.GROUP,
    (V.FOLLOWERS, V.GROUP): V.DIRECT,
    (V.INTERNAL, V.GROUP): V.DIRECT,
    (V.GROUP, V.GROUP): V.GROUP,
    (V.DIRECT, V.GROUP): V.DIRECT,
    **{(asked, V.DIRECT): V.DIRECT for asked in V},
}


def test_the_table_of_answers_is_whole() -> None:
    assert set(WIDTHS) == {(asked, parent) for asked in V for parent in V}


@pytest.mark.parametrize(("asked", "parent"), sorted(WIDTHS))
def test_an_answer_is_never_wider_than_what_it_answers(
    house: Nordvik, asked: Visibility, parent: Visibility
) -> None:
    """Ola and Alice may see Kari's post; the department answers and names Bob and Carla too."""
    for follower in (OLA, ALICE, LEDERGRUPPEN):
        house.follows(follower, KARI)
    for member in (OLA, ALICE, LEDERGRUPPEN):
        house.follows(member, ALLE)
    house.follows(CARLA, LEDERGRUPPEN)
    answered = house.says(KARI, parent, OLA, ALICE, LEDERGRUPPEN, ALLE)
    before = len(house.delivered())
    create = say(house, LEDERGRUPPEN, asked, KARI, OLA, ALICE, BOB, reply_to=answered.uri)
    house.done(create)
    answer = house.post(create.note.uri)
    assert answer.visibility is WIDTHS[asked, parent]
    assert house.sees(KARI, answer)
    others = (OLA, ALICE, BOB, CARLA)
    assert all(house.sees(one, answered) for one in others if house.sees(one, answer))
    if asked is V.INTERNAL or parent is V.INTERNAL:
        assert house.delivered()[before:] == []
        assert not any(house.sees(one, answer) for one in (ALICE, BOB, CARLA))


def test_an_answer_to_one_s_own_followers_goes_to_them(house: Nordvik) -> None:
    house.follows(ALICE, LEDERGRUPPEN)
    first = house.says(LEDERGRUPPEN, V.FOLLOWERS)
    create = say(house, LEDERGRUPPEN, V.PUBLIC, BOB, reply_to=first.uri)
    house.done(create)
    assert house.post(create.note.uri).visibility is V.FOLLOWERS


def test_an_answer_to_an_outsider_s_followers_reaches_the_outsider_alone(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    house.follows(CARLA, KARI)
    hidden = house.says(ALICE, V.FOLLOWERS, BOB)
    create = say(house, KARI, V.PUBLIC, ALICE, BOB, CARLA, OLA, reply_to=hidden.uri)
    house.done(create)
    answer = house.post(create.note.uri)
    assert answer.visibility is V.DIRECT
    assert house.readers(answer) == ids_of([ALICE, BOB])
    assert sorted(inbox for _, inbox in house.delivered()) == sorted([ALICE.inbox, BOB.inbox])
    document = house.bodies()[-1]
    assert PUBLIC not in str(document)
    assert ALICE.followers not in str(document)


def test_an_answer_kept_inside_does_not_reach_the_outsider_it_answers(house: Nordvik) -> None:
    house.follows(KARI, ALICE)
    house.follows(OLA, ALICE)
    hidden = house.says(ALICE, V.FOLLOWERS)
    create = say(house, KARI, V.INTERNAL, ALICE, OLA, reply_to=hidden.uri)
    house.done(create)
    answer = house.post(create.note.uri)
    assert house.readers(answer) == [OLA.id]
    assert house.delivered() == []
    assert not house.sees(ALICE, answer)


def test_an_answer_in_a_group_is_for_the_group(house: Nordvik) -> None:
    house.follows(OLA, ALLE)
    house.follows(KARI, ALLE)
    first = house.says(KARI, V.GROUP, ALLE)
    create = say(house, OLA, V.GROUP, KARI, reply_to=first.uri)
    house.done(create)
    answer = house.post(create.note.uri)
    assert ALLE.kind is ActorKind.GROUP
    assert ALLE.id in house.readers(answer)
    assert house.sees(KARI, answer)
    assert not house.sees(LEDERGRUPPEN, answer)


def test_an_answer_joins_the_conversation(house: Nordvik) -> None:
    first = house.says(KARI)
    assert first.context.startswith(URLS.origin)
    create = say(house, LEDERGRUPPEN, V.PUBLIC, reply_to=first.uri)
    house.done(create)
    assert house.post(create.note.uri).context == first.context


def test_the_exposure_of_an_actor_bounds_who_sees_its_posts(house: Nordvik) -> None:
    post = house.says(LEDERGRUPPEN)
    assert house.sees(ALICE, post)
    house.put(replace(LEDERGRUPPEN, exposure=Exposure.INTERNAL))
    assert not house.sees(ALICE, post)
    assert house.sees(OLA, post)
