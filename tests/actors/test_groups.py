"""Groups: who gets in, what is posted where, how wide, and what is refused in which words."""

from dataclasses import replace

import pytest

from actors import groups
from actors.effects import Refusal
from actors.errors import Invalid
from actors.grouping import Access, Grouping, Invitation, Posting, Standing
from actors.groups import NOWHERE, Placed, Surroundings, place
from actors.membership import Membership, Role
from actors.people import Actor, ActorKind, Exposure
from actors.posts import Post, Visibility
from actors.relationships import Notification, NotificationKind, Relation, RelationState
from actors.verbs import Accept, Add, Announce, Delete, Follow, Reject, Undo
from tests.people import (
    ALICE,
    ALLE,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
    note,
    ours,
)

V = Visibility
CLUB = ours(26, "klubben", "Klubben", ActorKind.GROUP, exposure=Exposure.INTERNAL)


def standing(access: Access, *, group: Actor = CLUB, **more: bool) -> Standing:
    return Standing(group=group, rules=Grouping(actor_id=group.id, access=access), **more)


def parent(visibility: Visibility) -> Post:
    return Post(id=1, uri="https://x.test/1", author_id=2, visibility=visibility, published=NOW)


def width(
    access: Access, asked: Visibility, *, group: Actor = CLUB, answers: Visibility | None = None
) -> Visibility | str | None:
    """Return how wide a member's post in a group is; the code where it is refused."""
    one = standing(access, group=group, member=True)
    around = Surroundings(names=(one,), parent=(one,) if answers is not None else ())
    found = place(around, asked, parent(answers) if answers is not None else None, None)
    return found.code if isinstance(found, Refusal) else found.visibility if found else None


# -- how wide


@pytest.mark.parametrize("access", [Access.CLOSED, Access.SECRET])
@pytest.mark.parametrize("asked", list(V))
def test_a_closed_group_is_for_its_members_whatever_an_app_asks(
    access: Access, asked: Visibility
) -> None:
    assert width(access, asked) is V.GROUP


def test_an_open_group_is_for_the_house_and_never_wider_than_was_asked() -> None:
    wide = replace(CLUB, exposure=Exposure.OPEN)
    for asked in (V.PUBLIC, V.UNLISTED):
        assert width(Access.OPEN, asked) is V.INTERNAL
        assert width(Access.OPEN, asked, group=wide) is asked
    assert width(Access.OPEN, V.INTERNAL, group=wide) is V.INTERNAL
    for asked in (V.FOLLOWERS, V.DIRECT, V.GROUP):
        assert width(Access.OPEN, asked) is V.GROUP


@pytest.mark.parametrize("asked", list(V))
def test_an_answer_stays_in_the_group_unless_it_is_for_those_named_alone(asked: Visibility) -> None:
    expected = None if asked is V.DIRECT else V.GROUP
    assert width(Access.CLOSED, asked, answers=V.GROUP) is expected


def test_what_was_open_once_is_answered_beside_a_group_that_is_closed_now() -> None:
    assert width(Access.CLOSED, V.INTERNAL, answers=V.INTERNAL) is None
    assert width(Access.OPEN, V.INTERNAL, answers=V.INTERNAL) is V.INTERNAL


def test_where_no_group_is_touched_groups_have_no_say() -> None:
    assert place(NOWHERE, V.PUBLIC, None, None) is None
    hidden = Surroundings(names=(standing(Access.SECRET),))
    assert place(hidden, V.PUBLIC, None, None) is None


# -- what is refused


def code(around: Surroundings, asked: Visibility = V.PUBLIC, **rest: Post | None) -> str:
    found = place(around, asked, rest.get("parent"), rest.get("quoted"))
    assert isinstance(found, Refusal)
    assert found.code in groups.CODES
    return found.code


def test_only_members_post_and_are_told_how_to_become_one() -> None:
    for access in (Access.OPEN, Access.CLOSED):
        found = place(Surroundings(names=(standing(access),)), V.PUBLIC, None, None)
        assert isinstance(found, Refusal)
        assert found.sentence == (
            "Only members post in Klubben (@klubben). Follow it to become one."
        )


def test_where_managers_alone_begin_something_members_still_answer() -> None:
    only = Grouping(actor_id=CLUB.id, access=Access.CLOSED, posting=Posting.MANAGERS)
    member = Standing(group=CLUB, rules=only, member=True)
    assert code(Surroundings(names=(member,))) == "managers_only"
    manager = replace(member, manager=True)
    assert isinstance(place(Surroundings(names=(manager,)), V.PUBLIC, None, None), Placed)
    around = Surroundings(names=(member,), parent=(member,))
    assert isinstance(place(around, V.PUBLIC, parent(V.GROUP), None), Placed)


def test_nothing_is_carried_from_one_closed_group_into_another() -> None:
    mine = standing(Access.CLOSED, member=True)
    other = standing(Access.CLOSED, group=ours(27, "andre", "", ActorKind.GROUP), member=True)
    assert code(Surroundings(names=(mine, other))) == "one_group"
    assert code(Surroundings(names=(other,), parent=(mine,)), parent=parent(V.GROUP)) == (
        "another_group"
    )
    assert code(Surroundings(names=(mine,)), parent=parent(V.INTERNAL)) == "another_group"
    assert code(Surroundings(names=(other,), quoted=(mine,)), quoted=parent(V.GROUP)) == (
        "another_group"
    )
    stranger = standing(Access.CLOSED)
    assert code(Surroundings(quoted=(stranger,)), quoted=parent(V.GROUP)) == "not_a_member"


def test_what_quotes_a_group_s_talk_stays_there() -> None:
    mine = standing(Access.CLOSED, member=True)
    found = place(Surroundings(quoted=(mine,)), V.PUBLIC, None, parent(V.GROUP))
    assert isinstance(found, Placed)
    assert (found.visibility, found.ids) == (V.GROUP, (CLUB.id,))


@pytest.mark.parametrize(
    ("old", "new", "may"),
    [
        (Access.OPEN, Access.CLOSED, True),
        (Access.CLOSED, Access.SECRET, True),
        (Access.SECRET, Access.CLOSED, True),
        (Access.OPEN, Access.SECRET, False),
        (Access.CLOSED, Access.OPEN, False),
        (Access.SECRET, Access.OPEN, False),
    ],
)
def test_access_changes_where_no_promise_is_broken(old: Access, new: Access, may: bool) -> None:
    if may:
        groups.check_access(old, new)
        return
    with pytest.raises(Invalid):
        groups.check_access(old, new)


# -- in the house


def settle(house: Nordvik, access: Access = Access.CLOSED) -> Nordvik:
    """Let Kari manage the club, which is closed; Ola is a member."""
    closed = access is not Access.OPEN
    house.put(replace(CLUB, locked=closed, secret=access is Access.SECRET))
    house.put(Grouping(actor_id=CLUB.id, access=access))
    house.put(Membership(person_id=PERSON_KARI.id, actor_id=CLUB.id, role=Role.MANAGER))
    house.follows(KARI, CLUB)
    house.follows(OLA, CLUB)
    return house


def follow(house: Nordvik, who: Actor) -> Follow:
    return Follow(uri=house.uri(who), actor=who.uri, object=CLUB.uri)


def test_who_asks_to_join_is_shown_to_those_who_manage_the_group(house: Nordvik) -> None:
    settle(house)
    house.done(follow(house, LEDERGRUPPEN))
    asked = house.follow_of(LEDERGRUPPEN, CLUB)
    assert asked is not None
    assert asked.state is RelationState.PENDING
    told = {one.recipient_id for one in house.all(Notification)}
    assert told == {KARI.id, CLUB.id}
    accept = Accept(
        uri=house.uri(CLUB),
        actor=CLUB.uri,
        object=asked.uri,
        follower=LEDERGRUPPEN.uri,
        person=PERSON_KARI.id,
    )
    assert house.refused(replace(accept, person=PERSON_OLA.id)) == "not_yours"
    house.done(accept)
    left = [(one.recipient_id, one.kind) for one in house.all(Notification)]
    assert (KARI.id, NotificationKind.FOLLOW_REQUEST) not in left


def test_an_invitation_lets_in_at_once_and_is_used_up(house: Nordvik) -> None:
    settle(house, Access.SECRET)
    assert house.refused(follow(house, LEDERGRUPPEN)) == "no_such_actor"
    house.put(Invitation(group_id=CLUB.id, actor_id=LEDERGRUPPEN.id, by_id=KARI.id, created=NOW))
    house.done(follow(house, LEDERGRUPPEN))
    joined = house.follow_of(LEDERGRUPPEN, CLUB)
    assert joined is not None
    assert joined.state is RelationState.ACCEPTED
    assert house.all(Invitation) == []
    house.done(
        Reject(uri=house.uri(CLUB), actor=CLUB.uri, object=joined.uri, follower=LEDERGRUPPEN.uri)
    )
    assert house.refused(follow(house, LEDERGRUPPEN)) == "no_such_actor"


def test_a_post_in_a_closed_group_is_seen_by_members_and_named_by_nobody_else(
    house: Nordvik,
) -> None:
    settle(house)
    post = house.says(KARI, V.PUBLIC, CLUB, OLA, LEDERGRUPPEN, ALICE)
    assert post.visibility is V.GROUP
    assert house.readers(post) == [OLA.id, CLUB.id]
    assert house.home(OLA) == [post.id]
    assert not any(house.sees(one, post) for one in (LEDERGRUPPEN, ALICE, ALLE))
    assert house.delivered() == []
    assert {one.recipient_id for one in house.all(Notification)} == {OLA.id}


def test_an_answer_of_a_member_is_read_in_the_group_and_told_to_who_is_still_in_it(
    house: Nordvik,
) -> None:
    settle(house)
    post = house.says(KARI, V.PUBLIC, CLUB)
    answer = house.says(OLA, V.GROUP, reply_to=post.uri)
    assert answer.visibility is V.GROUP
    assert CLUB.id in house.readers(answer)
    assert KARI.id in {one.recipient_id for one in house.all(Notification)}
    gone = house.follow_of(KARI, CLUB)
    assert gone is not None
    house.done(Undo(uri=house.uri(KARI), actor=KARI.uri, object=gone.uri, kind="Follow"))
    before = len(house.all(Notification))
    house.says(OLA, V.GROUP, reply_to=answer.uri)
    house.says(OLA, V.GROUP, KARI, reply_to=post.uri)
    assert len(house.all(Notification)) == before
    assert not house.sees(KARI, answer)


def test_what_is_said_in_a_group_is_not_shared_on(house: Nordvik) -> None:
    settle(house)
    post = house.says(KARI, V.PUBLIC, CLUB)
    boost = Announce(uri=house.uri(OLA), actor=OLA.uri, object=post.uri, published=NOW)
    assert house.refused(boost) == "not_public"
    quote = note(OLA, house.post_uri(OLA), V.PUBLIC, quote=post.uri)
    assert isinstance(house.do(house.create(quote, visibility=V.PUBLIC)), Refusal)


def test_a_group_deletes_and_features_what_is_said_in_it_and_nothing_else(house: Nordvik) -> None:
    settle(house)
    post, other = house.says(OLA, V.PUBLIC, CLUB), house.says(OLA, V.INTERNAL)

    def feature(one: Post) -> Add:
        uri = house.uri(CLUB)
        return Add(uri=uri, actor=CLUB.uri, object=one.uri, target=CLUB.featured)

    house.done(feature(post))
    assert house.refused(feature(other)) == "not_yours"
    for one in (other, house.says(LEDERGRUPPEN)):
        delete = Delete(uri=house.uri(CLUB), actor=CLUB.uri, object=one.uri)
        assert house.refused(delete) == "not_yours"
    house.done(Delete(uri=house.uri(CLUB), actor=CLUB.uri, object=post.uri))
    assert house.post(post.uri).deleted is not None
    assert house.ask("SELECT count(*) FROM pin") == [(0,)]


def test_a_public_post_is_taken_out_of_a_group_and_stays_its_author_s(house: Nordvik) -> None:
    settle(house, Access.OPEN)
    house.put(replace(CLUB, exposure=Exposure.OPEN))
    post = house.says(OLA, V.PUBLIC, CLUB)
    assert post.visibility is V.PUBLIC
    house.done(Delete(uri=house.uri(CLUB), actor=CLUB.uri, object=post.uri))
    assert house.post(post.uri).deleted is None
    assert house.readers(house.post(post.uri)) == []


def test_a_guest_speaks_in_groups_alone(house: Nordvik) -> None:
    settle(house)
    guest = ours(28, "gjest", "Gjest", ActorKind.PERSON, guest=True, exposure=Exposure.INTERNAL)
    house.put(guest)
    made = note(guest, house.post_uri(guest), V.PUBLIC)
    assert house.refused(house.create(made, visibility=V.PUBLIC)) == "guest"
    house.follows(guest, CLUB)
    post = house.says(guest, V.PUBLIC, CLUB, KARI, LEDERGRUPPEN)
    assert (post.visibility, house.readers(post)) == (V.GROUP, [KARI.id, CLUB.id])
    assert house.sees(guest, house.says(OLA, V.PUBLIC, CLUB))
    assert not house.sees(guest, house.says(OLA, V.PUBLIC))
    assert house.refused(
        Follow(uri=house.uri(guest), actor=guest.uri, object=LEDERGRUPPEN.uri)
    ) == ("no_such_actor")


def test_leaving_ends_what_one_may_see(house: Nordvik) -> None:
    settle(house)
    post = house.says(KARI, V.PUBLIC, CLUB)
    assert house.sees(OLA, post)
    (mine,) = [one for one in house.all(Relation) if one.source_id == OLA.id]
    house.done(Undo(uri=house.uri(OLA), actor=OLA.uri, object=mine.uri, kind="Follow"))
    assert not house.sees(OLA, post)
