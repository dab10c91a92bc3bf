"""The server that the clients use, and Mastodon.py signed in at it: fresh for each test file."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.house import DEPARTMENT, ClientHouse, served
from tests.clients.mastodon_py import registered, signed_in
from tests.clients.seeds import Seeds, planted


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClientHouse]:
    """A server in lab mode with anne, who leads ikt_teamet, and ola."""
    with served(tmp_path_factory.mktemp("clients") / "data") as house:
        yield house


@pytest.fixture(scope="module")
def app(house: ClientHouse) -> tuple[str, str]:
    return registered(house)


@pytest.fixture(scope="module")
def anne(house: ClientHouse, app: tuple[str, str]) -> Any:
    return signed_in(house, app, "anne")


@pytest.fixture(scope="module")
def department(house: ClientHouse, app: tuple[str, str]) -> Any:
    """Anne's other account in the same app."""
    return signed_in(house, app, "anne", DEPARTMENT)


@pytest.fixture(scope="module")
def ola(house: ClientHouse, app: tuple[str, str]) -> Any:
    return signed_in(house, app, "ola")


@pytest.fixture(scope="module")
def seeds(house: ClientHouse) -> Iterator[Seeds]:
    """The server with something of everything in it."""
    with planted(house) as seeds:
        yield seeds
