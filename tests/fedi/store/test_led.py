"""Whom a person leads, on both databases; the cases are in tests/fedi/oauth/test_inviting.py."""

from dataclasses import replace

from actors.membership import Delegation, Membership, Role
from fedi.store import led
from fedi.store.engine import Engine
from tests.people import IKT, LEDERGRUPPEN, NOW, PERSON_KARI, PERSON_OLA, Nordvik
from tests.running import run


def test_a_leader_leads_who_speaks_for_what_they_manage_and_for_nothing_else(
    engine: Engine,
) -> None:
    nordvik = Nordvik(engine).settle()
    assert not run(engine.read(lambda tx: led.leads(tx, PERSON_KARI, NOW)))
    for actor in (LEDERGRUPPEN, IKT):
        nordvik.put(
            Membership(person_id=PERSON_KARI.id, actor_id=actor.id, role=Role.MANAGER),
            Membership(person_id=PERSON_OLA.id, actor_id=actor.id, role=Role.AUTHOR),
        )
    assert run(engine.read(lambda tx: led.leads(tx, PERSON_KARI, NOW)))
    (one,) = run(engine.read(lambda tx: led.led_by(tx, PERSON_KARI, NOW)))
    assert (one.person, one.departments, one.known) == (
        PERSON_OLA, (IKT.name, LEDERGRUPPEN.name), False
    )  # fmt: skip
    nordvik.put(replace(PERSON_OLA, admin=True))
    assert run(engine.read(lambda tx: led.led(tx, PERSON_KARI, PERSON_OLA.id, NOW))) is None
    keeper = replace(PERSON_KARI, admin=True)
    assert run(engine.read(lambda tx: led.led(tx, keeper, PERSON_OLA.id, NOW))) is not None


def test_who_stands_in_for_another_is_led_by_nobody(engine: Engine) -> None:
    nordvik = Nordvik(engine).settle()
    nordvik.put(
        Membership(person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, role=Role.MANAGER),
        Delegation(
            actor_id=IKT.id, absent_id=99, stand_in_id=PERSON_OLA.id, starts=NOW + 1, ends=NOW + 2
        ),
    )
    assert run(engine.read(lambda tx: led.led_by(tx, PERSON_KARI, NOW))) == []
    (one,) = run(engine.read(lambda tx: led.led_by(tx, PERSON_KARI, NOW + 2)))
    assert one.person == PERSON_OLA
