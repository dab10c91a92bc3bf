"""The organisation in and out of files: all or nothing, twice is once, and nobody is lost."""

import asyncio
from typing import Any

import pytest

from actors import sheets
from actors.errors import Invalid
from actors.membership import Membership, Role
from actors.people import Actor, Exposure, Key, Person
from actors.sheets import Kind, Row
from fedi.config import Limits
from fedi.departments.exporting import house_of
from fedi.departments.importing import Importing, Plan
from fedi.publishing import Profiles
from fedi.store import departments
from fedi.store.keys import OwnKeys
from tests.fedi.publishing.offline import OFFLINE
from tests.people import (
    ALICE,
    IKT,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
)
from tests.running import run

FILE = """\
kind;handle;name;name_nn;parent;number;phone;color;exposure;email;roles
department;ikt;IKT;IKT;teknisk;;4200;#102030;;;
department;teknisk;Teknisk etat;Teknisk etat;ledergruppen;012345674;;;allowed;;
department;lager;Lageret;;teknisk;;;;internal;lager@nordvik.test;
person;kari;Kari Nordmann;;;;;;;kari@nordvik.test;ledergruppen=manager
person;per;Per Ås;;;;;;;;teknisk=author, lager=reader@2026-01-01/2026-06-30
"""


@pytest.fixture
def importing(nordvik: Nordvik) -> Importing:
    return Importing(Profiles(nordvik.performer, OFFLINE))


def imported(importing: Importing, text: str | bytes = FILE, **how: Any) -> Plan:
    data = text.encode() if isinstance(text, str) else text
    plan = run(importing.plan(data))
    run(importing.carry_out(plan, **how))
    return plan


def exported(nordvik: Nordvik) -> tuple[Row, ...]:
    return run(house_of(nordvik.performer, Limits())).standing.rows


def actor(nordvik: Nordvik, username: str) -> Actor:
    found: list[Actor] = nordvik.all(Actor)
    return next(one for one in found if one.local and one.username == username)


def person(nordvik: Nordvik, username: str) -> Person:
    found: list[Person] = nordvik.all(Person)
    return next(one for one in found if one.username == username)


def roles(nordvik: Nordvik, person: Person) -> dict[int, Role]:
    return {
        one.actor_id: one.role
        for one in nordvik.all(Membership)
        if one.person_id == person.id and one.holds(nordvik.clock.now())
    }


def test_departments_and_people_move_in_with_all_that_is_theirs(
    nordvik: Nordvik, importing: Importing
) -> None:
    imported(importing)
    made, store = actor(nordvik, "teknisk"), actor(nordvik, "lager")
    assert (made.name, made.names["nn"], made.parent_id) == (
        "Teknisk etat", "Teknisk etat", LEDERGRUPPEN.id,
    )  # fmt: skip
    assert (made.exposure, made.fields[0].value, made.fields[0].verified) == (
        Exposure.ALLOWED, "012 345 674", made.created,
    )  # fmt: skip
    assert (store.exposure, store.default_audience) == (Exposure.INTERNAL, "internal")
    assert store.icon is not None
    per = person(nordvik, "per")
    assert roles(nordvik, per) == {per.actor_id: Role.MANAGER, made.id: Role.AUTHOR}
    own = actor(nordvik, "per")
    assert (own.default_audience, own.discoverable) == ("internal", False)
    assert nordvik.actor(own.uri).name == "Per Ås"
    # None of them has needed a key yet; the first who asks gets one.
    assert not [key for key in nordvik.all(Key) if key.actor_id in (made.id, own.id)]
    assert len(run(OwnKeys(nordvik.engine).of(own))) == 2


def test_those_who_are_here_change_and_their_followers_are_told(
    nordvik: Nordvik, importing: Importing
) -> None:
    nordvik.follows(ALICE, IKT)
    imported(importing)
    ikt = nordvik.actor(IKT.uri)
    assert (ikt.name, ikt.names) == ("IKT", {"nn": "IKT"})
    assert ikt.parent_id == actor(nordvik, "teknisk").id
    assert [one.value for one in ikt.fields] == ["4200"]
    assert {kind for kind, _ in nordvik.delivered()} == {"Update"}
    kari = person(nordvik, "kari")
    assert kari.email == "kari@nordvik.test"
    assert roles(nordvik, kari) == {KARI.id: Role.MANAGER, LEDERGRUPPEN.id: Role.MANAGER}


def test_an_import_of_an_export_changes_nothing(nordvik: Nordvik, importing: Importing) -> None:
    imported(importing)
    rows = exported(nordvik)
    before = [nordvik.all(record) for record in (Actor, Person, Membership)]
    for write in (sheets.write_csv, sheets.write_json):
        assert imported(importing, write(rows)).differences == ()
    assert imported(importing).counted() == {"new": 0, "changed": 0, "moved": 0, "missing": 4}
    assert [nordvik.all(record) for record in (Actor, Person, Membership)] == before


def test_an_export_makes_the_same_house_elsewhere(nordvik: Nordvik, importing: Importing) -> None:
    imported(importing)
    rows = exported(nordvik)
    changed = [
        Row(kind=row.kind, handle=f"x{row.handle}"[:30], values=_renamed(row.values))
        for row in rows
    ]
    imported(importing, sheets.write_json(changed))
    again = [row for row in exported(nordvik) if row.handle.startswith("x")]
    assert sorted(again, key=lambda row: (row.kind, row.handle)) == sorted(
        changed, key=lambda row: (row.kind, row.handle)
    )


def _renamed(values: Any) -> dict[str, str]:
    new = dict(values)
    if new.get("parent"):
        new["parent"] = f"x{new['parent']}"
    if new.get("roles"):
        new["roles"] = ", ".join(f"x{role}" for role in new["roles"].split(", "))
    return new if not new.get("number") else {**new, "number": "958935420"}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "department;ny;Ny;;finnes_ikke;;;;;;",
            "line 7, parent: There is no department finnes_ikke",
        ),
        ("department;ledergruppen;L;;lager;;;;;;", "It would stand under itself"),
        ("department;per;Per;;;;;;;;", "line 7, handle: per is in the file 2 times"),
        ("department;alle;Alle;;;;;;;;", "line 7, handle: alle is, or once was, somebody else's"),
        ("department;ny;Ny;;;123;;;;;", "line 7, number: '123' is no organisation number"),
        ("person;ny;Ny;;;;;;;;alle=author", "line 7, roles: There is no department alle"),
    ],
)
def test_nothing_is_done_where_a_line_is_wrong(
    nordvik: Nordvik, importing: Importing, line: str, sentence: str
) -> None:
    before = [nordvik.all(record) for record in (Actor, Person, Membership)]
    with pytest.raises(Invalid, match="Nothing was changed") as refused:
        imported(importing, f"{FILE}{line}\n")
    assert sentence in refused.value.sentence
    assert [nordvik.all(record) for record in (Actor, Person, Membership)] == before


def test_a_dry_run_tells_and_does_nothing(nordvik: Nordvik, importing: Importing) -> None:
    before = [nordvik.all(record) for record in (Actor, Person, Membership)]
    told = run(importing.plan(FILE.encode())).told()
    assert "new department lager: Lageret, under teknisk" in told
    assert "department ikt: moves under teknisk, from the top" in told
    assert "person kari: manager of ledergruppen (was author)" in told
    assert "person ola is no longer in the file" in told
    assert [nordvik.all(record) for record in (Actor, Person, Membership)] == before


def test_who_is_missing_stays_unless_they_are_to_be_closed(
    nordvik: Nordvik, importing: Importing
) -> None:
    text = "kind,handle,name\nperson,kari,Kari Nordmann\ndepartment,ikt,IKT-teamet\n"
    imported(importing, text)
    assert roles(nordvik, PERSON_OLA)
    left: list[str] = []

    async def leave(person: Person) -> None:
        left.append(person.username)

    imported(importing, text, leave=leave)
    assert left == ["ola"]
    assert roles(nordvik, PERSON_OLA) == {OLA.id: Role.MANAGER}
    assert nordvik.actor(LEDERGRUPPEN.uri).deleted is None


def test_a_role_that_is_no_longer_in_the_file_ends(nordvik: Nordvik, importing: Importing) -> None:
    imported(importing, "kind;handle;roles\nperson;kari;\n")
    assert roles(nordvik, PERSON_KARI) == {KARI.id: Role.MANAGER}


def test_a_number_that_changes_hands_in_the_file_ends_with_its_new_holder(
    nordvik: Nordvik, importing: Importing
) -> None:
    imported(importing)
    text = "kind;handle;number\ndepartment;ikt;012345674\ndepartment;teknisk;\n"
    imported(importing, text)
    record = run(nordvik.engine.read(lambda tx: departments.record(tx, IKT.id)))
    assert record is not None
    assert (record.number, record.verified) == ("012345674", NOW)


def test_of_two_imports_at_once_each_person_is_there_once(
    nordvik: Nordvik, importing: Importing
) -> None:
    rows = [
        Row(kind=Kind.PERSON, handle=f"p{number}", values={"name": f"P {number}"})
        for number in range(150)
    ]
    plans = [run(importing.plan(sheets.write_json(rows))) for _ in range(2)]

    async def both() -> list[Any]:
        work = (importing.carry_out(plan) for plan in plans)
        return await asyncio.gather(*work, return_exceptions=True)

    ended = run(both())
    assert all(one is None or isinstance(one, Invalid) for one in ended)
    imported(importing, sheets.write_json(rows))
    people = [one.username for one in nordvik.all(Person)]
    assert len(people) == len(set(people)) == 152
    actors = [one for one in nordvik.all(Actor) if one.username.startswith("p")]
    assert len(actors) == 150


def test_who_arrives_is_told_of(nordvik: Nordvik) -> None:
    arrived: list[str] = []

    async def note(people: Any) -> None:
        arrived.extend(one.username for one in people)

    imported(Importing(Profiles(nordvik.performer, OFFLINE), note))
    assert arrived == ["per"]
