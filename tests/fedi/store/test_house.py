"""What the house tells of itself, before and after there is anything to tell."""

from dataclasses import replace

import pytest

from actors.posts import Visibility
from fedi.store import house
from tests.databases import MIGRATED, Template
from tests.fedi.store.units import read
from tests.people import BEREDSKAP, DAY, IKT, KARI, LEDERGRUPPEN, NOW, Nordvik
from tests.running import run


@pytest.fixture
def copied_from() -> Template:
    return MIGRATED


def sets(nordvik: Nordvik, sql: str, *params: object) -> None:
    run(nordvik.engine.write(lambda tx: tx.run(sql, params)))  # type: ignore[arg-type]


def test_a_house_that_is_not_founded_has_nothing_to_tell(nordvik: Nordvik) -> None:
    assert read(nordvik, house.counts) == house.Counts(0, 0, 0)
    assert read(nordvik, house.contact) is None
    assert read(nordvik, house.description) == ""
    assert read(nordvik, house.founded) == 0
    assert read(nordvik, house.rules) == []
    assert read(nordvik, house.blocked_domains) == []


def test_only_what_is_open_is_counted(nordvik: Nordvik) -> None:
    nordvik.settle()
    open_one = nordvik.says(LEDERGRUPPEN)
    nordvik.says(KARI, Visibility.INTERNAL)
    assert read(nordvik, house.counts) == house.Counts(people=2, posts=1, domains=0)
    assert read(nordvik, house.posts_between, open_one.id, open_one.id + 1) == 1
    assert read(nordvik, house.posts_between, open_one.id + 1, 1 << 62) == 0
    assert read(nordvik, house.founded) == NOW - DAY


def test_one_writes_to_the_first_open_department(nordvik: Nordvik) -> None:
    nordvik.put(BEREDSKAP)
    assert read(nordvik, house.contact) is None
    nordvik.put(IKT, replace(LEDERGRUPPEN, summary="<p>Nordvik <b>kommune</b></p>"))
    assert read(nordvik, house.contact) == LEDERGRUPPEN.id
    assert read(nordvik, house.description) == "Nordvik kommune"


def test_rules_are_numbered(nordvik: Nordvik) -> None:
    sets(nordvik, "INSERT INTO setting VALUES ('rules', ?)", '["Vær saklig.","Ingen reklame."]')
    found = read(nordvik, house.rules)
    assert [(one["id"], one["text"]) for one in found] == [
        ("1", "Vær saklig."),
        ("2", "Ingen reklame."),
    ]


def test_who_was_here_when_is_counted(nordvik: Nordvik) -> None:
    nordvik.settle()
    everyone = read(nordvik, house.active, NOW - 1)
    assert everyone > 2
    assert read(nordvik, house.active, NOW) == 0
    assert read(nordvik, house.active_between, NOW, NOW + 1) == everyone
    assert read(nordvik, house.active_between, NOW + 1, NOW + 2) == 0
    assert read(nordvik, house.arrived_between, 0, NOW) == 2


def test_blocked_domains_are_told_by_name(nordvik: Nordvik) -> None:
    for domain, kind in (("b.test", "block"), ("a.test", "block"), ("c.test", "allow")):
        sets(
            nordvik, "INSERT INTO domain_rule VALUES (?, ?, 'til oss', ?, 'Hat')", domain, kind, NOW
        )
    assert read(nordvik, house.blocked_domains) == [("a.test", "Hat"), ("b.test", "Hat")]
