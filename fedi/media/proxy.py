"""Pictures, films and sounds of other servers, fetched by us and passed on: GET /proxy/…/….

So no other server learns who reads what. An address is sealed with a key of the house: whoever has
a sealed one was shown a post with it, and nobody can make us fetch anything else. Everything comes
through fedi/net's guard, is looked at (kinds.py), and is sent as what it is, never as anything
that runs.
"""

import asyncio
import base64
import hashlib
import hmac
import io
import re
import secrets
from binascii import Error as NotBase64
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import BinaryIO, Final
from urllib.parse import urlsplit

from actors.errors import FetchAnswered, FetchError, FetchRefused, NotFound, Unavailable
from actors.urls import Urls
from fedi.media.blobs import Blob
from fedi.media.cache import Cache
from fedi.media.kinds import HEAD, passed_on
from fedi.media.sending import SAFE, is_held, send_blob, send_unchanged
from fedi.net.answer import Receive, Scope, Send
from fedi.net.client import Client, Signer
from fedi.store.engine import Engine
from fedi.store.settings import MEDIA_KEY, setting, setting_once

ACCEPT: Final = "image/avif, image/webp, image/*, video/*, audio/*;q=0.9"
SECONDS: Final = 20.0
PIECE: Final = 8 << 20
"""Bytes asked for at once: so much of a file is in memory."""
AT_ONCE: Final = 4
"""Files fetched at once in a process."""
WAITING: Final = 200
"""Files that may wait to be fetched; beyond that the asker is told to come back."""
_REFUSED_MS: Final = 600_000
_REFUSALS: Final = 4096
_LONGEST: Final = 4096
_PIECE_OF: Final = re.compile(r"bytes ([0-9]{1,12})-([0-9]{1,12})/([0-9]{1,12})")
_OF_A_POST: Final = re.compile(r"/posts/[0-9]{18}/files/[^/]+")
"""Where servers like ours have the files of what is in their closed groups."""
_SEAL: Final = 16


async def sealing_key(engine: Engine) -> bytes:
    """Return the house's key for sealing addresses, made when it is first wanted."""
    kept = await engine.read(lambda tx: setting(tx, MEDIA_KEY))
    if not kept:
        made = secrets.token_hex(32)
        kept = await engine.write(lambda tx: setting_once(tx, MEDIA_KEY, made))
    return bytes.fromhex(kept)


@dataclass(frozen=True, slots=True)
class _Fetched:
    """A file that could not be kept, sent from memory."""

    media_type: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    async def chunks(self, start: int, length: int) -> AsyncIterator[bytes]:
        yield self.content[start : start + length]

    async def close(self) -> None:
        """Nothing is held."""


class Proxy:
    """Makes sealed addresses and answers them, as a raw ASGI handler; `most` is in bytes, `sign`
    is for files of closed groups, which their servers send to servers of members alone."""

    def __init__(
        self,
        client: Client,
        urls: Urls,
        cache: Cache,
        key: bytes,
        *,
        now: Callable[[], int],
        most: int,
        piece: int = PIECE,
    ) -> None:
        self.sign: Signer | None = None
        self._client = client
        self._urls = urls
        self._cache = cache
        self._key = key
        self._now = now
        self._most = most
        self._size = min(piece, most)
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._under_way: dict[str, asyncio.Task[_Fetched | None]] = {}
        self._refused: OrderedDict[str, int] = OrderedDict()

    def proxied(self, url: str) -> str:
        """Return our address for a file of another server, always the same; one of ours is its
        own, and "" is for what is no web address."""
        if self._urls.is_local(url):
            return url
        if not url.startswith(("https://", "http://")) or len(url) > _LONGEST:
            return ""
        raw = url.encode("utf-8", errors="replace")
        return self._urls.proxied(self._seal(raw), _text(raw))

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        named = scope["path_params"]
        url = self._opened(named["seal"], named["place"])
        tag = b'"%s"' % named["seal"].encode()
        if is_held(scope, tag):
            await send_unchanged(send, tag, _KEPT)
            return
        media_type, blob = await self._found(url)
        headers = ((b"content-type", media_type.encode()), *_KEPT)
        try:
            await send_blob(scope, send, blob, tag, headers)
        finally:
            await blob.close()

    async def close(self) -> None:
        """Let go of what is being fetched."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.close()

    # -- seals

    def _seal(self, raw: bytes) -> str:
        return _text(hmac.digest(self._key, raw, hashlib.sha256)[:_SEAL])

    def _opened(self, seal: str, place: str) -> str:
        """Return the address that was sealed. NotFound for what we did not seal."""
        try:
            raw = base64.b64decode(place + "=" * (-len(place) % 4), altchars=b"-_", validate=True)
            sealed = seal.encode("ascii")
        except (NotBase64, ValueError):
            raise NotFound("There is no such file.") from None
        good = hmac.compare_digest(self._seal(raw).encode(), sealed) and _text(raw) == place
        if not good:
            raise NotFound("There is no such file.")
        return raw.decode("utf-8", errors="replace")

    # -- fetching

    async def _found(self, url: str) -> tuple[str, Blob]:
        kept = await self._cache.find(url)
        if kept is not None:
            return kept.media_type, kept
        self._check(url)
        task = self._under_way.get(url)
        if task is None:
            if len(self._under_way) >= WAITING:
                raise Unavailable("Too many files are being fetched.", retry_after=5)
            task = asyncio.create_task(self._fetched(url))
            self._under_way[url] = task
            task.add_done_callback(lambda done: self._ended(url, done))
        fetched = await asyncio.shield(task)  # others may wait for it when this asker is gone
        if fetched is not None:
            return fetched.media_type, fetched
        kept = await self._cache.find(url)
        if kept is None:
            raise Unavailable("That file can't be passed on now.", retry_after=60)
        return kept.media_type, kept

    def _ended(self, url: str, task: "asyncio.Task[_Fetched | None]") -> None:
        self._under_way.pop(url, None)
        if not task.cancelled():
            task.exception()  # told to whoever waited; nobody may have

    async def _fetched(self, url: str) -> _Fetched | None:
        """Fetch a file into the cache; what of it fits into one piece and not there is returned."""
        async with self._turn:
            come = await self._cache.find(url)
            if come is not None:  # between this asker's look and its turn
                await come.close()
                return None
            first, total = await self._piece(url, 0)
            media_type = passed_on(first[:HEAD])
            if media_type is None or total > self._most:
                raise self._refuse(url, "That file can't be passed on.", f"{total} bytes")
            if len(first) >= total:
                kept = await self._cache.keep(url, media_type, io.BytesIO(first))
                return None if kept else _Fetched(media_type, first)
            draft = await self._cache.draft()
            try:
                await self._rest(url, draft, first, total)
                await self._cache.keep(url, media_type, draft)
            finally:
                await asyncio.to_thread(draft.close)
        return None

    async def _rest(self, url: str, draft: BinaryIO, piece: bytes, total: int) -> None:
        """Fetch the pieces after the first, so that no large file is in memory whole."""
        have = 0
        while True:
            await asyncio.to_thread(draft.write, piece)
            have += len(piece)
            if have >= total:
                return
            piece, promised = await self._piece(url, have)
            if promised != total or not piece:
                raise self._refuse(url, "That file changed while it was fetched.")

    async def _piece(self, url: str, start: int) -> tuple[bytes, int]:
        """Fetch a piece of a file; it and the bytes of the whole. A server that sends no pieces
        sends all at once, and then no more than one piece is taken."""
        try:
            found = await self._client.get_document(
                url,
                accept=ACCEPT,
                signer=self._asking_for(url, start, start + self._size - 1),
                allowed=_may_be_shown,
                deadline=SECONDS,
                max_body=self._size,
            )
        except FetchError as error:
            if isinstance(error, FetchRefused) or _is_lasting(error):
                raise self._refuse(url, "That file can't be had.", error.detail) from None
            raise
        if found.status != 206 and start == 0:
            return found.body, len(found.body)
        stated = dict(found.headers).get("content-range", "")
        match = _PIECE_OF.fullmatch(stated)
        if match is None or int(match[1]) != start or int(match[2]) != start + len(found.body) - 1:
            raise self._refuse(url, "That file can't be had.", f"status {found.status} {stated}")
        return found.body, int(match[3])

    def _asking_for(self, url: str, first: int, last: int) -> Signer:
        """Return the headers that ask for some bytes of a file, at each hop of a redirect; signed
        by the server where the file is of a post in a closed group, and never elsewhere."""
        sign = self.sign if _OF_A_POST.fullmatch(urlsplit(url).path) else None

        def headers(method: str, hop: str) -> list[tuple[str, str]]:
            signed = sign(method, hop) if sign is not None else []
            return [*signed, ("Range", f"bytes={first}-{last}")]

        return headers

    def _check(self, url: str) -> None:
        until = self._refused.get(url)
        if until is not None and until > self._now():
            raise NotFound("That file can't be had.")

    def _refuse(self, url: str, sentence: str, detail: str = "") -> NotFound:
        """Remember that an address leads to nothing we pass on; the error to raise."""
        self._refused[url] = self._now() + _REFUSED_MS
        self._refused.move_to_end(url)
        while len(self._refused) > _REFUSALS:
            self._refused.popitem(last=False)
        return NotFound(sentence, detail=detail)


_KEPT: Final = (
    (b"cache-control", b"private, max-age=604800, immutable"),
    (b"x-robots-tag", b"noindex, noarchive"),
    *SAFE,
)


def _may_be_shown(content_type: str) -> bool:
    """What it is is told by its bytes; this only saves reading what it says it can't be."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind.partition("/")[0] in ("image", "video", "audio", "") or kind in (
        "application/octet-stream",
        "binary/octet-stream",
        "application/ogg",
    )


def _is_lasting(error: FetchError) -> bool:
    return isinstance(error, FetchAnswered) and error.answered in (400, 401, 403, 404, 405, 410)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
