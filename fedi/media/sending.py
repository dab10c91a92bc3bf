"""Our own pictures, films and files under /media/: read from one folder, as they are, for ever.

A name is made once, from what nobody can guess, and its content never changes. What a file is
called decides how it is sent, never what it holds; nothing here can run in anybody's browser.
"""

import asyncio
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final

from actors.errors import NotFound
from fedi.net.answer import Header, Receive, Scope, Send

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
    (b"cache-control", b"public, max-age=31536000, immutable"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"access-control-allow-origin", b"*"),
)


class MediaFiles:
    """Answers GET /media/{name}, as a raw ASGI handler. `folder` need not be there yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        name = scope["path_params"]["name"]
        kind = kind_of(name)
        if kind is None:
            raise NotFound("There is no such file.")
        tag = b'"%s"' % name.encode()
        headers = ((b"content-type", kind.encode()), (b"etag", tag), *_SAFE)
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
