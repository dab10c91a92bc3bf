"""The dispatch table with the known places of Nordvik in it."""

import pytest

from fedi.net.dispatch import Dispatch
from fedi.store.engine import Engine
from fedi.wellknown import open_wellknown
from tests.databases import Template
from tests.fedi.town import TOWN, URLS, FixedClock


@pytest.fixture
def copied_from() -> Template:
    return TOWN


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def table(engine: Engine, clock: FixedClock) -> Dispatch:
    async def nothing(scope: object, receive: object, send: object) -> None:
        raise AssertionError("not in the table")

    table = Dispatch(nothing)
    open_wellknown(
        table, engine=engine, urls=URLS, clock=clock, name="Nordvik kommune", version="1.2.3"
    )
    return table
