"""The hot statements of the queue go by an index: none walks a table (SQLite's own plans)."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actors.effects import Recipients
from actors.posts import Visibility
from fedi.store import deliveries, fanout, keys, queue, recipients, recording, superseding
from fedi.store.recipients import Fanout, Target
from outbox.knocks import Next, Verdict
from outbox.leases import Delivery, Done, Report
from outbox.schedule import OK, Outcome, Trouble
from tests.outbox.post_office import NOW

DELETE = Fanout(
    id=1, fence=1, position="", recipients=Recipients(followers_of=1, actors=(2,), of_post=3),
    activity_id=1, uri="u", actor_id=1, actor_uri="a", kind="Delete", about="x", post_id=3,
    visible=Visibility.PUBLIC, created=NOW,
)  # fmt: skip
TERMS = queue.Terms(now=NOW, worker="one", per_host=2, fraction=lambda: 0.0)


class Explaining:
    """A transaction that explains each statement before it runs it."""

    dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.scans: list[str] = []

    def _explain(self, sql: str, params: Any) -> None:
        for row in self.connection.execute(f"EXPLAIN QUERY PLAN {sql}", params):
            if row[3].startswith("SCAN") and "CONSTANT" not in row[3]:
                self.scans.append(f"{row[3]}: {sql}")

    async def rows(self, sql: str, params: Any = ()) -> list[Any]:
        self._explain(sql, params)
        return self.connection.execute(sql, params).fetchall()

    async def one(self, sql: str, params: Any = ()) -> Any:
        found = await self.rows(sql, params)
        return found[0] if found else None

    async def run(self, sql: str, params: Any = ()) -> int:
        self._explain(sql, params)
        return self.connection.execute(sql, params).rowcount

    async def last(self, sql: str, params: Any = ()) -> None:
        await self.run(sql, params)

    async def many(self, sql: str, rows: Any) -> None:
        for params in rows:
            await self.run(sql, params)


@pytest.fixture
def tx(migrated_file: Path) -> Iterator[Explaining]:
    connection = sqlite3.connect(f"file:{migrated_file}?mode=ro", uri=True)
    memory = sqlite3.connect(":memory:")
    connection.backup(memory)
    connection.close()
    memory.executescript(
        """
        INSERT INTO host VALUES ('a.test', 'healthy', '', 0, 0, 0, 'one', 0, 1, 0, 0);
        INSERT INTO host VALUES ('b.test', 'down', '', 0, 0, 0, '', 0, 1, 9, 0);
        INSERT INTO activity VALUES (1, 'u', 1, 'Delete', 'x', 3, 'public', '{}', 0, 0, 0, 0);
        INSERT INTO delivery (activity_id, host, inbox, shared, about, turn, state, due, tries,
          uncertain, expires, problem) VALUES (1, 'a.test', 'i', 0, 1, 1, 0, 0, 0, 0, 1, '');
        """
    )
    yield Explaining(memory)
    memory.close()


def drive(coroutine: Any) -> None:
    """Run a coroutine that waits for nothing."""
    with pytest.raises(StopIteration):
        coroutine.send(None)


def done(next: Next, outcome: Outcome = OK, *, gone: bool = False) -> Done:
    delivery = Delivery(
        id=1, activity_id=1, actor_id=1, kind="Update", host="a.test", inbox="i", shared=False,
        body=b"", created=NOW, itself=True,
    )  # fmt: skip
    verdict = Verdict(next, outcome, reason="r", inbox_gone=gone)
    return Done(delivery=delivery, fence=1, verdict=verdict)


@pytest.mark.parametrize(
    "ending",
    [done(Next.DONE), done(Next.FAILED, gone=True), done(Next.LATER, Outcome(Trouble.TIMEOUT))],
    ids=["done", "failed", "later"],
)
def test_a_turn_scans_nothing(tx: Explaining, ending: Done) -> None:
    report = Report(done=(ending,), holding={"a.test": (1, frozenset())}, room=9, probes=9)
    drive(queue.turn(tx, report, TERMS))  # type: ignore[arg-type]
    assert tx.scans == []


def test_recovering_a_worker_scans_hosts_alone_and_only_once(tx: Explaining) -> None:
    drive(queue.recover(tx, "one", NOW))  # type: ignore[arg-type]
    assert {scan.partition(":")[0] for scan in tx.scans} <= {"SCAN host", "SCAN fanout"}


def test_a_fan_out_scans_nothing_but_the_fan_outs(tx: Explaining) -> None:
    any_tx: Any = tx
    drive(recipients.may_leave(any_tx, DELETE))
    drive(recipients.followers(any_tx, DELETE, 0, 9))
    drive(recipients.named(any_tx, DELETE, (2, 3)))
    drive(recipients.reached(any_tx, DELETE, "", 9))
    drive(recipients.welcome(any_tx, ["a.test"], True))
    drive(superseding.make_room(any_tx, DELETE, [Target("a.test", "i", 0)], 1, NOW))
    drive(fanout._queue(any_tx, DELETE, [Target("a.test", "i", 0)], NOW, fanout.Rules()))
    assert tx.scans == []
    drive(fanout._next(any_tx, NOW))
    assert all(scan.startswith("SCAN f") for scan in tx.scans)


def test_what_is_asked_while_signing_and_by_authors_scans_nothing(tx: Explaining) -> None:
    any_tx: Any = tx
    drive(keys.held(any_tx, 1))
    drive(deliveries.told(any_tx, "a.test", 1))
    drive(deliveries.digests(any_tx, 1))
    drive(deliveries.seen_alive(any_tx, "a.test", "rfc9421", NOW))
    drive(deliveries.expire(any_tx, NOW))
    drive(recording.give_up(any_tx, [(1, "r")], NOW))
    assert tx.scans == []
    drive(deliveries.status_of_post(any_tx, 3))
    assert all(scan.startswith("SCAN f") for scan in tx.scans)  # few fan-outs wait at any time
