"""Servers of a closed group's members are told of one another, and of changes alone."""

import pytest

from actors.grouping import Access, Grouping
from actors.people import ActorKind, Exposure
from fedi.groups.neighbours import Neighbours
from fedi.store import domain_rules
from tests.fedi.store.units import write
from tests.people import NOW, Nordvik, ours, theirs
from tests.running import run

CLUB = ours(26, "klubben", "Klubben", ActorKind.GROUP, locked=True, exposure=Exposure.ALLOWED)
BO = theirs(40, "bo", "sor.test", shares_groups=True)
DAG = theirs(41, "dag", "ost.test", shares_groups=True)


@pytest.fixture
def club(nordvik: Nordvik) -> Nordvik:
    nordvik.put(CLUB, BO, DAG, Grouping(actor_id=CLUB.id, access=Access.CLOSED))
    for host in ("sor.test", "ost.test"):
        write(nordvik, domain_rules.put_rule, host, "allow", "", NOW)
    for member in (BO, DAG):
        nordvik.follows(member, CLUB)
    return nordvik


def told(club: Nordvik) -> list[tuple[str, str]]:
    kinds = ("Add", "Remove")
    return [(one["type"], one["object"]) for one in club.bodies() if one["type"] in kinds]


def test_each_server_is_told_once_and_told_off_when_its_last_member_may_not_read(
    club: Nordvik,
) -> None:
    neighbours = Neighbours(club.performer)
    assert run(neighbours.tell()) == 2
    assert run(neighbours.tell()) == 0
    added = [("Add", "https://ost.test/"), ("Add", "https://sor.test/")]
    assert sorted(told(club)) == added
    write(club, domain_rules.drop_rule, "ost.test")
    assert run(neighbours.tell()) == 1
    assert sorted(told(club)) == [*added, ("Remove", "https://ost.test/")]
