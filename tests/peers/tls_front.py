"""TLS in front of a server that speaks plain http, as a reverse proxy is in production.

Bytes are passed on untouched, Host header and all: signatures cover them. Runs as a process
of its own: python tls_front.py PORT BEHIND_PORT CERTIFICATE KEY
"""

import asyncio
import contextlib
import ssl
import sys
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Handler: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Copy until the source ends or either side breaks off."""
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()


async def end(writer: asyncio.StreamWriter) -> None:
    """Close, and wait until it is closed."""
    writer.close()
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        await writer.wait_closed()


async def listen(port: int, behind: int, tls: ssl.SSLContext) -> asyncio.Server:
    """Accept TLS on PORT and carry each connection to BEHIND, until either side ends it."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", behind)
        except OSError:
            await end(writer)
            return
        ways = [
            asyncio.create_task(pour(reader, inner_writer)),
            asyncio.create_task(pour(inner_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            await end(inner_writer)
            await end(writer)

    return await asyncio.start_server(carry, "127.0.0.1", port, ssl=tls)


async def serve(port: int, behind: int, certificate: str, key: str) -> None:
    """Carry connections for as long as the process lives."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    await (await listen(port, behind, tls)).serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]))
