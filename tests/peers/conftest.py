"""The servers as fixtures: fresh data for each test file, stopped afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers import lab
from tests.peers.house import House


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> lab.Certificates:
    """One private authority for the test run."""
    return lab.Certificates.made_in(tmp_path_factory.mktemp("certificates"))


def _running(peer: lab.Peer) -> Iterator[lab.Peer]:
    try:
        peer.start()
        yield peer
    finally:
        peer.stop()


@pytest.fixture(scope="module")
def fedify(
    certificates: lab.Certificates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[lab.Peer]:
    """A server on Fedify, with alice on it. Knocks with RFC 9421 first, then draft-cavage."""
    command = lab.install_fedify()
    folder = tmp_path_factory.mktemp("fedify")
    yield from _running(lab.Peer("fedify", "alice", command, certificates, folder))


@pytest.fixture(scope="module")
def pubby(
    certificates: lab.Certificates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[lab.Peer]:
    """A server on pubby, with bob on it. Signs and verifies draft-cavage."""
    command = lab.install_pubby()
    folder: Path = tmp_path_factory.mktemp("pubby")
    yield from _running(lab.Peer("pubby", "bob", command, certificates, folder))


@pytest.fixture(scope="module")
def house(
    certificates: lab.Certificates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Our own server, empty but for IKT-teamet."""
    house = House(certificates, tmp_path_factory.mktemp("house"))
    house.install()
    try:
        house.start()
        yield house
    finally:
        house.stop()
