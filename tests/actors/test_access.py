"""Who may act, and whom others may know of: the first question of every verb."""

from dataclasses import replace

import pytest

from actors.access import acting, met
from actors.effects import Need, Refusal
from actors.membership import Membership, Role
from actors.people import Actor
from fedi.store.domain_rules import put_rule
from tests.people import (
    ALICE,
    BEREDSKAP,
    CARLA,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    SAMARBEID,
    Nordvik,
)
from tests.running import run

Answer = Actor | Need | Refusal


def may_act(house: Nordvik, uri: str, person: int | None = None, *, itself: bool = False) -> Answer:
    return run(
        house.engine.read(lambda tx: acting(house.performer.open(tx), uri, person, itself=itself))
    )


def may_meet(house: Nordvik, uri: str, by: Actor) -> Answer:
    return run(house.engine.read(lambda tx: met(house.performer.open(tx), uri, by)))


@pytest.mark.parametrize(
    ("role", "writes", "manages"),
    [
        (Role.READER, False, False),
        (Role.CONTRIBUTOR, False, False),
        (Role.AUTHOR, True, False),
        (Role.APPROVER, True, False),
        (Role.MANAGER, True, True),
    ],
)
def test_a_role_says_what_a_person_may_do_for_a_department(
    house: Nordvik, role: Role, writes: bool, manages: bool
) -> None:
    house.put(Membership(person_id=PERSON_OLA.id, actor_id=LEDERGRUPPEN.id, role=role))
    answer = may_act(house, LEDERGRUPPEN.uri, PERSON_OLA.id)
    assert isinstance(answer, Actor) is writes
    answer = may_act(house, LEDERGRUPPEN.uri, PERSON_OLA.id, itself=True)
    assert isinstance(answer, Actor) is manages


@pytest.mark.parametrize(("starts", "ends"), [(NOW + 1, None), (0, NOW), (0, NOW - 1)])
def test_a_role_holds_from_its_beginning_to_its_end(
    house: Nordvik, starts: int, ends: int | None
) -> None:
    role = Membership(
        person_id=PERSON_OLA.id,
        actor_id=LEDERGRUPPEN.id,
        role=Role.MANAGER,
        starts=starts,
        ends=ends,
    )
    house.put(role)
    assert isinstance(may_act(house, LEDERGRUPPEN.uri, PERSON_OLA.id), Refusal)
    house.put(replace(role, starts=NOW, ends=NOW + 1))
    assert isinstance(may_act(house, LEDERGRUPPEN.uri, PERSON_OLA.id), Actor)


def test_a_person_without_a_role_or_who_has_left_may_nothing(house: Nordvik) -> None:
    assert isinstance(may_act(house, OLA.uri, PERSON_KARI.id), Refusal)
    assert isinstance(may_act(house, LEDERGRUPPEN.uri, 999), Refusal)
    house.put(replace(PERSON_KARI, departed=NOW))
    assert isinstance(may_act(house, KARI.uri, PERSON_KARI.id), Refusal)


def test_the_house_itself_may_act_for_any_of_ours(house: Nordvik) -> None:
    assert isinstance(may_act(house, LEDERGRUPPEN.uri), Actor)


def test_an_unknown_actor_of_theirs_is_needed_and_one_of_ours_is_not_there(house: Nordvik) -> None:
    assert may_act(house, "https://other.test/x") == Need(("https://other.test/x",))
    answer = may_act(house, house.urls.actor(99))
    assert isinstance(answer, Refusal)
    assert answer.code == "no_such_actor"


def test_an_internal_actor_is_met_by_colleagues_alone(house: Nordvik) -> None:
    """S19."""
    absent = may_meet(house, house.urls.actor(99), ALICE)
    assert may_meet(house, BEREDSKAP.uri, ALICE) == absent
    assert isinstance(may_meet(house, BEREDSKAP.uri, KARI), Actor)


def test_an_actor_for_some_servers_is_met_from_those(house: Nordvik) -> None:
    run(house.engine.write(lambda tx: put_rule(tx, ALICE.host, "allow", "", NOW)))
    assert isinstance(may_meet(house, SAMARBEID.uri, ALICE), Actor)
    assert may_meet(house, SAMARBEID.uri, CARLA) == may_meet(house, house.urls.actor(99), CARLA)


def test_a_suspended_one_of_ours_is_to_others_as_one_that_never_was(house: Nordvik) -> None:
    house.put(replace(LEDERGRUPPEN, suspended=NOW))
    absent = may_meet(house, house.urls.actor(99), ALICE)
    assert may_meet(house, LEDERGRUPPEN.uri, ALICE) == absent
