"""What other servers show, kept on disk under a hard bound of bytes; the longest unseen goes first.

One file each, named by the hash of its address: a line with its media type, padded to HEADER, then
the content. Several processes share the folder: who writes holds a lock and an account of what is
there; who reads needs neither. Losing all of it loses nothing.
"""

import asyncio
import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

HEADER: Final = 64
_CHUNK: Final = 262_144
_SEEN_SECONDS: Final = 600
"""How exact the time is at which something was last looked at."""
_ROOM: Final = 0.9
"""Making room, it empties to this part of the bound, so that not every picture makes room."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the cache, open: its media type, and a Blob of its content."""

    media_type: str
    file: BinaryIO
    size: int

    async def chunks(self, start: int, length: int) -> AsyncIterator[bytes]:
        number = self.file.fileno()
        while length > 0:
            chunk = await asyncio.to_thread(os.pread, number, min(_CHUNK, length), HEADER + start)
            if not chunk:
                raise OSError("a file of the cache grew shorter while it was sent")
            start, length = start + len(chunk), length - len(chunk)
            yield chunk

    async def close(self) -> None:
        self.file.close()


class Cache:
    """Files by address, at most `most` bytes of them; nothing is kept where less than `spare`
    bytes of the disk would stay free."""

    def __init__(self, folder: Path, most: int, spare: int = 0) -> None:
        self._folder = folder
        self._most = most
        self._spare = spare

    async def find(self, address: str) -> Kept | None:
        """Open what is kept of an address, and note that it was looked at."""
        return await asyncio.to_thread(self._find, self._path(address))

    async def keep(self, address: str, media_type: str, content: BinaryIO) -> bool:
        """Keep a file, read from its beginning; False where there is no room for it."""
        return await asyncio.to_thread(self._keep, self._path(address), media_type, content)

    async def draft(self) -> BinaryIO:
        """Open a file without a name, for what comes in pieces. It goes when it is closed."""
        return await asyncio.to_thread(self._draft)

    def _path(self, address: str) -> Path:
        name = hashlib.sha256(address.encode()).hexdigest()
        return self._folder / name[:2] / name[2:]

    def _find(self, path: Path) -> Kept | None:
        try:
            file = open(path, "rb", buffering=0)  # noqa: SIM115 - closed by who reads it
        except FileNotFoundError:
            return None
        found = os.fstat(file.fileno())
        media_type = file.read(HEADER).decode("ascii", errors="replace").strip()
        if found.st_size <= HEADER or "/" not in media_type:
            file.close()
            return None
        if time.time() - found.st_mtime > _SEEN_SECONDS:
            with suppress(OSError):
                os.utime(path)
        return Kept(media_type, file, found.st_size - HEADER)

    def _draft(self) -> BinaryIO:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=self._folder)

    def _keep(self, path: Path, media_type: str, content: BinaryIO) -> bool:
        size = HEADER + content.seek(0, os.SEEK_END)
        content.seek(0)
        if size > self._most * _ROOM:
            return False
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if shutil.disk_usage(self._folder).free - size < self._spare:
                return False
            with self._locked():
                self._make_room(size)
                draft = path.with_suffix(".part")
                with open(draft, "wb") as file:
                    file.write(media_type.encode("ascii").ljust(HEADER))
                    shutil.copyfileobj(content, file, _CHUNK)
                draft.replace(path)
        except OSError:
            return False
        return True

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _make_room(self, size: int) -> None:
        """Count so many bytes more; where that exceeds the bound, let the longest unseen go."""
        account = self._folder / "total"
        try:
            total = int(account.read_bytes())
        except (OSError, ValueError):
            total = self._most  # unknown: count
        if total + size > self._most:
            total = self._emptied(int(self._most * _ROOM) - size)
        draft = account.with_suffix(".new")
        draft.write_bytes(b"%d" % (total + size))
        draft.replace(account)

    def _emptied(self, most: int) -> int:
        """Remove files until at most so many bytes are left; return how many are."""
        found = []
        for path in self._folder.glob("??/*"):
            state = path.stat()
            if path.suffix == ".part":
                path.unlink()  # begun by a process that died: whoever writes holds the lock
            else:
                found.append((state.st_mtime, state.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= most:
                break
            path.unlink()
            total -= size
        return total
