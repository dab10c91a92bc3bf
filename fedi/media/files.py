"""Where pictures are: one file each under a name that nobody can guess, and a row that says whose.

The folder is `media` in the data folder. sending.py serves them as far as the posts that show
them may go; what no post shows for a day is forgotten, file and row.
"""

import asyncio
import os
import secrets
from pathlib import Path
from typing import Final

from actors.errors import Invalid
from actors.people import Actor
from actors.posts import Media
from fedi.config import Config
from fedi.media.pictures import Picture, read
from fedi.perform import Performer
from fedi.store.media import add, forget, unused

LARGEST: Final = 16 * 1024 * 1024


def folder_of(config: Config) -> Path:
    """Return the folder of all pictures."""
    return config.server.data_dir / "media"


async def keep(
    performer: Performer, folder: Path, author: Actor, data: bytes, description: str
) -> Media:
    """Keep a picture for a post of `author`'s. Invalid for what isn't one, or is too large."""
    if len(data) > LARGEST:
        raise Invalid(f"A picture may have at most {LARGEST // 1024 // 1024} MiB.")
    picture = await asyncio.to_thread(read, data)
    name = secrets.token_urlsafe(24) + picture.suffix
    await asyncio.to_thread(_write, folder, name, picture)
    now = performer.clock.now()
    await performer.engine.write(
        lambda tx: add(tx, name, author.id, picture.media_type, len(picture.data), now)
    )
    return Media(
        url=performer.urls.media(name),
        media_type=picture.media_type,
        kind="Image",
        description=description,
        width=picture.width,
        height=picture.height,
    )


async def forget_unused(performer: Performer, folder: Path, *, limit: int = 100) -> int:
    """Forget pictures that no post has shown for a day; return how many."""
    now = performer.clock.now()
    names = await performer.engine.read(lambda tx: unused(tx, now, limit))
    if names:
        await performer.engine.write(lambda tx: forget(tx, names))
        await asyncio.to_thread(_remove, folder, names)
    return len(names)


def _remove(folder: Path, names: list[str]) -> None:
    for name in names:
        (folder / name).unlink(missing_ok=True)


def _write(folder: Path, name: str, picture: Picture) -> None:
    """Have the file on disk, whole, before anything points at it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    draft = folder / f".{name}.{os.getpid()}"
    with open(draft, "wb") as file:
        file.write(picture.data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
