"""to/cc and visibility, there and back; what narrows a post; and the table read aloud."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.audience import (
    TABLE,
    Atom,
    LocalActor,
    Nobody,
    RemoteActor,
    RemoteServer,
    addressing,
    atoms,
    holds,
    leaves_the_house,
    narrowed,
    stays_inside,
    visibility_of,
)
from actors.people import Exposure
from actors.posts import Visibility
from actors.vocabulary import PUBLIC
from tests.people import ALICE, LEDERGRUPPEN

FOLLOWERS = LEDERGRUPPEN.followers
V = Visibility
visibilities = st.sampled_from(list(V))
exposures = st.sampled_from(list(Exposure))


@pytest.mark.parametrize("visibility", [V.PUBLIC, V.UNLISTED, V.FOLLOWERS, V.DIRECT])
def test_what_is_addressed_is_read_as_it_was_meant(visibility: Visibility) -> None:
    to, cc = addressing(visibility, FOLLOWERS, (ALICE.uri,))
    assert visibility_of(to, cc, FOLLOWERS) is visibility
    assert ALICE.uri in (*to, *cc)


def test_an_internal_post_is_addressed_to_nobody() -> None:
    assert addressing(V.INTERNAL, FOLLOWERS, (ALICE.uri,)) == ((), ())
    assert not leaves_the_house(V.INTERNAL)


def test_another_s_followers_make_no_audience() -> None:
    assert visibility_of((ALICE.followers,), (), FOLLOWERS) is V.DIRECT
    assert visibility_of((), (), "") is V.DIRECT
    assert visibility_of(("",), (), "") is V.DIRECT


def test_the_public_in_cc_is_unlisted() -> None:
    assert visibility_of((FOLLOWERS,), (PUBLIC,), FOLLOWERS) is V.UNLISTED


@given(visibilities, exposures, st.none() | st.tuples(visibilities, st.sampled_from([1, 10])))
def test_narrowing_twice_is_narrowing_once(
    asked: Visibility, exposure: Exposure, parent: tuple[Visibility, int] | None
) -> None:
    author = replace(LEDERGRUPPEN, exposure=exposure)
    once = narrowed(asked, author, parent)
    assert narrowed(once, author, parent) is once


@given(visibilities, st.none() | st.tuples(visibilities, st.sampled_from([1, 10])))
def test_what_an_internal_actor_says_is_for_the_house_or_less(
    asked: Visibility, parent: tuple[Visibility, int] | None
) -> None:
    inside = replace(LEDERGRUPPEN, exposure=Exposure.INTERNAL)
    assert narrowed(asked, inside, parent) in (V.INTERNAL, V.DIRECT, V.GROUP)
    assert stays_inside(asked, inside)
    assert stays_inside(asked, LEDERGRUPPEN) is (asked is V.INTERNAL)


def seen(viewer: type, *true: Atom) -> bool:
    node = TABLE[viewer]
    return holds(node, {atom: atom in true for atom in atoms(node)})


@pytest.mark.parametrize("viewer", [LocalActor, RemoteActor, RemoteServer])
@pytest.mark.parametrize("hidden", [Atom.DELETED, Atom.AUTHOR_GONE])
def test_nobody_sees_what_is_gone(viewer: type, hidden: Atom) -> None:
    assert seen(viewer, Atom.OPEN)
    assert not seen(viewer, Atom.OPEN, Atom.OWN, hidden)
    assert not seen(Nobody, Atom.OPEN, hidden)


def test_an_internal_post_is_colleagues_only() -> None:
    assert seen(LocalActor, Atom.IS_INTERNAL)
    assert not seen(RemoteActor, Atom.IS_INTERNAL, Atom.ADDRESSED, Atom.FOLLOWS, Atom.MEMBER)
    assert not seen(RemoteServer, Atom.IS_INTERNAL, Atom.ADDRESSED)
    assert not seen(Nobody, Atom.IS_INTERNAL)


def test_whom_the_author_blocks_sees_nothing_of_it_and_the_author_always_does() -> None:
    assert not seen(LocalActor, Atom.OPEN, Atom.ADDRESSED, Atom.BLOCKED)
    assert not seen(RemoteActor, Atom.OPEN, Atom.ADDRESSED, Atom.BLOCKED)
    assert seen(RemoteActor, Atom.IS_FOLLOWERS, Atom.OWN, Atom.BLOCKED)


def test_followers_and_members_see_what_is_theirs() -> None:
    assert seen(RemoteActor, Atom.IS_FOLLOWERS, Atom.FOLLOWS)
    assert not seen(RemoteActor, Atom.IS_FOLLOWERS, Atom.MEMBER)
    assert seen(RemoteActor, Atom.IS_GROUP, Atom.MEMBER)
    assert not seen(LocalActor, Atom.IS_GROUP, Atom.FOLLOWS)


def test_the_exposure_of_the_author_bounds_all_outside() -> None:
    assert not seen(Nobody, Atom.OPEN, Atom.AUTHOR_LIMITED)
    assert not seen(RemoteServer, Atom.OPEN, Atom.AUTHOR_LIMITED)
    assert seen(RemoteServer, Atom.OPEN, Atom.AUTHOR_LIMITED, Atom.HOST_ALLOWED)
    assert not seen(RemoteServer, Atom.OPEN, Atom.AUTHOR_INSIDE, Atom.HOST_ALLOWED)
    assert seen(LocalActor, Atom.OPEN, Atom.AUTHOR_INSIDE)


def test_a_blocked_server_sees_nothing() -> None:
    assert not seen(RemoteServer, Atom.OPEN, Atom.OWN, Atom.HOST_BLOCKED)
