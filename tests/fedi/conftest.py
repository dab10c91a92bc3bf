"""Houses on disk: `house` is one with a department (ikt_teamet) and an employee (anne)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fedi.house_on_disk import HouseOnDisk, copied
from tests.ports import free_port

ORIGIN = "http://127.0.0.1:20599"


def founded(folder: Path, port: int) -> HouseOnDisk:
    """Make a house in lab mode at 127.0.0.1:port, with a department and somebody in it."""
    house = HouseOnDisk(folder)
    origin = f"http://127.0.0.1:{port}"
    house.fedi("init", "--origin", origin, "--lab", "--listen", f"127.0.0.1:{port}")
    house.fedi("department", "add", "ikt_teamet", "--name", "IKT-teamet")
    house.fedi("person", "add", "anne", "--name", "Anne Berg", "--for", "ikt_teamet")
    return house


@pytest.fixture(scope="session")
def house_template(tmp_path_factory: pytest.TempPathFactory) -> HouseOnDisk:
    return founded(tmp_path_factory.mktemp("house") / "data", 20599)


@pytest.fixture
def house(house_template: HouseOnDisk, tmp_path: Path) -> HouseOnDisk:
    """A fresh copy of the house; nothing serves it."""
    return copied(house_template, tmp_path / "data")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[HouseOnDisk, str]]:
    """A house that serves, and its origin; stopped at the end."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    house = founded(tmp_path / "served" / "data", port)
    house.start()
    try:
        house.await_answer(origin)
        yield house, origin
    finally:
        house.stop()
