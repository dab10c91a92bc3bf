"""What came from elsewhere, in a group of ours: who is let speak, and who is repeated."""

import pytest

from actors.admitting import REPEAT, Admitted, admit, known
from actors.effects import Refusal, Spread
from actors.grouping import Access, Grouping, Posting, Standing
from actors.groups import Surroundings
from actors.people import Actor, ActorKind
from actors.posts import Post, Visibility
from tests.people import ALICE, NOW, note, ours, theirs

CLUB = ours(26, "klubben", "Klubben", ActorKind.GROUP, locked=True)
LIKE_US = theirs(40, "bo", "sor.test", shares_groups=True)
URI = "https://sor.test/posts/1"


def standing(
    access: Access = Access.CLOSED, *, member: bool, posting: Posting = Posting.MEMBERS
) -> Surroundings:
    grouping = Grouping(actor_id=CLUB.id, access=access, posting=posting)
    return Surroundings(names=(Standing(group=CLUB, rules=grouping, member=member),))


def admitted(author: Actor, around: Surroundings, *, reply_to: str = "") -> Admitted | Refusal:
    said = note(author, URI, Visibility.DIRECT, CLUB, reply_to=reply_to)
    return admit(around, Visibility.DIRECT, author, said)


def test_a_member_at_a_server_like_ours_speaks_in_the_group() -> None:
    found = admitted(LIKE_US, standing(member=True))
    assert found == Admitted(visibility=Visibility.GROUP, groups=(CLUB,), begins=True)


def test_a_member_at_another_kind_of_server_is_repeated_by_the_group() -> None:
    found = admitted(ALICE, standing(member=True))
    assert isinstance(found, Admitted)
    assert (found.visibility, found.repeats) == (Visibility.DIRECT, CLUB)
    post = Post(id=5, uri=URI, author_id=ALICE.id, visibility=Visibility.DIRECT, published=NOW)
    assert found.told((), post, f"{URI}/create", ALICE) == (Spread(REPEAT, CLUB.id, 5),)


def test_who_is_no_member_is_refused_and_a_secret_group_is_none_to_them() -> None:
    assert getattr(admitted(LIKE_US, standing(member=False)), "code", "") == "not_a_member"
    found = admitted(LIKE_US, standing(Access.SECRET, member=False))
    assert found == Admitted(visibility=Visibility.DIRECT)


@pytest.mark.parametrize(("reply_to", "may"), [("", False), ("https://nordvik.test/p/1", True)])
def test_where_managers_begin_members_answer(reply_to: str, may: bool) -> None:
    around = standing(member=True, posting=Posting.MANAGERS)
    found = admitted(LIKE_US, around, reply_to=reply_to)
    assert isinstance(found, Admitted) is may


def test_what_was_fetched_before_it_was_sent_to_the_group_is_in_it_from_then_on() -> None:
    post = Post(id=5, uri=URI, author_id=LIKE_US.id, visibility=Visibility.DIRECT, published=NOW)
    found = admitted(LIKE_US, standing(member=True))
    assert isinstance(found, Admitted)
    grown = known(found, post, (), f"{URI}/create", LIKE_US)[0]
    assert getattr(grown, "row", post).visibility is Visibility.GROUP
