"""A department as a whole, with and without a record."""

from dataclasses import replace

from actors.departments import Department
from actors.posts import Visibility
from fedi.departments.showing import Whole, whole_of
from fedi.store import departments
from tests.people import IKT, LEDERGRUPPEN, NOW, PERSON_OLA, SAMARBEID, Nordvik
from tests.running import run


def whole(nordvik: Nordvik) -> Whole:
    return run(nordvik.engine.read(lambda tx: whole_of(tx, nordvik_actor, NOW)))


nordvik_actor = replace(LEDERGRUPPEN, parent_id=IKT.id)


def test_a_department_without_a_record_is_shown_as_if_all_were_empty(nordvik: Nordvik) -> None:
    told = whole(nordvik).told()
    assert (told["number"], told["identifier"], told["phone"]) == (None, None, None)
    assert (told["parent"], told["children"]) == ("ikt", [])


def test_all_that_is_known_is_shown_and_who_left_is_not(nordvik: Nordvik) -> None:
    nordvik.put(replace(SAMARBEID, parent_id=LEDERGRUPPEN.id), replace(PERSON_OLA, departed=NOW))
    record = Department(actor_id=LEDERGRUPPEN.id, number="012345674", verified=NOW)
    run(nordvik.engine.write(lambda tx: departments.put(tx, record)))
    post = nordvik.says(LEDERGRUPPEN)
    nordvik.says(LEDERGRUPPEN, Visibility.INTERNAL)
    found = whole(nordvik)
    assert found.newest == post.id
    told = found.told()
    assert (told["identifier"], told["verified"]) == ("0192:012345674", NOW)
    assert told["children"] == ["samarbeid"]
    assert told["roles"] == {"kari": "author"}
