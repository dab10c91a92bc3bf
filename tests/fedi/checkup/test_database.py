"""The queues as a check-up sees them, on both engines."""

from actors.relationships import Report
from fedi.checkup.database import queues
from fedi.checkup.findings import Finding, State
from fedi.store.engine import Engine, Tx
from fedi.store.rows import REPORT
from fedi.store.settings import LAST_BACKUP, put_setting
from tests.running import run

NOW = 1_800_000_000_000
MINUTE, HOUR = 60_000, 3_600_000


def looked(engine: Engine, *, lab: bool = False) -> dict[str, Finding]:
    return {one.what: one for one in run(queues(engine, NOW, lab=lab))}


def test_an_empty_house_is_well_but_for_its_backup(engine: Engine) -> None:
    found = looked(engine)
    unwell = [one.what for one in found.values() if one.state is not State.OK]
    assert unwell == ["backup"]
    assert "backup" not in looked(engine, lab=True)


def test_a_backup_of_tonight_is_well_and_one_of_last_week_is_not(engine: Engine) -> None:
    for age, state in ((3 * HOUR, State.OK), (7 * 24 * HOUR, State.ATTENTION)):
        run(engine.write(lambda tx, at=NOW - age: put_setting(tx, LAST_BACKUP, str(at))))
        assert looked(engine)["backup"].state is state


def test_what_is_late_is_told_and_what_waits_for_the_dead_is_not(engine: Engine) -> None:
    async def fill(tx: Tx, state: str) -> None:
        await tx.run("DELETE FROM host")
        await tx.run("DELETE FROM delivery")
        await tx.run("DELETE FROM activity")
        await tx.run(
            "INSERT INTO activity (id, uri, actor_id, kind, about, post_id, visible, body,"
            " created, total, delivered, failed) VALUES (1, 'u', 1, 'Create', 'a', NULL,"
            " 'public', ?, ?, 1, 0, 0)",
            (b"{}", NOW - 10 * MINUTE),
        )
        await tx.run(
            "INSERT INTO delivery (activity_id, host, inbox, shared, about, turn, state, due,"
            " tries, uncertain, expires, problem) VALUES (1, 'by.example', 'i', 1, 1, 1, 0, 0,"
            " 0, 0, ?, '')",
            (NOW + HOUR,),
        )
        await tx.run(
            "INSERT INTO host (name, state, memory, due, opens, held, owner, lease_until, fence,"
            " taken, changed) VALUES ('by.example', ?, '', 0, 0, 0, '', 0, 0, 0, 0)",
            (state,),
        )

    for state, expected in (("healthy", State.ATTENTION), ("down", State.OK)):
        run(engine.write(lambda tx, s=state: fill(tx, s)))
        assert looked(engine)["deliveries"].state is expected, state


def test_many_servers_away_at_once_point_at_ourselves(engine: Engine) -> None:
    async def fill(tx: Tx) -> None:
        await tx.many(
            "INSERT INTO host (name, state, memory, due, opens, held, owner, lease_until, fence,"
            " taken, changed) VALUES (?, ?, '', 0, 0, 0, '', 0, 0, 0, 0)",
            [(f"h{number}", "down" if number < 3 else "healthy") for number in range(10)],
        )

    run(engine.write(fill))
    assert "our side" in looked(engine)["other servers"].sentence


def test_open_reports_want_somebody_to_look(engine: Engine) -> None:
    assert looked(engine)["reports"].state is State.OK
    report = Report(id=1, uri="urn:1", by_id=2, target_id=3, created=NOW)
    run(engine.write(lambda tx: tx.run(REPORT.insert, REPORT.encode(report))))
    found = looked(engine)["reports"]
    assert found.state is State.ATTENTION
    assert "1 open" in found.sentence
