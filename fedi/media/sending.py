"""Our own pictures, films and files under /media/: as they are, whole or in part.

A name is made once, from what nobody can guess, and its content never changes. What all may see
may be kept by caches; of everything else the name is the key, and is looked up anew each time.
What a file is called decides how it is sent, never what it holds; nothing here can run in anybody's
browser, and documents are only ever saved.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import quote

from actors.errors import NotFound
from fedi.media.blobs import Blob, Blobs
from fedi.media.kinds import is_shown, sent_as
from fedi.net.answer import Header, Receive, Scope, Send
from fedi.store.media import Shown

_PUBLIC: Final[Header] = (b"cache-control", b"public, max-age=86400")
_PRIVATE: Final[tuple[Header, ...]] = (
    (b"cache-control", b"private, no-cache"),
    (b"x-robots-tag", b"noindex, noarchive"),
)
SAFE: Final[tuple[Header, ...]] = (
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"access-control-allow-origin", b"*"),
    (b"accept-ranges", b"bytes"),
)
"""What every file is sent with, ours and others'."""
_RANGE: Final = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)


class MediaFiles:
    """Answers GET /media/{name}, as a raw ASGI handler. `shown` says how a file may be sent, or
    None (fedi/store/media.py)."""

    def __init__(self, blobs: Blobs, shown: Callable[[str], Awaitable[Shown | None]]) -> None:
        self._blobs = blobs
        self._shown = shown

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        name = scope["path_params"]["name"]
        media_type = sent_as(name)
        shown = await self._shown(name) if media_type is not None else None
        if media_type is None or shown is None:
            raise NotFound("There is no such file.")
        headers: tuple[Header, ...] = (
            (b"content-type", media_type.encode()),
            *((_PUBLIC,) if shown.everybody else _PRIVATE),
            *SAFE,
        )
        if not is_shown(media_type):
            headers += ((b"content-disposition", saved_as(shown.file_name or name)),)
        tag = b'"%s"' % name.encode()
        if is_held(scope, tag):
            await send_unchanged(send, tag, headers)
            return
        blob = await self._blobs.open(name)
        try:
            await send_blob(scope, send, blob, tag, headers)
        finally:
            await blob.close()


def saved_as(file_name: str) -> bytes:
    """Return the Content-Disposition that saves a file under its name (RFC 6266)."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", file_name)[:100] or "file"
    whole = quote(file_name[:100], safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}".encode()


def is_held(scope: Scope, tag: bytes) -> bool:
    """Return whether the asker has it already (If-None-Match)."""
    return any(n == b"if-none-match" and tag in v for n, v in scope["headers"])


async def send_unchanged(send: Send, tag: bytes, headers: tuple[Header, ...]) -> None:
    """Answer that what the asker has is what there is."""
    await _start(send, 304, ((b"etag", tag), *headers))
    await send({"type": "http.response.body", "body": b""})


async def send_blob(
    scope: Scope, send: Send, blob: Blob, tag: bytes, headers: tuple[Header, ...]
) -> None:
    """Send a file whole, or the one part that was asked for (RFC 9110 section 14)."""
    headers = ((b"etag", tag), *headers)
    part = _part(scope, tag, blob.size)
    if part is None:
        status, start, length = 200, 0, blob.size
    elif part[1] <= 0:
        headers += ((b"content-range", b"bytes */%d" % blob.size),)
        status, start, length = 416, 0, 0
    else:
        start, length = part
        status = 206
        headers += ((b"content-range", b"bytes %d-%d/%d" % (start, start + length - 1, blob.size)),)
    await _start(send, status, (*headers, (b"content-length", b"%d" % length)))
    if scope["method"] != "HEAD":
        async for chunk in blob.chunks(start, length):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _part(scope: Scope, tag: bytes, size: int) -> tuple[int, int] | None:
    """Return (start, length) of the range asked for; None for the whole, no length where there is
    no such part. Several ranges at once get the whole."""
    asked = {n: v for n, v in scope["headers"] if n in (b"range", b"if-range")}
    match = _RANGE.fullmatch(asked.get(b"range", b"").decode("latin-1").replace(" ", ""))
    if match is None or not (match[1] or match[2]) or asked.get(b"if-range", tag) != tag:
        return None
    if not match[1]:
        length = min(int(match[2]), size)
        return size - length, length
    start = int(match[1])
    end = min(int(match[2]) if match[2] else size - 1, size - 1)
    if match[2] and int(match[2]) < start:
        return None  # not a range at all
    return start, end - start + 1


async def _start(send: Send, status: int, headers: tuple[Header, ...]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
