"""What a Move means, and what takes more than a word to be believed (S23)."""

from dataclasses import replace

from actors.effects import Need
from actors.people import Actor
from actors.verbs import Move
from tests.people import ALICE, BOB, CARLA, DAY, LEDERGRUPPEN, MALLORY, MINUTE, NOW, Nordvik

OLD = replace(ALICE, moved_to=CARLA.uri)
NEW = replace(CARLA, also_known_as=(ALICE.uri,))


def move(house: Nordvik, who: Actor, target: Actor, what: Actor | None = None) -> Move:
    moved = what if what is not None else who
    return Move(uri=house.uri(who), actor=who.uri, object=moved.uri, target=target.uri)


def spread(house: Nordvik) -> list[tuple[str, int, int]]:
    return house.ask("SELECT kind, actor_id, target_id FROM spread")


def test_who_moves_with_both_ends_agreed_takes_the_followers_along(house: Nordvik) -> None:
    house.put(OLD, NEW)
    house.done(move(house, ALICE, CARLA))
    found = house.actor(ALICE.uri)
    assert (found.moved_to, found.moved_at) == (CARLA.uri, NOW)
    assert spread(house) == [("move-followers", ALICE.id, CARLA.id)]


def test_the_new_actor_must_name_the_old_one(house: Nordvik) -> None:
    house.put(OLD)
    assert house.refused(move(house, ALICE, CARLA)) == "one_sided"
    assert spread(house) == []


def test_the_old_actor_must_name_the_new_one(house: Nordvik) -> None:
    house.put(NEW)
    assert house.refused(move(house, ALICE, CARLA)) == "one_sided"
    house.put(replace(OLD, moved_to=BOB.uri))
    assert house.refused(move(house, ALICE, CARLA)) == "one_sided"
    assert spread(house) == []


def test_nobody_moves_another(house: Nordvik) -> None:
    house.put(OLD, NEW, replace(MALLORY, moved_to=CARLA.uri))
    assert house.refused(move(house, MALLORY, CARLA, ALICE)) == "not_yours"


def test_both_are_looked_at_afresh(house: Nordvik) -> None:
    house.put(OLD, NEW)
    house.clock.time = NOW + 6 * MINUTE
    assert house.do(move(house, ALICE, CARLA)) == Need((ALICE.uri, CARLA.uri), fresh=True)


def test_two_that_do_not_agree_are_asked_before_they_are_refused(house: Nordvik) -> None:
    house.put(OLD)
    house.clock.time = NOW + MINUTE
    assert house.do(move(house, ALICE, CARLA)) == Need((ALICE.uri, CARLA.uri), fresh=True)
    house.put(*(replace(actor, fetched=house.clock.time) for actor in (OLD, NEW)))
    house.done(move(house, ALICE, CARLA))
    assert spread(house) == [("move-followers", ALICE.id, CARLA.id)]


def test_an_unknown_target_is_fetched(house: Nordvik) -> None:
    house.put(OLD)
    unknown = replace(NEW, uri="https://other.test/users/x")
    assert house.do(move(house, ALICE, unknown)) == Need((unknown.uri,), fresh=True)


def test_one_moves_once_in_seven_days(house: Nordvik) -> None:
    house.put(OLD, NEW)
    house.done(move(house, ALICE, CARLA))
    house.clock.time = NOW + 7 * DAY - 1
    assert house.refused(move(house, ALICE, CARLA)) == "too_soon"
    house.clock.time = NOW + 7 * DAY
    assert isinstance(house.do(move(house, ALICE, CARLA)), Need)


def test_one_moves_to_no_closed_account(house: Nordvik) -> None:
    house.put(OLD, replace(NEW, suspended=NOW))
    assert house.refused(move(house, ALICE, CARLA)) == "no_such_actor"


def test_our_own_move_is_told_to_the_followers(house: Nordvik) -> None:
    house.follows(BOB, LEDERGRUPPEN)
    house.put(replace(CARLA, also_known_as=(LEDERGRUPPEN.uri,)))
    house.done(move(house, LEDERGRUPPEN, CARLA))
    assert [kind for kind, _ in house.delivered()] == ["Move"]
