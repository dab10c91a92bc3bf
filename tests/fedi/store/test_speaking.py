"""For whom a person may speak."""

from dataclasses import replace

from actors.membership import Membership, Role
from fedi.store.engine import Engine
from fedi.store.speaking import spoken_for
from tests.people import (
    ALLE,
    BEREDSKAP,
    IKT,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
)  # fmt: skip
from tests.running import run


def test_oneself_comes_first_and_then_whom_one_may_write_as(engine: Engine) -> None:
    nordvik = Nordvik(engine).settle()
    for actor, role in (
        (IKT, Role.MANAGER), (BEREDSKAP, Role.APPROVER), (ALLE, Role.CONTRIBUTOR),
    ):  # fmt: skip
        nordvik.put(Membership(person_id=PERSON_KARI.id, actor_id=actor.id, role=role))

    def names(person: object = PERSON_KARI, now: int = NOW) -> list[str]:
        found = run(engine.read(lambda tx: spoken_for(tx, PERSON_KARI, now)))
        return [actor.username for actor in found]

    assert names() == ["kari", "alle", "beredskap", "ikt", "ledergruppen"]
    nordvik.put(replace(IKT, suspended=NOW), replace(BEREDSKAP, deleted=NOW))
    assert names() == [KARI.username, ALLE.username, LEDERGRUPPEN.username]
    found = run(engine.read(lambda tx: spoken_for(tx, PERSON_OLA, NOW)))
    assert [actor.id for actor in found] == [OLA.id]
