"""Pictures on disk: one file each by the hash of its content, served without a word about us."""

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image

from actors.errors import Invalid
from fedi.app import House, opened_house
from fedi.config import load
from fedi.media.files import LARGEST, folder_of, handler, keep
from fedi.net.dispatch import Dispatch
from fedi.organisation import find_actor
from fedi.store import media
from tests.fedi.asking import ask
from tests.fedi.house_on_disk import HouseOnDisk


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (6, 4)).save(buffer, "PNG")
    return buffer.getvalue()


async def kept(opened: House, data: bytes) -> str:
    actor = await find_actor(opened.performer, "ikt_teamet")
    folder = folder_of(opened.config)
    return (await keep(opened.performer, folder, actor, data, "Elva")).url


def test_the_same_picture_twice_is_one_file(house: HouseOnDisk) -> None:
    async def work() -> tuple[str, str, list[str]]:
        async with opened_house(load(house.folder / "config.toml", {})) as opened:
            urls = await kept(opened, picture()), await kept(opened, picture())
            return *urls, await opened.engine.read(media.names)

    first, second, names = asyncio.run(work())
    assert first == second
    assert [path.name for path in (house.folder / "media").iterdir()] == names
    assert first.endswith(f"/media/{names[0]}")


def test_a_picture_that_is_too_large_is_not_even_looked_at(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with opened_house(load(house.folder / "config.toml", {})) as opened:
            await kept(opened, bytes(LARGEST + 1))

    with pytest.raises(Invalid, match="MiB"):
        asyncio.run(work())


async def nothing(scope: object, receive: object, send: object) -> None:
    raise AssertionError("not in the table")


def test_a_picture_is_served_for_ever_and_can_not_act(tmp_path: Path) -> None:
    name = "0123456789abcdef0123456789abcdef01234567.png"
    (tmp_path / name).write_bytes(picture())
    table = Dispatch(nothing)
    table.add("/media/{name}", handler(tmp_path))
    answer = asyncio.run(ask(table, f"/media/{name}"))
    assert answer.status == 200
    assert answer.body == picture()
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert asyncio.run(ask(table, f"/media/{name}", "HEAD")).body == b""


@pytest.mark.parametrize("name", ["..%2Ffedi.db", "fedi.db", "0" * 40 + ".png", "0" * 40 + ".svg"])
def test_nothing_else_is_served(tmp_path: Path, name: str) -> None:
    (tmp_path / "fedi.db").write_bytes(b"secret")
    table = Dispatch(nothing)
    table.add("/media/{name}", handler(tmp_path / "media"))
    assert asyncio.run(ask(table, f"/media/{name}")).status == 404
