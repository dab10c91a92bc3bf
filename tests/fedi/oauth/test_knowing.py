"""Who is signed in, as pages learn it: by a session that holds, and nothing else."""

from collections.abc import Mapping

from actors.people import Person
from fedi.oauth.browser import SESSION, Jar
from fedi.oauth.callers import hash_of
from fedi.oauth.knowing import knower
from fedi.store.engine import Engine, Tx
from fedi.store.rows import PERSON
from fedi.store.sessions import SESSION as TABLE
from fedi.store.sessions import Session
from tests.fedi.town import HOUR, NOW, URLS, FixedClock
from tests.running import run

KARI = Person(id=500, username="kari", name="Kari Nordmann", actor_id=501)
KEPT = Session(
    id=1, hash=hash_of("hemmelig"), person_id=KARI.id, way="password", agent="", address="",
    created=NOW, last_used=NOW, proven=NOW, expires=NOW + HOUR,
)  # fmt: skip


def test_a_session_says_who_it_is_until_it_ends(engine: Engine) -> None:
    async def fill(tx: Tx) -> None:
        await tx.run(PERSON.insert, PERSON.encode(KARI))
        await tx.run(TABLE.insert, TABLE.encode(KEPT))

    run(engine.write(fill))
    clock = FixedClock()
    signed_in, name = knower(engine, URLS, clock), Jar(URLS).name(SESSION)

    async def known(headers: Mapping[str, str]) -> Person | None:
        return await signed_in(headers)

    assert run(known({"cookie": f"{name}=hemmelig"})) == KARI
    assert run(known({"cookie": f"{name}=gjettet"})) is None
    assert run(known({"cookie": "session=hemmelig"})) is None
    assert run(known({})) is None
    clock.moment += HOUR
    assert run(known({"cookie": f"{name}=hemmelig"})) is None
