"""Where files are kept: the Blobs port and its filling on disk. The other one is s3.py.

A blob is written once, whole, under a name that nobody can guess, and never changed. Names are
chosen by attachments.py; which of them are still of use, the database knows (store/media.py).
"""

import asyncio
import os
import shutil
import stat
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from actors.errors import NotFound
from fedi.config import Config

CHUNK: Final = 262_144


class Blob(Protocol):
    """A file that is open for reading; close it whatever happens."""

    @property
    def size(self) -> int: ...

    def chunks(self, start: int, length: int) -> AsyncIterator[bytes]:
        """Yield `length` bytes from `start` on."""
        ...

    async def close(self) -> None: ...


class Blobs(Protocol):
    """Files by name. Every name has passed kinds.py or was made here: no slashes, no dots ahead."""

    async def put(self, name: str, source: Path) -> None:
        """Keep the file at `source`, durable when this returns; the file may be gone then."""
        ...

    async def open(self, name: str) -> Blob:
        """Open a file for reading. NotFound where there is none."""
        ...

    async def fetch(self, name: str, target: Path) -> None:
        """Write a copy to a new file on this machine. NotFound where there is none."""
        ...

    async def copy(self, name: str, new: str) -> None:
        """Keep the same content under another name too. NotFound where there is none."""
        ...

    async def remove(self, names: Sequence[str]) -> None:
        """Remove files; those that aren't there are no matter."""
        ...


def folder_of(config: Config) -> Path:
    """Return the folder of files kept on disk."""
    return config.server.data_dir / "media"


class DiskBlobs:
    """Files in one folder, which need not be there yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, name: str, source: Path) -> None:
        await asyncio.to_thread(self._put, name, source)

    async def open(self, name: str) -> Blob:
        return await asyncio.to_thread(_OnDisk.opened, self._folder / name)

    async def fetch(self, name: str, target: Path) -> None:
        try:
            await asyncio.to_thread(shutil.copyfile, self._folder / name, target)
        except FileNotFoundError:
            raise NotFound("There is no such file.") from None

    async def copy(self, name: str, new: str) -> None:
        try:
            await asyncio.to_thread(self._link, name, new)
        except FileNotFoundError:
            raise NotFound("There is no such file.") from None

    async def remove(self, names: Sequence[str]) -> None:
        await asyncio.to_thread(self._remove, names)

    def _put(self, name: str, source: Path) -> None:
        """Have the file on disk, whole, before anything points at it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(source, "rb") as file:
            os.fsync(file.fileno())
        os.chmod(source, 0o600)
        try:
            source.replace(self._folder / name)
        except OSError:  # the folder is on another disk
            draft = self._folder / f".{name}.{os.getpid()}"
            shutil.copyfile(source, draft)
            with open(draft, "rb") as file:
                os.fsync(file.fileno())
            draft.replace(self._folder / name)
        self._sync()

    def _link(self, name: str, new: str) -> None:
        (self._folder / new).hardlink_to(self._folder / name)
        self._sync()

    def _remove(self, names: Sequence[str]) -> None:
        for name in names:
            (self._folder / name).unlink(missing_ok=True)

    def _sync(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class _OnDisk:
    """A regular file, never reached through a link."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self.size = size

    @classmethod
    def opened(cls, path: Path) -> "_OnDisk":
        try:
            number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as missing:
            raise NotFound("There is no such file.") from missing
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            os.close(number)
            raise NotFound("There is no such file.")
        return cls(os.fdopen(number, "rb", buffering=0), found.st_size)

    async def chunks(self, start: int, length: int) -> AsyncIterator[bytes]:
        number = self._file.fileno()
        while length > 0:
            chunk = await asyncio.to_thread(os.pread, number, min(CHUNK, length), start)
            if not chunk:
                raise OSError("a media file grew shorter while it was sent")
            start, length = start + len(chunk), length - len(chunk)
            yield chunk

    async def close(self) -> None:
        self._file.close()
