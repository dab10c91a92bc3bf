"""The conditions as SQL: parameters where they belong, and one verdict for a post and for a list.

That they say what the table of actors/audience.py says is a law: tests/laws/test_visibility.py.
"""

import pytest

from actors.audience import TABLE, LocalActor, Nobody, RemoteActor, RemoteServer, Viewer, atoms
from actors.posts import Post, Visibility
from fedi.store import visibility
from tests.people import ALICE, BOB, CARLA, KARI, LEDERGRUPPEN, OLA, Nordvik
from tests.running import run

VIEWERS: tuple[Viewer, ...] = (
    Nobody(),
    LocalActor(KARI.id),
    RemoteActor(ALICE.id, ALICE.host),
    RemoteServer(ALICE.host),
)


@pytest.fixture
def house(nordvik: Nordvik) -> Nordvik:
    return nordvik


def listed(house: Nordvik, viewer: Viewer) -> set[int]:
    text, params = visibility.condition(viewer)
    return {row[0] for row in house.ask(f"SELECT p.id FROM post p WHERE {text}", *params)}


def posts(house: Nordvik) -> list[Post]:
    """One of each visibility by the department, which Kari and Alice follow."""
    house.follows(KARI, LEDERGRUPPEN)
    house.follows(ALICE, LEDERGRUPPEN)
    return [
        house.says(LEDERGRUPPEN, Visibility.PUBLIC),
        house.says(LEDERGRUPPEN, Visibility.UNLISTED),
        house.says(LEDERGRUPPEN, Visibility.FOLLOWERS),
        house.says(LEDERGRUPPEN, Visibility.DIRECT, CARLA),
        house.says(LEDERGRUPPEN, Visibility.INTERNAL),
    ]


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda viewer: type(viewer).__name__)
def test_each_placeholder_has_its_value(viewer: Viewer) -> None:
    for even_deleted in (False, True):
        text, params = visibility.condition(viewer, even_deleted=even_deleted)
        assert text.count("?") == len(params)


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda viewer: type(viewer).__name__)
def test_a_list_and_a_single_question_agree(house: Nordvik, viewer: Viewer) -> None:
    made = posts(house)
    seen = listed(house, viewer)
    for post in made:
        one = run(house.engine.read(lambda tx, id=post.id: visibility.may_see(tx, id, viewer)))  # type: ignore[misc]
        assert one is (post.id in seen)


def test_everyone_sees_what_is_theirs_to_see(house: Nordvik) -> None:
    public, unlisted, followers, direct, internal = (post.id for post in posts(house))
    opened = {public, unlisted}
    assert listed(house, Nobody()) == opened
    assert listed(house, LocalActor(OLA.id)) == {*opened, internal}
    assert listed(house, LocalActor(KARI.id)) == {*opened, followers, internal}
    assert listed(house, RemoteActor(BOB.id, BOB.host)) == opened
    assert listed(house, RemoteActor(ALICE.id, ALICE.host)) == {*opened, followers}
    assert listed(house, RemoteActor(CARLA.id, CARLA.host)) == {*opened, direct}
    # A server sees what at least one of its actors may.
    assert listed(house, RemoteServer(BOB.host)) == {*opened, followers}
    assert listed(house, RemoteServer("nowhere.test")) == opened


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda viewer: type(viewer).__name__)
def test_the_facts_are_told_for_each_atom_of_the_viewers_table(
    house: Nordvik, viewer: Viewer
) -> None:
    (public, *_) = posts(house)
    found = run(house.engine.read(lambda tx: visibility.facts(tx, public.id, viewer)))
    assert set(found) == atoms(TABLE[type(viewer)])
