"""One connection to one peer, carrying one exchange at a time; and how it is opened.

Dials only the addresses it is given, already checked by names.py; the certificate must hold for
the host that was asked for. Bytes that come unasked, or an end that comes early, close it.
pool.py keeps it between exchanges.
"""

import asyncio
import errno
import ssl
from collections.abc import Callable
from functools import lru_cache
from typing import cast

from actors.errors import FetchError, FetchRefused
from fedi.net.failures import Reason, broken, refused
from fedi.net.guard import Target
from fedi.net.names import Endpoint
from fedi.net.wire import AnswerReader

CONNECT_SECONDS = 5.0
"""For the last address of a peer, TLS handshake included."""
FALLBACK_SECONDS = 2.0
"""For each address that has another one after it."""

_OUR_OWN_LIMITS = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL}

Peer = tuple[str, str, int]


@lru_cache(maxsize=8)
def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """Build the TLS settings once: it takes 20 ms, a thousand times an exchange."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


class Connection(asyncio.Protocol):
    """A line to `peer`; `lost` once it can carry nothing more."""

    __slots__ = ("_on_lost", "_reader", "_transport", "_waiter", "lost", "peer")

    def __init__(self, peer: Peer, on_lost: Callable[["Connection"], None]) -> None:
        self.peer = peer
        self.lost = False
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._reader: AnswerReader | None = None
        self._waiter: asyncio.Future[None] | None = None

    async def exchange(self, request: bytes, reader: AnswerReader) -> None:
        """Send a request and read its answer to the end; the connection may then be kept.

        FetchTimeout (reset) when the line breaks, FetchRefused for what `reader` does not take.
        """
        if self.lost or self._transport is None:
            raise broken(Reason.RESET, "closed before the request")
        self._reader = reader
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            self._transport.write(request)
            await self._waiter
        finally:
            self._reader = self._waiter = None
            # An answer before the whole request was taken leaves the other side out of step.
            if not (reader.done and reader.reusable) or self._transport.get_write_buffer_size():
                self.abort()

    def close(self) -> None:
        """End the line in good order."""
        self.lost = True
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """End the line at once."""
        self.lost = True
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        reader = self._reader
        if reader is None or reader.done:
            if reader is not None:
                reader.reusable = False
            self.abort()
            return
        try:
            reader.feed(data)
        except FetchRefused as error:
            self._fail(error)
            return
        if reader.done:
            self._succeed()

    def eof_received(self) -> bool | None:
        self._ended(None)
        return None  # the transport closes itself

    def connection_lost(self, error: Exception | None) -> None:
        self._ended(error)
        self._on_lost(self)

    def _ended(self, error: Exception | None) -> None:
        self.lost = True
        reader = self._reader
        if reader is None or reader.done:
            return
        if error is None and reader.feed_eof():
            self._succeed()
        else:
            self._fail(broken(Reason.RESET, str(error or "closed early")))

    def _succeed(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, error: FetchError) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)


async def dial(
    target: Target,
    endpoints: list[Endpoint],
    context: ssl.SSLContext | None,
    on_lost: Callable[[Connection], None],
) -> Connection:
    """Connect to the first endpoint that answers; FetchTimeout or FetchRefused if none does."""
    failed: FetchError | None = None
    for place, endpoint in enumerate(endpoints, start=1):
        seconds = CONNECT_SECONDS if place == len(endpoints) else FALLBACK_SECONDS
        try:
            async with asyncio.timeout(seconds):
                return await _connect(target, endpoint, context, on_lost)
        except ssl.SSLCertVerificationError as error:
            raise refused(Reason.TLS, f"{target.host}: {error.verify_message}") from None
        except ssl.SSLError as error:
            raise refused(Reason.TLS, f"{target.host}: {error.reason or error}") from None
        except OSError as error:  # TimeoutError is one
            reason = Reason.BUSY if error.errno in _OUR_OWN_LIMITS else Reason.CONNECT
            failed = broken(reason, f"{endpoint[0]} port {endpoint[1]}: {error or 'too slow'}")
    raise failed or broken(Reason.CONNECT, "no address")


async def _connect(
    target: Target,
    endpoint: Endpoint,
    context: ssl.SSLContext | None,
    on_lost: Callable[[Connection], None],
) -> Connection:
    loop = asyncio.get_running_loop()
    address, port = endpoint
    if context is None:
        _, connection = await loop.create_connection(
            lambda: Connection(target.peer, on_lost), address, port
        )
    else:
        _, connection = await loop.create_connection(
            lambda: Connection(target.peer, on_lost),
            address,
            port,
            ssl=context,
            server_hostname=target.host,
            ssl_handshake_timeout=CONNECT_SECONDS,
            ssl_shutdown_timeout=1.0,
        )
    return connection
