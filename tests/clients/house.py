"""A server in lab mode with people who sign in, and with what the clients upload."""

import io
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.fedi.house_on_disk import HouseOnDisk

PASSWORD = "sju fjell og en bro"
PORTS = range(22100, 22200)
PEOPLE = {"anne": "Anne Berg", "ola": "Ola Nordmann"}
DEPARTMENT = "ikt_teamet"  # anne leads it

_taken: set[int] = set()


def free_port() -> int:
    """A port of the clients' range that nobody listens on and nobody was given."""
    begin = os.getpid() * 7
    for port in (PORTS[(begin + step) % len(PORTS)] for step in range(len(PORTS))):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                trial.bind(("127.0.0.1", port))
                if port not in _taken:
                    _taken.add(port)
                    return port
    raise AssertionError("no port is free")


class ClientHouse(HouseOnDisk):
    """The server and its origin."""

    origin: str = ""


@contextmanager
def served(folder: Path) -> Iterator[ClientHouse]:
    """A server with two people and a department; stopped at the end."""
    port = free_port()
    house = ClientHouse(folder)
    house.origin = f"http://127.0.0.1:{port}"
    house.fedi("init", "--origin", house.origin, "--lab", "--listen", f"127.0.0.1:{port}")
    for username, name in PEOPLE.items():
        house.fedi("person", "add", username, "--name", name)
        house.fedi("person", "password", username, "--password", PASSWORD)
    led = ("--name", "IKT-teamet", "--member", "anne", "--role", "manager")
    house.fedi("department", "add", DEPARTMENT, *led)
    house.start()
    try:
        house.await_answer(house.origin)
        yield house
    finally:
        house.stop()


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480)) -> bytes:
    """A picture with something to see on it."""
    from PIL import Image

    canvas = Image.new("RGB", size, (20, 90, 160))
    canvas.paste((230, 180, 40), (size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2))
    file = io.BytesIO()
    canvas.save(file, kind)
    return file.getvalue()


def document() -> bytes:
    """A PDF of one page."""
    return picture("PDF", (300, 400))
