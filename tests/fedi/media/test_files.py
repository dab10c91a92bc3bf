"""Pictures on disk: under names that say nothing, sent and kept as far as their posts go."""

import asyncio
import io
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PIL import Image

from actors.errors import Invalid
from actors.ports import Clock
from actors.verbs import Delete
from fedi.app import House, opened_house
from fedi.config import load
from fedi.media.files import LARGEST, folder_of, forget_unused, keep
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


def test_a_name_says_nothing_of_the_picture(house: HouseOnDisk) -> None:
    async def work() -> tuple[str, str, list[str]]:
        async with opened_house(load(house.folder / "config.toml", {})) as opened:
            urls = await kept(opened, picture()), await kept(opened, picture())
            return *urls, await opened.engine.read(media.names)

    first, second, names = asyncio.run(work())
    assert first != second
    assert sorted(path.name for path in (house.folder / "media").iterdir()) == sorted(names)
    assert all(kind_of(name) == "image/png" for name in names)


def test_a_picture_goes_as_far_as_its_posts_and_is_forgotten_with_the_last(
    house: HouseOnDisk, tmp_path: Path
) -> None:
    file = tmp_path / "elva.png"
    file.write_bytes(picture())
    words = ("--as", "ikt_teamet", "--media", str(file), "--alt", "Elva", "--visibility")
    posts = {
        visibility: house.fedi("post", "Se", *words, visibility)["uri"]
        for visibility in ("public", "followers", "internal")
    }

    async def work() -> None:
        async with opened_house(load(house.folder / "config.toml", {})) as opened:
            store, folder = opened.performer.open, folder_of(opened.config)

            async def shown(visibility: str) -> str:
                post = await opened.engine.read(lambda tx: store(tx).post(posts[visibility]))
                assert post is not None
                name = names.setdefault(visibility, post.media[0].url.rpartition("/")[2])
                return await opened.engine.read(lambda tx: media.shown(tx, name))

            names: dict[str, str] = {}
            assert [await shown(v) for v in posts] == ["public", "limited", ""]
            author = await find_actor(opened.performer, "ikt_teamet")
            id = opened.performer.new_id()
            delete = Delete(uri=opened.urls.activity(id), actor=author.uri, object=posts["public"])
            await opened.performer.once(delete)
            name = names["public"]
            assert await opened.engine.read(lambda tx: media.shown(tx, name)) == ""
            assert await forget_unused(opened.performer, folder) == 0  # not within a day
            later = replace(opened.performer, clock=Ahead(opened.clock, media.GRACE_MS))
            assert await forget_unused(later, folder) == 1
            left = {path.name for path in folder.iterdir()}
            assert left == {names["followers"], names["internal"]}
            assert set(await opened.engine.read(media.names)) == left

    asyncio.run(work())


@dataclass
class Ahead:
    """A clock that runs ahead of another by so many milliseconds."""

    clock: Clock
    by: int

    def now(self) -> int:
        return self.clock.now() + self.by


def test_a_picture_that_is_too_large_is_not_even_looked_at(house: HouseOnDisk) -> None:
    async def work() -> None:
        async with opened_house(load(house.folder / "config.toml", {})) as opened:
            await kept(opened, bytes(LARGEST + 1))

    with pytest.raises(Invalid, match="MiB"):
        asyncio.run(work())
