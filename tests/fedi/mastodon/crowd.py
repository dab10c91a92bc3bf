"""Accounts of another server, put as rows: people enough for lists that have several pages."""

from dataclasses import replace
from typing import Any

from actors.people import Actor
from actors.relationships import Relation, RelationKind, RelationState
from fedi.store.engine import Engine, Tx
from fedi.store.rows import TABLES
from tests.fedi.mastodon.apps import Apps
from tests.fedi.store.explaining import Noting, NotingTx
from tests.people import theirs

HOST = "mastodon.test"


async def put(engine: Engine, *rows: Any) -> None:
    """Store rows as they are."""

    async def unit(tx: Tx) -> None:
        for row in rows:
            table = TABLES[type(row)]
            await tx.run(table.replace, table.encode(row))

    await engine.write(unit)


async def strangers(apps: Apps, count: int) -> list[Actor]:
    """Return accounts of another server that are known here."""
    made = [
        theirs(apps.house.performer.new_id(), f"gjest{number}", HOST) for number in range(count)
    ]
    await put(apps.house.engine, *made)
    return made


async def related(
    apps: Apps, kind: RelationKind, source: int, target: int, state: str = "accepted"
) -> None:
    """Put a relation between two accounts, as it came some time ago."""
    now = apps.house.clock.now()
    number = apps.house.performer.new_id()
    row = Relation(kind=kind, source_id=source, target_id=target, created=now, number=number)
    uri = f"https://{HOST}/relations/{number}"
    await put(apps.house.engine, replace(row, state=RelationState(state), uri=uri))


class Counted(Noting):
    """An engine that counts the statements asked of it."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.asked = 0

    def _noted(self, unit: Any) -> Any:
        counted = self

        class Counting(NotingTx):
            def _note(self, sql: str, params: Any) -> None:
                counted.asked += 1
                super()._note(sql, params)

        async def noted(tx: Tx) -> Any:
            return await unit(Counting(tx, counted.texts))

        return noted
