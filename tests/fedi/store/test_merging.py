"""What hangs on a department, counted and carried; the rest is tests/fedi/departments."""

from actors.membership import Membership, Role
from actors.posts import Visibility
from fedi.store import merging
from tests.people import ALICE, DAY, IKT, KARI, LEDERGRUPPEN, NOW, PERSON_KARI, Nordvik
from tests.running import run


def role(nordvik: Nordvik, actor_id: int) -> Membership | None:
    found: list[Membership] = nordvik.all(Membership)
    one = (r for r in found if (r.person_id, r.actor_id) == (PERSON_KARI.id, actor_id))
    return next(one, None)


def carry(nordvik: Nordvik) -> None:
    run(
        nordvik.engine.write(
            lambda tx: merging.carry_role(tx, PERSON_KARI.id, LEDERGRUPPEN.id, IKT.id, NOW)
        )
    )


def test_what_hangs_on_a_department_is_counted(nordvik: Nordvik) -> None:
    nordvik.follows(ALICE, LEDERGRUPPEN)
    nordvik.follows(KARI, LEDERGRUPPEN)
    nordvik.says(LEDERGRUPPEN)
    nordvik.says(LEDERGRUPPEN, Visibility.INTERNAL)
    found = run(nordvik.engine.read(lambda tx: merging.figures(tx, LEDERGRUPPEN.id, NOW)))
    assert (found.here, found.elsewhere, found.roles, found.posts) == (1, 1, 2, 2)
    assert (found.below, found.lists, found.scheduled, found.drafts) == (0, 0, 0, 0)


def test_a_role_is_carried_with_its_dates(nordvik: Nordvik) -> None:
    mine = Membership(
        person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, role=Role.APPROVER,
        starts=NOW + DAY, ends=NOW + 2 * DAY,
    )  # fmt: skip
    nordvik.put(mine)
    carry(nordvik)
    made = role(nordvik, IKT.id)
    assert made is not None
    assert (made.role, made.starts, made.ends) == (Role.APPROVER, mine.starts, mine.ends)


def test_a_role_takes_the_place_of_a_weaker_one_and_of_one_that_is_over(nordvik: Nordvik) -> None:
    there = Membership(person_id=PERSON_KARI.id, actor_id=IKT.id, role=Role.READER)
    over = Membership(person_id=PERSON_KARI.id, actor_id=IKT.id, role=Role.MANAGER, ends=NOW - DAY)
    for held in (there, over):
        nordvik.put(held)
        carry(nordvik)
        made = role(nordvik, IKT.id)
        assert made is not None
        assert (made.role, made.ends) == (Role.AUTHOR, None)
