"""A server in lab mode with people who sign in, and with what the clients upload."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fedi.house_on_disk import HouseOnDisk
from tests.ports import free_port

PASSWORD = "sju fjell og en bro"
PEOPLE = {"anne": "Anne Berg", "ola": "Ola Nordmann"}
DEPARTMENT = "ikt_teamet"  # anne leads it


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
