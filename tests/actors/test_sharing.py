"""A boost as rows: of what a group has handed on, and how far it goes."""

from dataclasses import replace

import pytest

from actors.effects import Notify, Put, Show
from actors.people import ActorKind
from actors.posts import Post, Visibility
from actors.sharing import HandedOn, asked, boosted
from actors.verbs import Announce
from actors.vocabulary import PUBLIC
from tests.people import ALICE, KARI, NOW, theirs

GROUP = replace(theirs(50, "norge", "lemmy.test"), kind=ActorKind.GROUP)
POST = Post(
    id=5, uri="https://x.test/1", author_id=ALICE.id, visibility=Visibility.PUBLIC, published=NOW
)
ANNOUNCE = Announce(
    uri=f"{GROUP.uri}/announces/1", actor=GROUP.uri, object=POST.uri, published=NOW, to=(PUBLIC,)
)
HANDED = HandedOn(announce=ANNOUNCE, group=GROUP, done=False, followed=True, boost_id=9)


def test_what_begins_something_is_a_boost_of_the_group_before_its_followers() -> None:
    (put,) = boosted(HANDED, POST, ALICE)
    assert isinstance(put, Put)
    assert (put.row.id, put.row.boost_of, put.row.author_id) == (9, POST.id, GROUP.id)  # type: ignore[union-attr]
    assert put.then == (Show(9, GROUP.id),)


def test_one_of_ours_is_told_that_a_group_shares_them() -> None:
    (put,) = boosted(HANDED, replace(POST, author_id=KARI.id), KARI)
    assert isinstance(put, Put)
    assert any(isinstance(one, Notify) and one.recipient_id == KARI.id for one in put.then)


@pytest.mark.parametrize(
    ("handed", "post"),
    [
        (None, POST),
        (replace(HANDED, done=True), POST),
        (replace(HANDED, followed=False), POST),
        (HANDED, replace(POST, in_reply_to_uri="https://x.test/0")),
        (HANDED, replace(POST, visibility=Visibility.FOLLOWERS)),
    ],
)
def test_nothing_else_is(handed: HandedOn | None, post: Post) -> None:
    assert boosted(handed, post, ALICE) == ()


def test_a_boost_for_nobody_in_particular_is_for_followers() -> None:
    assert asked(ANNOUNCE, GROUP) is Visibility.PUBLIC
    assert asked(replace(ANNOUNCE, to=()), GROUP) is Visibility.FOLLOWERS
