"""Who is found from outside: handles old and new, departments, and figures that name nobody."""

from dataclasses import replace

import pytest

from actors.posts import Visibility
from actors.relationships import RelationState
from fedi.store import directory
from fedi.store.engine import Engine
from tests.databases import Template
from tests.fedi import town
from tests.fedi.town import IT, NOW, SECRETARIAT, TOWN, put
from tests.running import run


@pytest.fixture
def copied_from() -> Template:
    return TOWN


@pytest.fixture
def town_hall(engine: Engine) -> Engine:
    return engine


def test_a_handle_finds_its_actor_whatever_its_case(town_hall: Engine) -> None:
    found = run(town_hall.read(lambda tx: directory.by_handle(tx, "KOMITEENE")))
    assert found == town.COMMITTEES


def test_ids_of_others_find_nobody(town_hall: Engine) -> None:
    assert run(town_hall.read(lambda tx: directory.by_id(tx, town.OLA.id))) is None
    assert run(town_hall.read(lambda tx: directory.by_id(tx, IT.id))) == IT


@pytest.mark.parametrize("hidden", [town.HIDDEN, town.CLOSED])
def test_hidden_and_closed_actors_are_not_found(town_hall: Engine, hidden: town.Actor) -> None:
    assert run(town_hall.read(lambda tx: directory.by_handle(tx, hidden.username))) is None
    assert run(town_hall.read(lambda tx: directory.by_id(tx, hidden.id))) is None


def test_the_directory_lists_open_departments_with_their_newest_public_post(
    town_hall: Engine,
) -> None:
    newest = town.post(IT, town.HOUR, "<p>Ny</p>")
    put(
        town_hall,
        newest,
        town.post(IT, town.DAY, "<p>Gammel</p>"),
        town.post(IT, town.MINUTE, "<p>Internt</p>", visibility=Visibility.INTERNAL),
        town.post(SECRETARIAT, town.MINUTE, "<p>Borte</p>", deleted=NOW),
        replace(town.COMMITTEES, discoverable=False),
    )
    listed = run(town_hall.read(directory.departments))
    assert [(entry.actor.name, entry.newest) for entry in listed] == [
        ("Bystyrets sekretariat", None),
        ("IKT-teamet", newest.id),
    ]


def test_only_accepted_followers_count(town_hall: Engine) -> None:
    pending = replace(town.follow(town.SPAMMER, IT), state=RelationState.PENDING)
    put(town_hall, town.follow(town.OLA, IT), town.follow(town.KARI, IT), pending)
    assert run(town_hall.read(lambda tx: directory.followers(tx, IT.id))) == 2
