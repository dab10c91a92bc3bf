"""Managers of our groups who live elsewhere: whose word is the group's."""

import pytest

from actors.effects import Refusal
from actors.grouping import Access, Grouping, GroupKeeper
from actors.managing import answers_for, takes_out
from actors.people import Actor, ActorKind
from actors.posts import Visibility
from actors.verbs import Accept
from fedi.store.engine import Tx
from tests.people import ALICE, KARI, OLA, Nordvik, ours, theirs
from tests.running import run

CLUB = ours(26, "klubben", "Klubben", ActorKind.GROUP, locked=True)
BO = theirs(40, "bo", "sor.test", shares_groups=True)


@pytest.fixture
def club(house: Nordvik) -> Nordvik:
    house.put(CLUB, BO, Grouping(actor_id=CLUB.id, access=Access.CLOSED))
    for manager in (BO, ALICE):
        house.put(GroupKeeper(group_id=CLUB.id, actor_id=manager.id, since=0))
    for member in (KARI, BO):
        house.follows(member, CLUB)
    return house


def answered(club: Nordvik, by: Actor, followed: str = CLUB.uri) -> str:
    """Return who says yes in the end, or why nobody does."""
    said = Accept(
        uri=f"{by.uri}/accepts/1", actor=by.uri, object="", follower=ALICE.uri, followed=followed
    )

    async def look(tx: Tx) -> str:
        found = await answers_for(club.performer.open(tx), said, by)
        return found.code if isinstance(found, Refusal) else found[1].uri

    return run(club.engine.read(look))


def test_a_manager_at_a_server_like_ours_answers_as_the_group(club: Nordvik) -> None:
    assert answered(club, BO) == CLUB.uri


def test_nobody_else_does_and_no_server_of_another_kind(club: Nordvik) -> None:
    assert answered(club, ALICE) == "not_yours"
    assert answered(club, theirs(41, "cai", "sor.test", shares_groups=True)) == "not_yours"
    assert answered(club, BO, KARI.uri) == "not_yours"


def test_who_answers_for_themselves_is_none_of_this(club: Nordvik) -> None:
    assert answered(club, ALICE, ALICE.uri) == ALICE.uri


def test_a_manager_takes_out_what_others_said_there_and_nothing_else(club: Nordvik) -> None:
    post = club.says(KARI, Visibility.PUBLIC, CLUB)
    beside = club.says(OLA, Visibility.PUBLIC)

    async def look(tx: Tx) -> list[Actor | None]:
        store = club.performer.open(tx)
        return [
            await takes_out(store, BO, post),
            await takes_out(store, ALICE, post),
            await takes_out(store, BO, beside),
        ]

    assert run(club.engine.read(look)) == [CLUB, None, None]
