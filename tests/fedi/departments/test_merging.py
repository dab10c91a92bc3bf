"""Departments merged and split: what moves at once, what is refused, and nothing is undone."""

from dataclasses import replace

import pytest

from actors.errors import Invalid, NotFound
from actors.membership import Delegation, Membership, Role
from actors.people import Actor, Person
from fedi.departments.merging import Merging
from fedi.publishing import Profiles
from fedi.store import acquaintances, lists, scheduled
from tests.fedi.publishing.offline import OFFLINE
from tests.people import (
    ALICE,
    ALLE,
    BEREDSKAP,
    DAY,
    IKT,
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


@pytest.fixture
def merging(nordvik: Nordvik) -> Merging:
    nordvik.put(
        replace(SAMARBEID, parent_id=LEDERGRUPPEN.id), replace(BEREDSKAP, parent_id=SAMARBEID.id)
    )
    return Merging(Profiles(nordvik.performer, OFFLINE))


def role(person: Person, actor: Actor, role: Role, **dates: int) -> Membership:
    return Membership(person_id=person.id, actor_id=actor.id, role=role, **dates)


def roles(nordvik: Nordvik, actor: Actor) -> dict[int, Role]:
    found: list[Membership] = nordvik.all(Membership)
    return {one.person_id: one.role for one in found if one.actor_id == actor.id and one.holds(NOW)}


def spread(nordvik: Nordvik) -> list[tuple[object, ...]]:
    return nordvik.ask("SELECT kind, actor_id, target_id FROM spread ORDER BY id")


def test_both_name_one_another_and_the_followers_elsewhere_are_told(
    nordvik: Nordvik, merging: Merging
) -> None:
    nordvik.follows(ALICE, LEDERGRUPPEN)
    nordvik.follows(KARI, LEDERGRUPPEN)
    (part,) = run(merging.merge([LEDERGRUPPEN], IKT))
    assert (part.figures.here, part.figures.elsewhere, part.figures.below) == (1, 1, 1)
    old, new = nordvik.actor(LEDERGRUPPEN.uri), nordvik.actor(IKT.uri)
    assert (old.moved_to, old.also_known_as, old.discoverable) == (IKT.uri, (IKT.uri,), False)
    assert new.also_known_as == (LEDERGRUPPEN.uri,)
    assert nordvik.delivered() == [(kind, ALICE.shared_inbox) for kind in ("Move", "Update")]
    move, update = nordvik.bodies()[-2:]
    assert update["object"]["movedTo"] == IKT.uri
    assert (move["object"], move["target"]) == (LEDERGRUPPEN.uri, IKT.uri)
    assert spread(nordvik) == [("move-followers", LEDERGRUPPEN.id, IKT.id)]


def test_roles_stand_ins_and_what_stands_below_come_along(
    nordvik: Nordvik, merging: Merging
) -> None:
    nordvik.put(
        role(PERSON_KARI, IKT, Role.CONTRIBUTOR),
        role(PERSON_OLA, LEDERGRUPPEN, Role.MANAGER),
        Delegation(
            actor_id=LEDERGRUPPEN.id, absent_id=PERSON_OLA.id, stand_in_id=PERSON_KARI.id,
            starts=NOW, ends=NOW + DAY,
        ),
    )  # fmt: skip
    run(merging.merge([LEDERGRUPPEN], IKT))
    assert roles(nordvik, IKT) == {PERSON_KARI.id: Role.AUTHOR, PERSON_OLA.id: Role.MANAGER}
    assert roles(nordvik, LEDERGRUPPEN) == {PERSON_OLA.id: Role.MANAGER}
    assert nordvik.actor(SAMARBEID.uri).parent_id == IKT.id
    assert {one.actor_id for one in nordvik.all(Delegation)} == {LEDERGRUPPEN.id, IKT.id}


def test_a_role_that_is_stronger_already_stays(nordvik: Nordvik, merging: Merging) -> None:
    nordvik.put(role(PERSON_KARI, IKT, Role.MANAGER))
    run(merging.merge([LEDERGRUPPEN], IKT))
    assert roles(nordvik, IKT)[PERSON_KARI.id] is Role.MANAGER


def test_a_parent_is_merged_into_what_stands_below_it_without_a_circle(
    nordvik: Nordvik, merging: Merging
) -> None:
    run(merging.merge([LEDERGRUPPEN, SAMARBEID], BEREDSKAP))
    assert nordvik.actor(BEREDSKAP.uri).parent_id is None
    assert nordvik.actor(SAMARBEID.uri).parent_id == BEREDSKAP.id


def test_lists_and_wishes_of_followers_hold_for_the_new_one(
    nordvik: Nordvik, merging: Merging
) -> None:
    nordvik.follows(KARI, LEDERGRUPPEN)

    async def keep(tx: object) -> None:
        await lists.keep(tx, lists.List(id=5, actor_id=KARI.id, title="Mine"))  # type: ignore[arg-type]
        await tx.run("INSERT INTO list_member VALUES (5, ?)", (LEDERGRUPPEN.id,))  # type: ignore[attr-defined]
        await acquaintances.change(tx, KARI.id, LEDERGRUPPEN.id, notifies=True)  # type: ignore[arg-type]

    run(nordvik.engine.write(keep))
    run(merging.merge([LEDERGRUPPEN], IKT))
    members = nordvik.ask("SELECT member_id FROM list_member ORDER BY member_id")
    assert members == [(LEDERGRUPPEN.id,), (IKT.id,)]
    wished = nordvik.ask("SELECT other_id FROM acquaintance WHERE notifies = 1 ORDER BY other_id")
    assert wished == [(LEDERGRUPPEN.id,), (IKT.id,)]


def test_what_is_about_to_be_said_is_in_the_way(nordvik: Nordvik, merging: Merging) -> None:
    later = scheduled.Scheduled(
        id=7, actor_id=LEDERGRUPPEN.id, person_id=PERSON_KARI.id, app_id=None, due=NOW + DAY,
        params="{}",
    )  # fmt: skip
    run(nordvik.engine.write(lambda tx: scheduled.add(tx, later)))
    with pytest.raises(Invalid, match="1 posts of ledergruppen wait for their time"):
        run(merging.merge([LEDERGRUPPEN], IKT))
    assert nordvik.actor(IKT.uri).also_known_as == ()


@pytest.mark.parametrize(
    ("sources", "target"),
    [([IKT], IKT), ([IKT, IKT], LEDERGRUPPEN), ([ALLE], IKT), ([IKT], KARI), ([ALICE], IKT)],
)
def test_only_departments_are_merged_and_each_once(
    merging: Merging, sources: list[Actor], target: Actor
) -> None:
    with pytest.raises(Invalid):
        run(merging.merge(sources, target))


def test_a_merge_that_was_cut_off_goes_on_and_one_done_elsewhere_does_not(
    nordvik: Nordvik, merging: Merging
) -> None:
    run(merging.merge([LEDERGRUPPEN], IKT))
    old, new = nordvik.actor(LEDERGRUPPEN.uri), nordvik.actor(IKT.uri)
    run(merging.merge([old], new))
    assert len(spread(nordvik)) == 1
    with pytest.raises(Invalid, match="moved elsewhere already"):
        run(merging.merge([old], SAMARBEID))
    with pytest.raises(Invalid, match="has moved itself"):
        run(merging.merge([SAMARBEID], old))


def test_a_part_is_split_off_with_people_units_and_followers(
    nordvik: Nordvik, merging: Merging
) -> None:
    nordvik.follows(OLA, LEDERGRUPPEN)
    part = run(
        merging.split(LEDERGRUPPEN, IKT, follow=True, people=[PERSON_KARI], units=[SAMARBEID])
    )
    assert part.figures.here == 1
    assert roles(nordvik, IKT) == {PERSON_KARI.id: Role.AUTHOR}
    assert roles(nordvik, LEDERGRUPPEN) == {PERSON_OLA.id: Role.READER}
    assert nordvik.actor(SAMARBEID.uri).parent_id == IKT.id
    assert spread(nordvik) == [("copy-followers", LEDERGRUPPEN.id, IKT.id)]
    assert nordvik.actor(LEDERGRUPPEN.uri).moved_to == ""


def test_what_is_not_there_cannot_be_split_off(nordvik: Nordvik, merging: Merging) -> None:
    with pytest.raises(Invalid, match="does not stand below"):
        run(merging.split(LEDERGRUPPEN, SAMARBEID, units=[IKT]))
    with pytest.raises(Invalid, match="can't stand below"):
        run(merging.split(LEDERGRUPPEN, BEREDSKAP, units=[SAMARBEID]))
    with pytest.raises(NotFound, match="has no role"):
        run(merging.split(IKT, LEDERGRUPPEN, people=[PERSON_KARI], follow=True))
    with pytest.raises(Invalid):
        run(merging.split(IKT, IKT, follow=True))
    assert spread(nordvik) == []
