"""Where pictures are: one file each under the hash of its content, and a row that says whose.

The folder is `media` in the data folder; the same picture twice is one file. They are served by
sending.py to whoever knows the name: who may see a post is told it, nobody can guess it.
"""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Final

from actors.errors import Invalid
from actors.people import Actor
from actors.posts import Media
from fedi.config import Config
from fedi.media.pictures import Picture, read
from fedi.perform import Performer
from fedi.store.media import add

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
    name = hashlib.sha256(picture.data).hexdigest()[:40] + picture.suffix
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


def _write(folder: Path, name: str, picture: Picture) -> None:
    """Have the file on disk, whole, before anything points at it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if path.exists():
        return
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
