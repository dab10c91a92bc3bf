"""masto.js, the library of Phanpy and Elk, in Node: a test for each step of masto/round.mjs."""

import pytest

from tests.clients import node
from tests.clients.house import ClientHouse

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def taken(house: ClientHouse, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The steps that the script took, and what each failed of."""
    return node.run("masto", house, tmp_path_factory.mktemp("masto"))


@pytest.mark.parametrize("step", node.steps_of("masto"))
def test_each_step_goes_well(step: str, taken: dict[str, str]) -> None:
    assert taken.get(step) == "", f"{step}: {taken.get(step, 'was not taken')}"


def test_no_other_step_fails(taken: dict[str, str]) -> None:
    assert {step: why for step, why in taken.items() if why} == {}
