"""Approval in apps as they are: masto.js and megalodon, each step of their approval.mjs."""

from pathlib import Path

import pytest

from tests.clients import node
from tests.clients.house import DEPARTMENT, PASSWORD, served

pytestmark = [pytest.mark.slow]
SCRIPT = "approval.mjs"


@pytest.mark.parametrize("library", ["masto", "megalodon"])
def test_each_step_goes_well(library: str, tmp_path: Path) -> None:
    with served(tmp_path / "data") as house:
        house.fedi("person", "add", "per", "--name", "Per Hansen")
        house.fedi("person", "password", "per", "--password", PASSWORD)
        house.fedi("department", "member", DEPARTMENT, "per", "--role", "contributor")
        taken = node.run(library, house, tmp_path, SCRIPT)
    assert taken == dict.fromkeys(node.steps_of(library, SCRIPT), "")
