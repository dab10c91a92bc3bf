"""The server that the clients use: fresh for each test file, stopped afterwards."""

from collections.abc import Iterator

import pytest

from tests.clients.house import ClientHouse, served


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClientHouse]:
    """A server in lab mode with anne, who speaks for ikt_teamet, and ola."""
    with served(tmp_path_factory.mktemp("clients") / "data") as house:
        yield house
