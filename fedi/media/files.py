"""Where pictures are: one file each under the hash of its content, and a row that says whose.

The folder is `media` in the data folder; the same picture twice is one file. Served to everyone
who knows the name: whoever may see a post is given it, and nobody can guess it.
"""

import asyncio
import hashlib
import os
import re
from pathlib import Path
from typing import Final

from actors.errors import Invalid, NotFound
from actors.people import Actor
from actors.posts import Media
from fedi.config import Config
from fedi.media.pictures import Picture, read
from fedi.net.answer import Receive, Scope, Send
from fedi.net.dispatch import RawHandler
from fedi.perform import Performer
from fedi.store.media import add

LARGEST: Final = 16 * 1024 * 1024
_NAME: Final = re.compile(r"[0-9a-f]{40}\.(png|jpg|gif|webp)")
_TYPES: Final = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


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


def handler(folder: Path) -> RawHandler:
    """Return the handler of /media/{name}. A name is the hash of its content: it never changes."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path_params"]["name"]
        if _NAME.fullmatch(name) is None:
            raise NotFound("There is no such picture.")
        try:
            data = await asyncio.to_thread((folder / name).read_bytes)
        except FileNotFoundError:
            raise NotFound("There is no such picture.") from None
        headers = [
            (b"content-type", _TYPES[name.rpartition(".")[2]].encode()),
            (b"content-length", str(len(data)).encode()),
            (b"cache-control", b"public, max-age=31536000, immutable"),
            (b"content-security-policy", b"default-src 'none'; sandbox"),
            (b"x-content-type-options", b"nosniff"),
            (b"cross-origin-resource-policy", b"cross-origin"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else data
        await send({"type": "http.response.body", "body": body})

    return handle
