"""Records of departments as they are changed: who may, what others see of it, and the tree."""

from dataclasses import replace

import pytest

from actors.errors import Forbidden, Invalid
from actors.membership import Membership, Role
from fedi.departments.records import Records
from fedi.publishing import Profiles
from tests.fedi.publishing.offline import OFFLINE
from tests.people import (
    ALICE,
    ALLE,
    IKT,
    LEDERGRUPPEN,
    NOW,
    PERSON_KARI,
    SAMARBEID,
    Nordvik,
)
from tests.running import run


@pytest.fixture
def records(nordvik: Nordvik) -> Records:
    return Records(Profiles(nordvik.performer, OFFLINE))


def manages(nordvik: Nordvik) -> None:
    nordvik.put(Membership(person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, role=Role.MANAGER))


def test_a_number_is_verified_from_the_day_it_was_entered(
    nordvik: Nordvik, records: Records
) -> None:
    nordvik.follows(ALICE, LEDERGRUPPEN)
    made = run(records.change(LEDERGRUPPEN, {"number": "012 345 674", "phone": "4200"}))
    assert (made.number, made.verified) == ("012345674", NOW)
    nordvik.clock.time += 5
    again = run(records.change(LEDERGRUPPEN, {"number": "012345674", "phone": ""}))
    assert (again.verified, again.phone) == (NOW, "")
    fields = nordvik.actor(LEDERGRUPPEN.uri).fields
    assert [(one.kind, one.verified) for one in fields] == [("number", NOW)]
    assert set(nordvik.delivered()) == {("Update", ALICE.shared_inbox)}
    assert run(records.change(LEDERGRUPPEN, {"number": ""})).verified is None


def test_what_does_not_change_is_told_to_nobody(nordvik: Nordvik, records: Records) -> None:
    nordvik.follows(ALICE, LEDERGRUPPEN)
    for _ in range(2):
        run(records.change(LEDERGRUPPEN, {"email": "a@by.example"}))
    assert len(nordvik.delivered()) == 1


def test_a_number_belongs_to_one(records: Records) -> None:
    run(records.change(LEDERGRUPPEN, {"number": "012345674"}))
    with pytest.raises(Invalid, match="another department's"):
        run(records.change(IKT, {"number": "0192:012345674"}))


def test_managers_change_the_contact_and_the_house_the_number_and_the_place(
    nordvik: Nordvik, records: Records
) -> None:
    by = PERSON_KARI.id
    with pytest.raises(Forbidden):
        run(records.change(LEDERGRUPPEN, {"phone": "4200"}, by=by))
    manages(nordvik)
    assert run(records.change(LEDERGRUPPEN, {"phone": "4200"}, by=by)).phone == "4200"
    with pytest.raises(Forbidden, match="look after this server"):
        run(records.change(LEDERGRUPPEN, {"number": "012345674"}, by=by))
    with pytest.raises(Forbidden, match="look after this server"):
        run(records.place(LEDERGRUPPEN, IKT, by=by))
    nordvik.put(replace(PERSON_KARI, admin=True))
    run(records.place(LEDERGRUPPEN, IKT, by=by))
    assert nordvik.actor(LEDERGRUPPEN.uri).parent_id == IKT.id


def test_nothing_stands_under_itself(nordvik: Nordvik, records: Records) -> None:
    run(records.place(IKT, LEDERGRUPPEN))
    run(records.place(SAMARBEID, IKT))
    for parent in (LEDERGRUPPEN, SAMARBEID):
        with pytest.raises(Invalid, match="can't stand under"):
            run(records.place(LEDERGRUPPEN, parent))
    with pytest.raises(Invalid, match="is no department"):
        run(records.place(LEDERGRUPPEN, ALLE))
    with pytest.raises(Invalid, match="is no department"):
        run(records.change(ALLE, {"phone": "4200"}))
    run(records.place(SAMARBEID, None))
    assert nordvik.actor(SAMARBEID.uri).parent_id is None
