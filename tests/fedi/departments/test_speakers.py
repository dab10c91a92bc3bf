"""Roles given and ended, and standing in for a colleague, as writers meet them."""

from dataclasses import replace

import pytest

from actors.errors import Forbidden, Invalid, NotFound
from actors.membership import Membership, Role
from actors.people import Actor, Person, Token
from fedi.departments.speakers import Speakers
from fedi.store import roles
from tests.people import DAY, IKT, KARI, LEDERGRUPPEN, NOW, OLA, PERSON_KARI, PERSON_OLA, Nordvik
from tests.running import run


@pytest.fixture
def speakers(nordvik: Nordvik) -> Speakers:
    return Speakers(nordvik.performer)


def role(person: Person, actor: Actor, role: Role, **dates: int) -> Membership:
    return Membership(person_id=person.id, actor_id=actor.id, role=role, **dates)


def effective(nordvik: Nordvik, person: Person, actor: Actor = LEDERGRUPPEN) -> Role | None:
    now = nordvik.clock.now()
    found = run(nordvik.engine.read(lambda tx: roles.effective(tx, person.id, actor.id, now)))
    return found.role if found is not None else None


def test_a_role_holds_from_its_first_day_to_its_last(nordvik: Nordvik, speakers: Speakers) -> None:
    new = role(PERSON_OLA, IKT, Role.APPROVER, starts=NOW + DAY, ends=NOW + 2 * DAY)
    run(speakers.give(PERSON_OLA, new))
    held = []
    for day in range(3):
        nordvik.clock.time = NOW + day * DAY
        held.append(effective(nordvik, PERSON_OLA, IKT))
    assert held == [None, Role.APPROVER, None]


def test_a_stand_in_has_the_role_of_the_absent_one_and_keeps_none_of_it(
    nordvik: Nordvik, speakers: Speakers
) -> None:
    run(speakers.stand_in(LEDERGRUPPEN, PERSON_KARI, PERSON_OLA, NOW, NOW + DAY))
    assert effective(nordvik, PERSON_OLA) is Role.AUTHOR  # a reader by his own role
    nordvik.clock.time = NOW + DAY
    assert effective(nordvik, PERSON_OLA) is Role.READER


def test_what_becomes_of_the_absent_one_becomes_of_the_stand_in(
    nordvik: Nordvik, speakers: Speakers
) -> None:
    run(speakers.stand_in(LEDERGRUPPEN, PERSON_KARI, PERSON_OLA, NOW, NOW + 9 * DAY))
    run(speakers.give(PERSON_KARI, role(PERSON_KARI, LEDERGRUPPEN, Role.MANAGER)))
    assert effective(nordvik, PERSON_OLA) is Role.MANAGER
    run(speakers.end(PERSON_KARI, LEDERGRUPPEN))
    assert effective(nordvik, PERSON_OLA) is Role.READER
    run(speakers.give(PERSON_KARI, role(PERSON_KARI, LEDERGRUPPEN, Role.MANAGER)))
    nordvik.put(replace(PERSON_KARI, departed=NOW))
    assert effective(nordvik, PERSON_OLA) is Role.READER


def test_a_stand_in_hands_nothing_on(nordvik: Nordvik, speakers: Speakers) -> None:
    nordvik.put(role(PERSON_OLA, LEDERGRUPPEN, Role.READER, ends=NOW))
    run(speakers.stand_in(LEDERGRUPPEN, PERSON_KARI, PERSON_OLA, NOW, NOW + DAY))
    with pytest.raises(Invalid, match="role of their own"):
        run(speakers.stand_in(LEDERGRUPPEN, PERSON_OLA, PERSON_KARI, NOW, NOW + DAY))


def test_who_manages_gives_roles_and_nobody_else_does(nordvik: Nordvik, speakers: Speakers) -> None:
    new = role(PERSON_OLA, LEDERGRUPPEN, Role.AUTHOR)
    with pytest.raises(Forbidden):
        run(speakers.give(PERSON_OLA, new, by=PERSON_KARI.id))
    assert effective(nordvik, PERSON_OLA) is Role.READER
    nordvik.put(role(PERSON_KARI, LEDERGRUPPEN, Role.MANAGER))
    run(speakers.give(PERSON_OLA, new, by=PERSON_KARI.id))
    assert effective(nordvik, PERSON_OLA) is Role.AUTHOR
    with pytest.raises(Forbidden):
        run(speakers.end(PERSON_KARI, LEDERGRUPPEN, by=PERSON_OLA.id))


def test_who_goes_away_names_their_own_stand_in(nordvik: Nordvik, speakers: Speakers) -> None:
    days = (NOW, NOW + DAY)
    run(speakers.stand_in(LEDERGRUPPEN, PERSON_KARI, PERSON_OLA, *days, by=PERSON_KARI.id))
    assert effective(nordvik, PERSON_OLA) is Role.AUTHOR
    run(speakers.end_stand_in(LEDERGRUPPEN, PERSON_KARI, PERSON_OLA, by=PERSON_OLA.id))
    assert effective(nordvik, PERSON_OLA) is Role.READER
    with pytest.raises(NotFound):
        run(speakers.end_stand_in(LEDERGRUPPEN, PERSON_KARI, PERSON_OLA))


@pytest.mark.parametrize(
    ("starts", "ends"), [(NOW, NOW), (NOW + DAY, NOW), (NOW - 9, NOW), (NOW, NOW + 400 * DAY)]
)
def test_a_time_that_cannot_be_is_refused(
    nordvik: Nordvik, speakers: Speakers, starts: int, ends: int
) -> None:
    with pytest.raises(Invalid):
        run(speakers.stand_in(LEDERGRUPPEN, PERSON_KARI, PERSON_OLA, starts, ends))
    assert effective(nordvik, PERSON_OLA) is Role.READER


def test_a_persons_own_account_stays_theirs_alone(nordvik: Nordvik, speakers: Speakers) -> None:
    with pytest.raises(Invalid, match="own account"):
        run(speakers.stand_in(KARI, PERSON_KARI, PERSON_OLA, NOW, NOW + DAY))
    with pytest.raises(Invalid, match="theirs"):
        run(speakers.end(PERSON_OLA, OLA))


def test_departments_that_fewer_than_two_manage_are_named(nordvik: Nordvik) -> None:
    nordvik.put(role(PERSON_KARI, IKT, Role.MANAGER), role(PERSON_OLA, IKT, Role.MANAGER))
    nordvik.put(role(PERSON_KARI, LEDERGRUPPEN, Role.MANAGER))
    found = run(nordvik.engine.read(lambda tx: roles.managers(tx, NOW)))
    counts = {actor.username: count for actor, count in found}
    assert (counts["ikt"], counts["ledergruppen"], counts["beredskap"]) == (2, 1, 0)


def test_an_ended_role_takes_the_tokens_with_it(nordvik: Nordvik, speakers: Speakers) -> None:
    """S32: a new role brings none of them back; who has another way to speak keeps theirs."""
    nordvik.put(role(PERSON_OLA, LEDERGRUPPEN, Role.READER, ends=NOW))
    run(speakers.stand_in(LEDERGRUPPEN, PERSON_KARI, PERSON_OLA, NOW, NOW + DAY))
    mine = Token(
        id=5, hash=b"t", person_id=PERSON_OLA.id, actor_id=LEDERGRUPPEN.id, scopes="read",
        created=NOW,
    )  # fmt: skip
    kept = replace(mine, id=6, hash=b"u", actor_id=OLA.id)
    nordvik.put(mine, kept)
    run(speakers.end(PERSON_KARI, LEDERGRUPPEN))
    assert {one.id: one.revoked for one in nordvik.all(Token)} == {5: NOW, 6: None}


def test_a_role_that_begins_later_ends_the_tokens_of_the_one_before(
    nordvik: Nordvik, speakers: Speakers
) -> None:
    mine = Token(
        id=5, hash=b"t", person_id=PERSON_OLA.id, actor_id=LEDERGRUPPEN.id, scopes="read",
        created=NOW,
    )  # fmt: skip
    nordvik.put(mine)
    run(speakers.give(PERSON_OLA, role(PERSON_OLA, LEDERGRUPPEN, Role.AUTHOR)))
    assert [one.revoked for one in nordvik.all(Token)] == [None]
    later = role(PERSON_OLA, LEDERGRUPPEN, Role.MANAGER, starts=NOW + DAY)
    run(speakers.give(PERSON_OLA, later))
    assert [one.revoked for one in nordvik.all(Token)] == [NOW]
