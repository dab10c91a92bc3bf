"""Where uploads lie while they are looked at: a folder for each, on the disk, gone in the end.

Takes in what was sent within the limit for its kind, and refuses early where the disk is filling.
What a crash leaves behind is swept up by the clockwork.
"""

import asyncio
import os
import secrets
import shutil
import stat
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from actors.errors import FediError, TooLarge
from fedi.config.settings import Media as Settings
from fedi.media.errand import Unusable
from fedi.media.kinds import HEAD, Family, Kind, sniff

_PIECE: Final = 1 << 20
_STALE_SECONDS: Final = 6 * 3600
_WORDS: Final = {
    Family.PICTURE: "A picture",
    Family.FILM: "A film",
    Family.SOUND: "A sound",
    Family.PAPER: "A document",
}


class NoRoom(FediError):
    """The disk is too full to take files; nothing was kept."""

    code = "no_room"
    status = 507


class Bench:
    """The working folder of one house."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder = folder
        self._settings = settings

    @asynccontextmanager
    async def place(self) -> AsyncIterator[Path]:
        """Give an empty folder for the length of a block. NoRoom where the disk is filling."""
        place = self._folder / secrets.token_hex(12)
        await asyncio.to_thread(self._make, place)
        try:
            yield place
        finally:
            await asyncio.shield(asyncio.to_thread(shutil.rmtree, place, ignore_errors=True))

    async def take_in(self, file: BinaryIO, place: Path) -> tuple[Path, Kind]:
        """Copy what was sent to a file here, and tell what it is. Unusable, TooLarge, NoRoom."""
        return await asyncio.to_thread(self._copied, file, place)

    async def look(self, path: Path) -> Kind:
        """Tell what a file that was taken in before is."""
        return await asyncio.to_thread(_looked, path)

    async def sweep(self) -> None:
        """Remove what a crash has left."""
        await asyncio.to_thread(self._sweep)

    def limit(self, kind: Kind) -> int:
        """Return the most bytes of a kind that are taken."""
        settings = self._settings
        if kind.family is Family.PICTURE:
            return settings.image_bytes
        return settings.file_bytes if kind.family is Family.PAPER else settings.video_bytes

    def _make(self, place: Path) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(self._folder).free < self._settings.keep_free_bytes:
            raise NoRoom("This server's disk is nearly full: no files are taken now.")
        place.mkdir(mode=0o700)

    def _copied(self, file: BinaryIO, place: Path) -> tuple[Path, Kind]:
        head = file.read(HEAD)
        kind = sniff(head)
        if not head:
            raise Unusable("That file is empty.")
        if kind is None:
            raise Unusable(
                "That kind of file is not taken: use pictures (JPEG, PNG, GIF, WebP, AVIF, HEIC), "
                "films, sounds, PDF or office documents."
            )
        limit, path, size = self.limit(kind), place / "upload", len(head)
        try:
            with open(path, "xb") as out:
                out.write(head)
                while piece := file.read(_PIECE):
                    size += len(piece)
                    if size > limit:
                        raise TooLarge(_too_large(kind, limit))
                    out.write(piece)
        except OSError as error:
            raise NoRoom("The file could not be kept: no room.", detail=repr(error)) from error
        if size > limit:
            raise TooLarge(_too_large(kind, limit))
        return path, kind

    def _sweep(self) -> None:
        with suppress(FileNotFoundError):
            for entry in os.scandir(self._folder):
                with suppress(FileNotFoundError):
                    age = time.time() - entry.stat(follow_symlinks=False).st_mtime
                    if age > _STALE_SECONDS and entry.is_dir(follow_symlinks=False):
                        shutil.rmtree(entry.path, ignore_errors=True)


def _looked(path: Path) -> Kind:
    with open(path, "rb") as file:
        kind = sniff(file.read(HEAD))
    if kind is None:
        raise Unusable("That file can't be read.")
    return kind


def _too_large(kind: Kind, limit: int) -> str:
    return f"{_WORDS[kind.family]} may have at most {limit / (1 << 20):.4g} MiB here."


def size_of(path: Path) -> int:
    """Return the bytes of a file of ours."""
    return path.stat().st_size


def made_at(folder: Path, name: str) -> tuple[Path, int]:
    """Return path and size of what a child made: a plain file right in its folder, nothing else.

    The child has read what strangers sent, so what it left behind is not believed either.
    """
    path = folder / name
    if path.parent != folder or name in ("", ".", ".."):
        raise Unusable("That file can't be read.", detail=f"made {name!r}")
    try:
        found = path.lstat()
    except OSError as missing:
        raise Unusable("That file can't be read.", detail=f"made no {name!r}") from missing
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        raise Unusable("That file can't be read.", detail=f"{name!r} is no plain file")
    return path, found.st_size
