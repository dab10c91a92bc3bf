"""What reached an actor, on both engines: addressed or on its home timeline, seen, not its own."""

from actors.posts import Visibility
from fedi.store.received import received
from tests.people import ALICE, IKT, KARI, LEDERGRUPPEN, OLA, Nordvik
from tests.running import run


def page(nordvik: Nordvik, cursor: int | None = None, limit: int = 20) -> list[int]:
    found = run(nordvik.engine.read(lambda tx: received(tx, KARI.id, cursor, limit)))
    return [post.id for post, _ in found.posts]


def test_what_is_addressed_and_what_is_followed_reached_an_actor_newest_first(
    nordvik: Nordvik,
) -> None:
    nordvik.follows(KARI, LEDERGRUPPEN)
    followed = nordvik.says(LEDERGRUPPEN)
    named = nordvik.says(ALICE, Visibility.DIRECT, KARI)
    nordvik.says(OLA, Visibility.DIRECT, IKT)
    nordvik.says(KARI, Visibility.DIRECT, OLA)
    both = nordvik.says(LEDERGRUPPEN, Visibility.PUBLIC, KARI)
    assert page(nordvik) == sorted((followed.id, named.id, both.id), reverse=True)


def test_pages_follow_one_another_without_a_gap(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, LEDERGRUPPEN)
    told = [nordvik.says(LEDERGRUPPEN).id for _ in range(7)][::-1]
    found: list[int] = []
    cursor = None
    for _ in range(5):
        one = run(nordvik.engine.read(lambda tx: received(tx, KARI.id, cursor, 3)))  # noqa: B023
        found += [post.id for post, _ in one.posts]
        cursor = one.following
        if cursor is None:
            break
    assert found == told


def test_nothing_reached_whoever_is_new(nordvik: Nordvik) -> None:
    nordvik.says(OLA)
    assert page(nordvik) == []
