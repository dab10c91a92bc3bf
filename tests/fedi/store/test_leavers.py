"""Who leaves, by their days: whose has come, whose name is due, whose posts are."""

from dataclasses import replace

from actors.membership import Delegation, Membership, Role
from fedi.store import leavers, roles
from fedi.store.leavers import Leaver
from tests.people import (
    ALICE,
    DAY,
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

KARI_LEAVES = Leaver(person_id=PERSON_KARI.id, leaves=NOW)


def keep(nordvik: Nordvik, *rows: Leaver) -> None:
    for row in rows:
        run(nordvik.engine.write(lambda tx, row=row: leavers.put(tx, row)))  # type: ignore[misc]


def test_whose_day_has_come_is_due_until_they_have_left(nordvik: Nordvik) -> None:
    keep(nordvik, KARI_LEAVES, Leaver(person_id=PERSON_OLA.id, leaves=NOW + 1))
    assert run(nordvik.engine.read(lambda tx: leavers.due(tx, NOW - 1))) == []
    assert run(nordvik.engine.read(lambda tx: leavers.due(tx, NOW))) == [PERSON_KARI]
    keep(nordvik, replace(KARI_LEAVES, left_at=NOW))
    assert run(nordvik.engine.read(lambda tx: leavers.due(tx, NOW))) == []
    both = run(nordvik.engine.read(leavers.every))
    assert [person.id for _, person in both] == [PERSON_OLA.id, PERSON_KARI.id]
    run(nordvik.engine.write(lambda tx: leavers.drop(tx, PERSON_KARI.id)))
    assert run(nordvik.engine.read(lambda tx: leavers.one(tx, PERSON_KARI.id))) is None


def test_names_and_posts_are_due_once_each(nordvik: Nordvik) -> None:
    left = replace(KARI_LEAVES, left_at=NOW)
    keep(nordvik, left)

    def due(moment: int) -> tuple[int, bool]:
        hide = run(nordvik.engine.read(lambda tx: leavers.to_hide(tx, moment)))
        erase = run(nordvik.engine.read(lambda tx: leavers.to_erase(tx, moment)))
        return len(hide), erase is not None

    assert (due(NOW - 1), due(NOW)) == ((0, False), (1, True))
    keep(nordvik, replace(left, hidden=NOW))
    assert due(NOW) == (0, True)
    keep(nordvik, replace(left, hidden=NOW, erased=NOW))
    assert due(NOW) == (0, False)


def test_roles_that_hold_or_begin_later_are_found_and_stand_ins_end(nordvik: Nordvik) -> None:
    later = Membership(
        person_id=PERSON_KARI.id, actor_id=IKT.id, role=Role.READER, starts=NOW + DAY
    )
    nordvik.put(later)

    def held(moment: int) -> list[int]:
        found = run(
            nordvik.engine.read(lambda tx: leavers.roles_of(tx, PERSON_KARI.id, KARI.id, moment))
        )
        return [one.actor_id for one in found]

    assert held(NOW) == [LEDERGRUPPEN.id, IKT.id]
    nordvik.put(replace(later, ends=NOW + 2 * DAY))
    assert held(NOW + 2 * DAY) == [LEDERGRUPPEN.id]
    for absent, stand_in in ((PERSON_KARI, PERSON_OLA), (PERSON_OLA, PERSON_KARI)):
        row = Delegation(
            actor_id=LEDERGRUPPEN.id,
            absent_id=absent.id,
            stand_in_id=stand_in.id,
            starts=NOW,
            ends=NOW + DAY,
        )
        run(nordvik.engine.write(lambda tx, row=row: roles.delegate(tx, row)))  # type: ignore[misc]
    run(nordvik.engine.write(lambda tx: leavers.end_stand_ins(tx, PERSON_KARI.id)))
    assert nordvik.ask("SELECT 1 FROM delegation") == []


def test_posts_come_in_pieces_and_follows_are_ones_own(nordvik: Nordvik) -> None:
    said = [nordvik.says(KARI) for _ in range(leavers.CHUNK + 2)]
    nordvik.says(OLA)
    first = run(nordvik.engine.read(lambda tx: leavers.posts_after(tx, KARI.id, 0)))
    rest = run(nordvik.engine.read(lambda tx: leavers.posts_after(tx, KARI.id, first[-1].id)))
    assert [one.id for one in (*first, *rest)] == [one.id for one in said]
    assert len(rest) == 2
    nordvik.follows(KARI, ALICE)
    nordvik.follows(ALICE, KARI)
    found = run(nordvik.engine.read(lambda tx: leavers.follows(tx, KARI.id)))
    assert [one.target_id for one in found] == [ALICE.id]


def test_another_name_takes_the_address_with_it(nordvik: Nordvik) -> None:
    nordvik.put(replace(PERSON_KARI, email="kari@nordvik.test"))
    run(nordvik.engine.write(lambda tx: leavers.rename(tx, PERSON_KARI.id, "Ingen")))
    rows = nordvik.ask("SELECT name, email FROM person WHERE id = ?", PERSON_KARI.id)
    assert rows == [("Ingen", "")]
