"""Our own pictures, films and files under /media/: read from one folder, as they are.

A name is made once, from what nobody can guess, and its content never changes. It is sent as far
as a post that shows it may go: other servers fetch pictures without a signature, so for posts to
followers or to some the name is the key, and what is internal isn't sent at all. What a file is
called decides how it is sent, never what it holds; nothing here can run in anybody's browser.
"""

import asyncio
import os
import re
import stat
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from actors.errors import NotFound
from fedi.net.answer import Header, Receive, Scope, Send

_CACHED: Final[Mapping[str, Header]] = {
    "public": (b"cache-control", b"public, max-age=86400"),
    "limited": (b"cache-control", b"private, no-store"),
}
CHUNK: Final = 262_144
KINDS: Final[Mapping[str, str]] = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "webm": "video/webm",
    "webp": "image/webp",
}
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,120}\.([a-z0-9]{3,4})")
_SAFE: Final[tuple[Header, ...]] = (
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"access-control-allow-origin", b"*"),
)


class MediaFiles:
    """Answers GET /media/{name}, as a raw ASGI handler. `folder` need not be there yet; `shown`
    says how far a picture may go: public, limited, or "" (fedi/store/media.py)."""

    def __init__(self, folder: Path, shown: Callable[[str], Awaitable[str]]) -> None:
        self._folder = folder
        self._shown = shown

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        name = scope["path_params"]["name"]
        kind = kind_of(name)
        if kind is None:
            raise NotFound("There is no such file.")
        cached = _CACHED.get(await self._shown(name))
        if cached is None:
            raise NotFound("There is no such file.")
        tag = b'"%s"' % name.encode()
        headers = ((b"content-type", kind.encode()), (b"etag", tag), cached, *_SAFE)
        if any(n == b"if-none-match" and tag in v for n, v in scope["headers"]):
            await _start(send, 304, headers)
            await send({"type": "http.response.body", "body": b""})
            return
        file, size = await asyncio.to_thread(_opened, self._folder / name)
        try:
            await _start(send, 200, (*headers, (b"content-length", b"%d" % size)))
            await _carry(file, size if scope["method"] != "HEAD" else 0, send)
        finally:
            file.close()


def kind_of(name: str) -> str | None:
    """Return the media type that a file of this name is sent as, None for a name of no file."""
    match = _NAME.fullmatch(name)
    return KINDS.get(match[1]) if match else None


def _opened(path: Path) -> tuple[BinaryIO, int]:
    """Open a regular file, never through a link; NotFound where there is none."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as missing:
        raise NotFound("There is no such file.") from missing
    found = os.fstat(number)
    if not stat.S_ISREG(found.st_mode):
        os.close(number)
        raise NotFound("There is no such file.")
    return os.fdopen(number, "rb", buffering=0), found.st_size


async def _start(send: Send, status: int, headers: tuple[Header, ...]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _carry(file: BinaryIO, left: int, send: Send) -> None:
    while left > 0:
        chunk = await asyncio.to_thread(file.read, min(CHUNK, left))
        if not chunk:
            raise OSError("a media file grew shorter while it was sent")
        left -= len(chunk)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
