"""Sessions, steps and devices as rows."""

from dataclasses import replace

from fedi.store import sessions
from fedi.store.engine import Engine, Tx
from fedi.store.sessions import Session, Step
from tests.people import NOW, PERSON_KARI, PERSON_OLA, Nordvik
from tests.running import run

ONE = Session(
    id=1, hash=b"a", person_id=PERSON_KARI.id, way="password", agent="", address="", created=NOW,
    last_used=NOW, proven=NOW, expires=NOW + 10,
)  # fmt: skip


def test_a_session_holds_until_its_end_and_while_its_person_is_here(engine: Engine) -> None:
    nordvik = Nordvik(engine).settle()
    run(engine.write(lambda tx: sessions.add(tx, ONE)))

    def found(at: int) -> bool:
        return run(engine.read(lambda tx: sessions.by_hash(tx, b"a", at))) == (ONE, PERSON_KARI)

    assert (found(NOW + 9), found(NOW + 10)) == (True, False)
    nordvik.put(replace(PERSON_KARI, departed=NOW))
    assert not found(NOW)


def test_a_session_is_ended_by_its_owner(engine: Engine) -> None:
    async def unit(tx: Tx) -> list[int]:
        for id in (1, 2, 3):
            await sessions.add(tx, replace(ONE, id=id, hash=bytes([id])))
        return [
            await sessions.end(tx, 1, PERSON_OLA.id),
            await sessions.end(tx, 1, PERSON_KARI.id),
            await sessions.end_others(tx, PERSON_KARI.id, 3),
        ]

    assert run(engine.write(unit)) == [False, True, 1]
    left = run(engine.read(lambda tx: sessions.of_person(tx, PERSON_KARI.id, NOW)))
    assert [one.id for one in left] == [3]


def test_a_step_is_taken_once_and_is_of_its_kind(engine: Engine) -> None:
    step = Step(hash=b"a", kind="second", person_id=1, expires=NOW + 10)

    async def unit(tx: Tx) -> list[object]:
        await sessions.add_step(tx, step)
        await sessions.count_try(tx, b"a")
        return [
            await sessions.find_step(tx, b"a", "passkey", NOW),
            await sessions.find_step(tx, b"a", "second", NOW + 10),
            await sessions.find_step(tx, b"a", "second", NOW),
            await sessions.take_step(tx, b"a"),
            await sessions.take_step(tx, b"a"),
        ]

    assert run(engine.write(unit)) == [None, None, replace(step, tries=1), True, False]


def test_a_device_is_known_for_its_person(engine: Engine) -> None:
    async def unit(tx: Tx) -> list[bool]:
        await sessions.know_device(tx, b"a", 1, NOW)
        known = [await sessions.knows_device(tx, b"a", id) for id in (1, 2)]
        await sessions.forget_devices(tx, 1)
        return [*known, await sessions.knows_device(tx, b"a", 1)]

    assert run(engine.write(unit)) == [True, False, False]


def test_a_session_tells_of_its_use(engine: Engine) -> None:
    Nordvik(engine).settle()

    async def unit(tx: Tx) -> None:
        await sessions.add(tx, ONE)
        await sessions.used(tx, 1, NOW + 1, NOW + 20)

    run(engine.write(unit))
    found = run(engine.read(lambda tx: sessions.by_hash(tx, b"a", NOW + 15)))
    assert found is not None
    assert (found[0].last_used, found[0].expires) == (NOW + 1, NOW + 20)
