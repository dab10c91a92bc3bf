"""Pictures on disk: one file each by the hash of its content, under a name that is served."""

import asyncio
import io

import pytest
from PIL import Image

from actors.errors import Invalid
from fedi.app import House, opened_house
from fedi.config import load
from fedi.media.files import LARGEST, folder_of, keep
from fedi.media.sending import kind_of
from fedi.organisation import find_actor
from fedi.store import media
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
    assert kind_of(names[0]) == "image/png"


def test_a_picture_that_is_too_large_is_not_even_looked_at(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with opened_house(load(house.folder / "config.toml", {})) as opened:
            await kept(opened, bytes(LARGEST + 1))

    with pytest.raises(Invalid, match="MiB"):
        asyncio.run(work())
