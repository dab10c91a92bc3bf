"""A first sign-in: whom a newcomer follows from then on, once."""

from dataclasses import replace

from actors.membership import Membership, Role
from actors.people import Person
from actors.relationships import RelationKind
from fedi.config.settings import Welcome
from fedi.oauth.welcoming import Welcoming
from fedi.store import welcoming
from tests.fedi.oauth.browsing import Browser, House
from tests.people import (
    ALLE,
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


def followed(nordvik: Nordvik, id: int) -> set[int]:
    rows = run(
        nordvik.engine.read(
            lambda tx: tx.rows(
                "SELECT target_id FROM relation WHERE kind = ? AND source_id = ?",
                (RelationKind.FOLLOW.value, id),
            )
        )
    )
    return {row[0] for row in rows}


def receive(nordvik: Nordvik, person: Person, **settings: object) -> None:
    run(Welcoming(nordvik.performer, Welcome(**settings)).receive(person))  # type: ignore[arg-type]


def leads(nordvik: Nordvik) -> None:
    """Kari manages Ledergruppen, in which Ola reads."""
    nordvik.put(Membership(person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, role=Role.MANAGER))


def test_a_newcomer_follows_department_leader_and_what_the_house_names(nordvik: Nordvik) -> None:
    leads(nordvik)
    receive(nordvik, PERSON_OLA, follow=("@ikt", "alle"), practice="nobody_has_this")
    assert followed(nordvik, OLA.id) == {LEDERGRUPPEN.id, KARI.id, IKT.id, ALLE.id}


def test_what_the_department_is_part_of_is_followed_up_to_the_organisation(
    nordvik: Nordvik,
) -> None:
    nordvik.put(replace(LEDERGRUPPEN, parent_id=IKT.id), replace(IKT, parent_id=LEDERGRUPPEN.id))
    receive(nordvik, PERSON_OLA)
    assert followed(nordvik, OLA.id) == {LEDERGRUPPEN.id, IKT.id}  # a circle ends


def test_nobody_is_received_twice_and_who_is_let_go_stays_away(nordvik: Nordvik) -> None:
    receive(nordvik, PERSON_OLA, follow=("ikt",))
    assert IKT.id in followed(nordvik, OLA.id)
    run(
        nordvik.engine.write(
            lambda tx: tx.run("DELETE FROM relation WHERE source_id = ?", (OLA.id,))
        )
    )
    receive(nordvik, PERSON_OLA, follow=("ikt",))
    assert followed(nordvik, OLA.id) == set()


def test_a_role_that_has_ended_is_no_department(nordvik: Nordvik) -> None:
    nordvik.put(
        Membership(
            person_id=PERSON_OLA.id, actor_id=LEDERGRUPPEN.id, role=Role.READER, ends=NOW - 1
        )
    )
    receive(nordvik, PERSON_OLA)
    assert followed(nordvik, OLA.id) == set()


def test_the_first_sign_in_receives(nordvik: Nordvik) -> None:
    house = House(nordvik)
    house.password(PERSON_KARI)
    browser = Browser(house)
    browser.open("/sign-in")
    browser.sign_in("kari")
    assert browser.signed_in
    assert LEDERGRUPPEN.id in followed(nordvik, KARI.id)
    known = run(nordvik.engine.read(lambda tx: welcoming.welcomed(tx, PERSON_KARI.id)))
    assert known is not None
    assert known.skipped == frozenset()
