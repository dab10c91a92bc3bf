"""Both event loops the engine runs on."""

import pytest

from tests.fedi.net.peers import Run, run_on


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    return run_on(request.param)
